package detect

// qrsPeak is where the R peak, or the main deflection, of a beat lies.
type qrsPeak struct {
	at   int64 // input sample
	frac float32
}

// peak looks for the R peak near grid sample c.
func (q *QRS) peak(c int64) qrsPeak {
	return qrsPeak{at: q.input(c)}
}
