package bench

import "github.com/sinus-ecg/sinus/wfdb"

// never is the time of "no more annotations". Differences with it are larger
// than any window.
const never = int64(1) << 62

// span is a stretch of fibrillation or of shutdown. on = -1: none.
type span struct{ on, off int64 }

// holds reports whether t lies in the last span, which may still be open.
func (s span) holds(t int64) bool {
	return s.on != -1 && s.on <= t && (t <= s.off || s.off == -1)
}

// held reports whether t lies in the last but one.
func (s span) held(t int64) bool { return s.on != -1 && s.on <= t && t <= s.off }

// stream is one annotator as bxb reads it: beats one by one with one beat of
// look-ahead, and the two most recent stretches each of ventricular
// fibrillation and of shutdown. Reading runs ahead: a stretch between the
// current and the next beat is already the last one.
type stream struct {
	ann    []wfdb.Annotation
	next   int
	test   bool // shutdown is tallied for the test annotator only
	sveb   bool
	window int64
	end    int64

	prev, t, t1   int64 // the beat before, the current and the next one
	label, label1 Label
	rr            int64 // interval to the beat before, 0 if invalid

	vf, vf2, off, off2 span
	tally              int64 // samples of shutdown
}

func newStream(ann []wfdb.Annotation, test bool, c Config) *stream {
	none := span{-1, -1}
	return &stream{ann: ann, test: test, sveb: c.SVEB, window: c.Window, end: c.End,
		label: noLabel, label1: noLabel, vf: none, vf2: none, off: none, off2: none}
}

func (s *stream) read() (wfdb.Annotation, bool) {
	if s.next == len(s.ann) {
		return wfdb.Annotation{}, false
	}
	s.next++
	return s.ann[s.next-1], true
}

// shutdownStart: a change of signal quality after which both signals are
// unreadable (bits 4 and 5 of the subtype; -1 is the usual form).
func shutdownStart(a wfdb.Annotation) bool { return a.Subtype&0x30 == 0x30 }

// get makes the next beat the current one and looks for the one after it.
func (s *stream) get() {
	s.prev, s.t, s.label = s.t, s.t1, s.label1
	s.rr = s.t - s.prev
	broken := func(v span) bool { return s.prev <= v.on && v.on < s.t }
	if s.prev == 0 || s.t == never || broken(s.vf) || broken(s.vf2) || broken(s.off) || broken(s.off2) {
		s.rr = 0
	}
	for {
		a, ok := s.read()
		if !ok {
			s.stop()
			return
		}
		if l, ok := beatLabel(a.Code, s.sveb); ok {
			s.t1, s.label1 = a.Time, l
			return
		}
		switch {
		case a.Code == wfdb.SignalQuality && shutdownStart(a):
			if !s.shutdown(a.Time) {
				return
			}
		case a.Code == wfdb.FibrillationStart:
			if !s.fibrillation(a.Time) {
				return
			}
		}
	}
}

// stop: there is no further beat.
func (s *stream) stop() { s.t1, s.label1 = never, star }

// shutdown reads the stretch that begins here. It returns false at the end of
// the file.
func (s *stream) shutdown(on int64) bool {
	s.off2 = s.off
	s.off.on = on
	a, ok := s.read()
	switch {
	case !ok:
		// The test annotator's stretch keeps the end of the one before.
		if !s.test {
			s.off.off = never
		} else if s.end > 0 {
			s.tally += s.end - on
		}
		s.stop()
		return false
	case a.Code == wfdb.SignalQuality && !shutdownStart(a):
		s.off.off = a.Time
	default:
		// AHA style: one mark in the middle of a stretch that lasts from one
		// beat to the next.
		s.next--
		from := s.t
		if s.vf.off > s.t {
			from = s.vf.off
		}
		s.off.on, s.off.off = from+s.window, a.Time-s.window
		if s.off.on > s.off.off {
			s.off.on = s.off.off
		}
	}
	if s.test {
		s.tally += s.off.off - s.off.on
	}
	return true
}

// fibrillation skips everything up to its end. It returns false at the end of
// the file; the stretch then keeps the end of the one before.
func (s *stream) fibrillation(on int64) bool {
	s.vf2 = s.vf
	s.vf.on = on
	for {
		a, ok := s.read()
		if !ok {
			s.stop()
			return false
		}
		if a.Code == wfdb.FibrillationEnd {
			s.vf.off = a.Time
			return true
		}
	}
}
