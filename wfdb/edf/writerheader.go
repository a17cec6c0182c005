package edf

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/sinus-ecg/sinus/ecg"
)

// WriterConfig says what is written. Rate and Signals are required.
type WriterConfig struct {
	// The patient and the recording, as EDF+ has them; "" is unknown. Blanks
	// become underscores, characters beyond ASCII question marks.
	PatientCode string
	Sex         string    // "M" or "F"
	BirthDate   time.Time // its date; zero is unknown
	PatientName string
	Admission   string // administration code
	Technician  string
	Equipment   string

	// Start is the time of the first frame, in its own zone, which is not
	// written; from 1985 to 2084. Zero is unknown.
	Start time.Time

	Rate    float64 // frames per second, Hz
	Signals []WriterSignal

	// AnnotationBytes is the space for annotations in each data record; 0 is
	// 120. It is rounded up to whole samples.
	AnnotationBytes int
}

// WriterSignal is one signal to write. The scale is made of the four limits as
// the file has them, with 8 characters each.
type WriterSignal struct {
	Label      string // at most 16 characters: "ECG II"
	Transducer string
	Unit       string // "mV", "uV"; at most 8 characters
	Prefilter  string // "HP:0.05Hz LP:100Hz"

	PhysicalMin, PhysicalMax float64 // Unit, not equal; 0 and 0 are -32.767 and 32.767
	DigitalMin, DigitalMax   int32   // -32768 to 32767; 0 and 0 are -32767 and 32767

	SamplesPerFrame int // 0 is 1
}

// maxRecordBytes is what the specification asks a data record to stay below.
const maxRecordBytes = 61440

func (c *WriterConfig) check() error {
	bad := func(field, want string) error {
		return &ecg.ConfigError{Type: "edf.Writer", Field: field, Want: want}
	}
	if !(c.Rate >= ecg.MinRate && c.Rate <= ecg.MaxRate) {
		return bad("Rate", "1e-6 to 1e6 Hz")
	}
	if !c.Start.IsZero() && (c.Start.Year() < 1985 || c.Start.Year() > 2084) {
		return bad("Start", "1985 to 2084")
	}
	if c.Sex != "" && c.Sex != "M" && c.Sex != "F" {
		return bad("Sex", `"M", "F" or ""`)
	}
	if c.AnnotationBytes < 0 || c.AnnotationBytes > maxRecordBytes/2 {
		return bad("AnnotationBytes", "0 to 30720")
	}
	if len(c.Signals) == 0 || len(c.Signals) > 4095 {
		return bad("Signals", "1 to 4095")
	}
	for i := range c.Signals {
		s := &c.Signals[i]
		field := func(name string) string { return "Signals[" + strconv.Itoa(i) + "]." + name }
		switch {
		case len(s.Label) > 16 || s.Label == "EDF Annotations":
			return bad(field("Label"), "at most 16 characters, and not EDF Annotations")
		case len(s.Unit) > 8:
			return bad(field("Unit"), "at most 8 characters")
		case s.SamplesPerFrame < 0 || s.SamplesPerFrame > maxRecordBytes/2:
			return bad(field("SamplesPerFrame"), "0 to 30720")
		case s.DigitalMin >= s.DigitalMax || s.DigitalMin < -32768 || s.DigitalMax > 32767:
			return bad(field("DigitalMin"), "-32768 or more and below DigitalMax, which is 32767 at most")
		}
		lo, ok := eight(s.PhysicalMin)
		hi, ok2 := eight(s.PhysicalMax)
		if !ok || !ok2 || lo == hi {
			return bad(field("PhysicalMin"), "two limits that differ in 8 characters")
		}
	}
	return nil
}

// withDefaults fills in what is left out.
func (c WriterConfig) withDefaults() WriterConfig {
	c.Signals = append([]WriterSignal(nil), c.Signals...)
	for i := range c.Signals {
		s := &c.Signals[i]
		if s.DigitalMin == 0 && s.DigitalMax == 0 {
			s.DigitalMin, s.DigitalMax = -32767, 32767
		}
		if s.PhysicalMin == 0 && s.PhysicalMax == 0 {
			s.PhysicalMin, s.PhysicalMax = -32.767, 32.767
		}
		if s.SamplesPerFrame == 0 {
			s.SamplesPerFrame = 1
		}
	}
	if c.AnnotationBytes == 0 {
		c.AnnotationBytes = 120
	}
	c.AnnotationBytes += c.AnnotationBytes % 2
	return c
}

// eight is a number in the 8 characters of a header field, with as many digits
// as fit; no exponent, which strict readers refuse.
func eight(x float64) (string, bool) {
	if math.IsNaN(x) || math.Abs(x) >= 99999999 {
		return "", false
	}
	if s := strconv.FormatFloat(x, 'f', -1, 64); len(s) <= 8 {
		return s, true
	}
	for digits := 6; digits >= 0; digits-- {
		s := strconv.FormatFloat(x, 'f', digits, 64)
		if strings.Contains(s, ".") {
			s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
		}
		if len(s) <= 8 {
			if s == "-0" {
				s = "0"
			}
			return s, true
		}
	}
	return "", false
}

// recordFrames chooses how many frames a data record has: as near to a second
// as its duration can be written exactly, and within the recommended size.
// frameBytes is the size of a frame.
func recordFrames(rate float64, frameBytes, annotationBytes int) (frames int64, seconds string) {
	clock, _ := ecg.NewClock(rate, time.Time{})
	num, den := clock.Rate()
	limit := max(int64(maxRecordBytes-annotationBytes)/int64(frameBytes), 1)
	best := int64(0)
	for n := int64(1); n <= limit && n <= 1<<16; n++ {
		// n*den/num has to be a decimal of at most 8 characters.
		s, ok := eightExact(n, den, num)
		if !ok {
			continue
		}
		nearer := math.Abs(math.Log(float64(n)/rate)) < math.Abs(math.Log(float64(best)/rate))
		if best == 0 || nearer {
			best, seconds = n, s
		}
	}
	if best > 0 {
		return best, seconds
	}
	// No duration is exact: the nearest, which is wrong by less than 1e-6.
	frames = min(max(int64(math.Round(rate)), 1), limit)
	s, _ := eight(float64(frames) / rate)
	return frames, s
}

// eightExact writes n*den/num exactly in 8 characters, if it can.
func eightExact(n, den, num int64) (string, bool) {
	if n > math.MaxInt64/den {
		return "", false
	}
	n *= den
	whole, rest := n/num, n%num
	b := strconv.AppendInt(nil, whole, 10)
	if rest != 0 {
		b = append(b, '.')
	}
	for rest != 0 && len(b) < 8 {
		if rest > math.MaxInt64/10 {
			return "", false
		}
		rest *= 10
		b = append(b, byte('0'+rest/num))
		rest %= num
	}
	return string(b), rest == 0 && len(b) <= 8
}

// appendHeader appends the header of a file with this number of records.
func (w *Writer) appendHeader(b []byte, records int64) []byte {
	c := &w.c
	field := func(width int, s string) {
		s = printable(s)
		s = s[:min(len(s), width)]
		b = append(b, s...)
		for n := len(s); n < width; n++ {
			b = append(b, ' ')
		}
	}
	sub := func(s string) string {
		if s == "" {
			return "X"
		}
		return strings.ReplaceAll(s, " ", "_")
	}
	birth, date, clock, startdate := "X", "01.01.85", "00.00.00", "X"
	if !c.BirthDate.IsZero() {
		birth = strings.ToUpper(c.BirthDate.Format("02-Jan-2006"))
	}
	if !c.Start.IsZero() {
		date, clock = c.Start.Format("02.01.06"), c.Start.Format("15.04.05")
		startdate = strings.ToUpper(c.Start.Format("02-Jan-2006"))
	}
	kind := "EDF+C"
	if w.discontinuous {
		kind = "EDF+D"
	}
	ns := len(c.Signals) + 1
	field(8, "0")
	field(80, sub(c.PatientCode)+" "+sub(c.Sex)+" "+birth+" "+sub(c.PatientName))
	field(80, "Startdate "+startdate+" "+sub(c.Admission)+" "+sub(c.Technician)+" "+sub(c.Equipment))
	field(8, date)
	field(8, clock)
	field(8, strconv.Itoa(256*(ns+1)))
	field(44, kind)
	field(8, strconv.FormatInt(records, 10))
	field(8, w.seconds)
	field(4, strconv.Itoa(ns))
	each := func(width int, f func(s *WriterSignal) string, annotations string) {
		for i := range c.Signals {
			field(width, f(&c.Signals[i]))
		}
		field(width, annotations)
	}
	each(16, func(s *WriterSignal) string { return s.Label }, "EDF Annotations")
	each(80, func(s *WriterSignal) string { return s.Transducer }, "")
	each(8, func(s *WriterSignal) string { return s.Unit }, "")
	each(8, func(s *WriterSignal) string { t, _ := eight(s.PhysicalMin); return t }, "-1")
	each(8, func(s *WriterSignal) string { t, _ := eight(s.PhysicalMax); return t }, "1")
	each(8, func(s *WriterSignal) string { return strconv.Itoa(int(s.DigitalMin)) }, "-32768")
	each(8, func(s *WriterSignal) string { return strconv.Itoa(int(s.DigitalMax)) }, "32767")
	each(80, func(s *WriterSignal) string { return s.Prefilter }, "")
	each(8, func(s *WriterSignal) string { return strconv.FormatInt(int64(s.SamplesPerFrame)*w.frames, 10) },
		strconv.Itoa(c.AnnotationBytes/2))
	each(32, func(*WriterSignal) string { return "" }, "")
	return b
}

// printable replaces what a header must not hold; a header is ASCII from 32 to
// 126.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == 'µ' || r == 'μ':
			return 'u'
		case r < 32 || r > 126:
			return '?'
		}
		return r
	}, s)
}
