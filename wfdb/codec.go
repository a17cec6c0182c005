package wfdb

import (
	"strconv"
	"strings"
)

// format is a way to store samples. Formats are stateless packings of groups
// of samples in bytes, but for a few that bring their own source and sink. A
// format is one file and one line in the table below.
type format struct {
	number     int
	resolution int // bits that the WFDB library assumes if the header has none

	// Smallest and largest code. The smallest means "no sample", unless valid
	// is set: then every value is one.
	low, high int32
	valid     bool

	samples, bytes int // of one group

	decode func(dst []int32, src []byte) // whole groups
	encode func(dst []byte, src []int32) // whole groups

	// tail decodes what an incomplete last group of b holds, and returns the
	// number of samples and whether bytes of another one are left. Nil: none
	// and all.
	tail func(dst []int32, b []byte) (n int, left bool)
	// tailBytes is the size at which a last group of n samples is written.
	tailBytes func(n int) int

	source func(*group) source // nil: packed
	direct direct              // nil: through the window
}

// formats is the table of formats, by number.
var formats = [...]*format{
	&format0, &format8, &format16, &format24, &format32, &format61, &format80, &format160,
	&format212, &format310, &format311, &format508, &format516, &format524,
}

func formatOf(number int) *format {
	for _, f := range formats {
		if f.number == number {
			return f
		}
	}
	return nil
}

func formatKnown(n int) bool { return formatOf(n) != nil }

func formatResolution(n int) int { return formatOf(n).resolution }

func formatList() string {
	var l []string
	for _, f := range formats {
		l = append(l, strconv.Itoa(f.number))
	}
	return strings.Join(l, ", ")
}

// signed sign-extends the low bits of x.
func signed(x uint32, bits uint) int32 { return int32(x<<(32-bits)) >> (32 - bits) }
