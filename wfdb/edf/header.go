package edf

import (
	"math"
	"slices"
	"time"

	"github.com/sinus-ecg/sinus/ecg"
)

// Limits bounds what a file may claim. A zero field takes its default.
type Limits struct {
	Signals         int           // default 4096
	RecordBytes     int64         // one data record; default 64 MiB (the specification asks for 61 440)
	AnnotationBytes int64         // all texts of annotations; default 64 MiB
	Gap             time.Duration // one gap of a discontinuous file; default 31 days
}

func (l Limits) withDefaults() Limits {
	if l.Signals == 0 {
		l.Signals = 4096
	}
	if l.RecordBytes == 0 {
		l.RecordBytes = 64 << 20
	}
	if l.AnnotationBytes == 0 {
		l.AnnotationBytes = 64 << 20
	}
	if l.Gap == 0 {
		l.Gap = 31 * 24 * time.Hour
	}
	return l
}

// Header is the header of a file.
type Header struct {
	BDF           bool // 24-bit samples
	Plus          bool // EDF+ or BDF+
	Discontinuous bool // EDF+D or BDF+D

	Patient   string // of EDF+: code, sex, birth date, name
	Recording string // of EDF+: "Startdate", date, admission code, technician, equipment
	Reserved  string

	// Start is the time at which the first data record begins, with the
	// fraction of a second that EDF+ gives. EDF knows no time zones: it is the
	// local time of the recording, given as UTC. Zero: unknown.
	Start time.Time

	Records int64  // data records; -1: not told
	seconds number // of a data record

	Signals  []Signal // as in the file, those for annotations among them
	Warnings []Warning
}

// RecordDuration returns the duration of a data record, rounded to a
// nanosecond.
func (h *Header) RecordDuration() time.Duration {
	return time.Duration(math.Round(h.seconds.float() * float64(time.Second)))
}

// Rate returns the samples per second of a signal, Hz; 0 if data records have
// no duration.
func (h *Header) Rate(signal int) float64 {
	return h.seconds.rate(h.Signals[signal].SamplesPerRecord)
}

// Signal is one signal of a file.
type Signal struct {
	Label      string
	Transducer string
	Unit       string // physical dimension; "" is dimensionless
	Prefilter  string
	Reserved   string

	PhysicalMin, PhysicalMax float64 // Unit; max below min is an inverted signal
	DigitalMin, DigitalMax   int32

	SamplesPerRecord int

	// Annotations is true for a signal that holds annotations, not samples.
	Annotations bool

	// Faulty is true if the four limits give no scale: all values are NaN.
	Faulty bool
}

// scale returns gain and offset: physical = digital*gain + offset.
func (s *Signal) scale() (gain, offset float64) {
	if s.Faulty {
		return math.NaN(), math.NaN()
	}
	gain = (s.PhysicalMax - s.PhysicalMin) / (float64(s.DigitalMax) - float64(s.DigitalMin))
	return gain, s.PhysicalMax - float64(gain*float64(s.DigitalMax))
}

// missing returns the digital value that means "no sample", and whether there
// is one: the lowest code of all, where the file says that its samples are
// above it. mit2edf and Writer store it.
func (s *Signal) missing(bdf bool) (int32, bool) {
	low := lowest(bdf)
	return low, s.DigitalMin > low && s.DigitalMax > low
}

func lowest(bdf bool) int32 {
	if bdf {
		return -1 << 23
	}
	return -1 << 15
}

// Ordinary returns the indices of the signals that hold samples.
func (h *Header) Ordinary() []int {
	var l []int
	for i := range h.Signals {
		if !h.Signals[i].Annotations {
			l = append(l, i)
		}
	}
	return l
}

func (h *Header) sampleBytes() int64 {
	if h.BDF {
		return 3
	}
	return 2
}

// RecordBytes returns the size of a data record.
func (h *Header) RecordBytes() int64 {
	n := int64(0)
	for i := range h.Signals {
		n += int64(h.Signals[i].SamplesPerRecord) * h.sampleBytes()
	}
	return n
}

// Bytes returns the size of the header.
func (h *Header) Bytes() int64 { return 256 * int64(len(h.Signals)+1) }

func (h *Header) warn(signal int, field, value, text string) {
	w := Warning{signal, field, cut(value), text}
	// Records are read twice if annotations are asked for; once is enough.
	if len(h.Warnings) < maxWarnings && !slices.Contains(h.Warnings, w) {
		h.Warnings = append(h.Warnings, w)
	}
}

// number is a decimal number, exactly: units * 10^-digits.
type number struct {
	units  int64
	digits int // 0 to 9
}

var pow10 = [...]int64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9}

func (n number) float() float64 { return float64(n.units) / float64(pow10[n.digits]) }

// rate returns samples/n, correctly rounded but for products beyond 2^53.
func (n number) rate(samples int) float64 {
	if n.units <= 0 {
		return 0
	}
	return float64(int64(samples)*pow10[n.digits]) / float64(n.units)
}

func (h *Header) format(signals []int, rate float64) ecg.Format {
	f := ecg.Format{Rate: rate, Start: h.Start, Leads: make([]ecg.Lead, len(signals))}
	for i, s := range signals {
		f.Leads[i] = ecg.Lead{Name: h.Signals[s].Label, Unit: h.Signals[s].Unit}
	}
	return f
}
