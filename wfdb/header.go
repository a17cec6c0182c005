package wfdb

import (
	"io/fs"
	"math"
	"path"
	"strings"
	"time"

	"github.com/sinus-ecg/sinus/ecg"
)

// DefaultGain is the number of adu per unit that is used for a signal whose
// header gives none (WFDB_DEFGAIN).
const DefaultGain = 200

// DefaultRate is the number of frames per second of a record whose header
// gives none, Hz (WFDB_DEFFREQ).
const DefaultRate = 250

// Header is the content of a .hea file. Values that the file leaves out have
// the defaults of the WFDB library.
type Header struct {
	Name string  // as in the record line
	Rate float64 // frames per second, Hz

	CounterRate float64 // ticks per second of the counter; Rate if not given
	BaseCounter float64 // its value at frame 0

	Frames int64 // length; 0: unknown

	// Start is the wall time of frame 0. WFDB knows no time zones: it is the
	// local time of the recording, given as UTC. It is zero unless time and
	// date are known.
	Start     time.Time
	TimeOfDay time.Duration // since midnight, whole milliseconds; see HasTime
	HasTime   bool
	HasDate   bool
	TimeText  string // as in the file, also if it is no time
	DateText  string

	// SignalCount is what the record line states. Signals has as many elements,
	// unless this is the header of a multi-segment record that was parsed
	// without its segments.
	SignalCount int
	Signals     []SignalInfo

	// Segments of a multi-segment record in their order; nil for any other.
	// Layout is true if the first is not a segment but describes the signals
	// (variable layout).
	Segments []Segment
	Layout   bool

	Comments []string // text behind the # of lines after the record line
	Text     []byte   // the file as it is
	Warnings []Warning
}

// Segment is one part of a multi-segment record.
type Segment struct {
	Name   string // record name; "~" is a gap
	Frames int64
}

// Given tells which optional fields of a signal line are there.
type Given uint16

const (
	GivenGain Given = 1 << iota
	GivenBaseline
	GivenUnits
	GivenADCResolution
	GivenADCZero
	GivenInitialValue
	GivenChecksum
	GivenBlockSize
	GivenDescription
)

// SignalInfo is a signal line of a header.
type SignalInfo struct {
	File            string // in the folder of the header; "~": no file
	Format          int
	SamplesPerFrame int
	Skew            int   // samples by which the signal is stored late
	ByteOffset      int64 // where samples begin in the file; samples, for the FLAC formats

	Gain          float64 // adu per unit; 0: uncalibrated
	Baseline      int32   // adu of 0 units
	Units         string
	ADCResolution int // bits
	ADCZero       int32
	InitialValue  int32
	Checksum      int16
	BlockSize     int
	Description   string

	Given Given
}

// AduPerUnit returns the gain to compute with: Gain, or DefaultGain for an
// uncalibrated signal.
func (s *SignalInfo) AduPerUnit() float64 {
	if s.Gain == 0 {
		return DefaultGain
	}
	return s.Gain
}

// Physical returns a sample in physical units; NaN for InvalidSample.
func (s *SignalInfo) Physical(adu int32) float64 {
	if adu == InvalidSample {
		return math.NaN()
	}
	return float64(int64(adu)-int64(s.Baseline)) / s.AduPerUnit()
}

// Digital returns the sample of a physical value, rounded half away from zero
// as the C library does it (physadu); InvalidSample for NaN and what is beyond
// 32 bits.
func (s *SignalInfo) Digital(x float64) int32 {
	v := math.Round(float64(x*s.AduPerUnit())) + float64(s.Baseline)
	if !(v > math.MinInt32 && v <= math.MaxInt32) {
		return InvalidSample
	}
	return int32(v)
}

// SkewFrames returns the skew in frames of the record, rounded half up.
func (s *SignalInfo) SkewFrames() int {
	return int(float64(s.Skew)/float64(s.SamplesPerFrame) + 0.5)
}

// null reports whether the signal has no samples.
func (s *SignalInfo) null() bool { return s.File == "~" || s.Format == 0 }

// Format returns the header as an ecg.Format: one lead for each signal, with
// its description and units.
func (h *Header) Format() ecg.Format {
	f := ecg.Format{Rate: h.Rate, Start: h.Start, Leads: make([]ecg.Lead, len(h.Signals))}
	for i := range h.Signals {
		f.Leads[i] = ecg.Lead{Name: h.Signals[i].Description, Unit: h.Signals[i].Units}
	}
	return f
}

// Signal returns the index of the first signal with this description, or -1.
func (h *Header) Signal(description string) int {
	for i := range h.Signals {
		if h.Signals[i].Description == description {
			return i
		}
	}
	return -1
}

// MaxSamplesPerFrame is the largest number of samples per frame of a signal;
// 1 if there are none.
func (h *Header) MaxSamplesPerFrame() int {
	m := 1
	for i := range h.Signals {
		m = max(m, h.Signals[i].SamplesPerFrame)
	}
	return m
}

// ReadHeader reads the header of a record with the default Options. Of a
// multi-segment record it also reads the header that describes the signals.
func ReadHeader(fsys fs.FS, name string) (*Header, error) {
	return Options{}.ReadHeader(fsys, name)
}

// ReadHeader reads the header of a record.
func (o Options) ReadHeader(fsys fs.FS, name string) (*Header, error) {
	name, err := recordPath(name)
	if err != nil {
		return nil, err
	}
	h, err := o.readHeaderFile(fsys, name)
	if err != nil {
		return nil, err
	}
	if len(h.Segments) > 0 {
		if err := o.readSignalsOfMaster(fsys, path.Dir(name), h); err != nil {
			return nil, err
		}
	}
	return h, o.strict(h.Warnings)
}

// readHeaderFile reads one .hea file.
func (o Options) readHeaderFile(fsys fs.FS, name string) (*Header, error) {
	f, err := openFile(fsys, name+".hea")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return o.ParseHeader(f, name+".hea")
}

// readSignalsOfMaster fills in the signals of a multi-segment record, which
// its own header does not list.
func (o Options) readSignalsOfMaster(fsys fs.FS, dir string, h *Header) error {
	first := -1
	for i, s := range h.Segments {
		if s.Name != "~" {
			first = i
			break
		}
	}
	if first < 0 {
		return &HeaderError{Name: h.Name, Field: "segments", Err: ErrHeader, Want: "one that is not a gap"}
	}
	s, err := o.readSegmentHeader(fsys, dir, h, first)
	if err != nil {
		return err
	}
	if len(s.Signals) != h.SignalCount {
		h.warn(0, "number of signals", s.Name, "the record line and the header that describes the signals differ; the latter holds")
	}
	h.Signals = s.Signals
	if h.Frames == 0 && !h.Layout {
		for _, s := range h.Segments {
			h.Frames += s.Frames
		}
	}
	return nil
}

// readSegmentHeader reads the header of a segment of master h.
func (o Options) readSegmentHeader(fsys fs.FS, dir string, h *Header, i int) (*Header, error) {
	name := h.Segments[i].Name
	if name == h.Name {
		return nil, &HeaderError{Name: h.Name, Field: "segment", Value: name, Err: ErrHeader,
			Want: "another record: this one names itself, " + name + " -> " + name}
	}
	s, err := o.readHeaderFile(fsys, path.Join(dir, name))
	if err != nil {
		return nil, err
	}
	if len(s.Segments) > 0 {
		return nil, &HeaderError{Name: path.Join(dir, name) + ".hea", Line: 1, Field: "number of segments",
			Err: ErrHeader, Want: "a record without segments: it is one itself, " + h.Name + " -> " + name}
	}
	if s.Rate != h.Rate {
		return nil, &HeaderError{Name: path.Join(dir, name) + ".hea", Line: 1, Field: "sampling frequency",
			Value: formatFloat(s.Rate), Err: ErrHeader, Want: formatFloat(h.Rate) + " as the record " + h.Name}
	}
	return s, nil
}

func (h *Header) warn(line int, field, value, text string) {
	(*warnings)(&h.Warnings).add(Warning{Name: h.Name, Line: line, Field: field, Value: value, Text: text})
}

// recordPath cleans the name of a record as it was asked for. "a/b/" is
// "a/b/b", the layout of MIMIC; a suffix .hea is dropped.
func recordPath(name string) (string, error) {
	p := strings.TrimSuffix(name, ".hea")
	if strings.HasSuffix(p, "/") {
		p = strings.TrimSuffix(p, "/")
		p += "/" + path.Base(p)
	}
	if err := validName("open", p); err != nil {
		return "", err
	}
	return p, nil
}

// InvalidSample is the digital value of a sample that is not there, whatever
// the format. (The C library has -32768, which formats 24 and 32 can mean.)
const InvalidSample int32 = math.MinInt32
