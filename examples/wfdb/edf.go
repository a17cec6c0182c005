package main

// edf.go: an EDF file as the header of a record, with the rules of edfparse of
// the WFDB library: a frame is a data record.

import (
	"io/fs"
	"math"
	"path"

	"github.com/sinus-ecg/sinus/wfdb"
	"github.com/sinus-ecg/sinus/wfdb/edf"
)

func edfHeader(fsys fs.FS, name string) (*wfdb.Header, error) {
	r, err := edf.Open(fsys, name)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return edfInfo(r.Header(), name)
}

// edfInfo makes the header of a record.
func edfInfo(e *edf.Header, name string) (*wfdb.Header, error) {
	h := &wfdb.Header{Name: path.Base(name), Rate: 1, Frames: max(e.Records, 0)}
	if d := e.RecordDuration(); d > 0 {
		h.Rate = 1 / d.Seconds()
	}
	h.CounterRate = h.Rate
	if !e.Start.IsZero() {
		h.Start = e.Start
		h.HasTime, h.HasDate = true, true
		h.TimeOfDay = h.Start.Sub(h.Start.Truncate(24 * 3600e9))
	}
	for i := range e.Signals {
		s := &e.Signals[i]
		info := wfdb.SignalInfo{
			File: path.Base(name), Format: 16, SamplesPerFrame: max(s.SamplesPerRecord, 1),
			Units: s.Unit, Description: s.Label, Given: wfdb.GivenUnits | wfdb.GivenDescription,
		}
		if e.BDF {
			info.Format = 24
		}
		lo, hi := int64(s.DigitalMin), int64(s.DigitalMax)
		if !s.Faulty {
			info.Gain = float64(hi-lo) / (s.PhysicalMax - s.PhysicalMin)
			info.Baseline = int32(clampInt(math.Round(float64(hi) - float64(s.PhysicalMax*info.Gain))))
		}
		info.ADCZero = int32((hi + 1 + lo) / 2)
		info.InitialValue = info.ADCZero
		for n := hi - lo; n > 1; n >>= 1 {
			info.ADCResolution++
		}
		h.Signals = append(h.Signals, info)
	}
	h.SignalCount = len(h.Signals)
	return h, nil
}

func clampInt(x float64) float64 { return min(max(x, math.MinInt32+1), math.MaxInt32) }
