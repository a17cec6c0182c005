package bench

// Span is a stretch of samples, End exclusive.
type Span struct{ Start, End int64 }

// Lists of spans are in order, without overlap, and without empty ones.

// appendSpan adds a span that does not begin before the last one; it joins them
// where they touch.
func appendSpan(list []Span, s Span) []Span {
	if n := len(list); n > 0 && s.Start <= list[n-1].End {
		list[n-1].End = max(list[n-1].End, s.End)
		return list
	}
	if s.Start < s.End {
		list = append(list, s)
	}
	return list
}

// intersect returns what lies in both lists.
func intersect(a, b []Span) []Span {
	var both []Span
	for i, k := 0, 0; i < len(a) && k < len(b); {
		if s := (Span{max(a[i].Start, b[k].Start), min(a[i].End, b[k].End)}); s.Start < s.End {
			both = append(both, s)
		}
		if a[i].End < b[k].End {
			i++
		} else {
			k++
		}
	}
	return both
}

// subtract returns what of a does not lie in b.
func subtract(a, b []Span) []Span {
	var rest []Span
	k := 0
	for _, s := range a {
		for k < len(b) && b[k].End <= s.Start {
			k++
		}
		for i := k; i < len(b) && b[i].Start < s.End; i++ {
			if s.Start < b[i].Start {
				rest = append(rest, Span{s.Start, b[i].Start})
			}
			s.Start = min(b[i].End, s.End)
		}
		if s.Start < s.End {
			rest = append(rest, s)
		}
	}
	return rest
}

func length(list []Span) (n int64) {
	for _, s := range list {
		n += s.End - s.Start
	}
	return n
}
