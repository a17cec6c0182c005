package synth

// span is a stretch of frames, to exclusive.
type span struct{ from, to int64 }

// gaps are stretches in order of their start; they may overlap.
type gaps struct {
	spans []span
	at    int // the first that is not over
}

// hold reports whether one of them holds frame n. From call to call n must not
// go back.
func (g *gaps) hold(n int64) bool {
	for g.at < len(g.spans) && n >= g.spans[g.at].to {
		g.at++
	}
	return g.at < len(g.spans) && n >= g.spans[g.at].from
}
