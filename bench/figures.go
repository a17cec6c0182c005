package bench

import "math"

// Counts are the three numbers behind a sensitivity and a positive
// predictivity.
type Counts struct{ TP, FN, FP int }

// Se returns the sensitivity in percent, NaN if there is nothing to find.
func (c Counts) Se() float64 { return percent(c.TP, c.TP+c.FN) }

// PP returns the positive predictivity in percent, NaN if nothing was found.
func (c Counts) PP() float64 { return percent(c.TP, c.TP+c.FP) }

// DER returns the detection error rate (FN+FP)/(TP+FN) in percent.
func (c Counts) DER() float64 { return percent(c.FN+c.FP, c.TP+c.FN) }

// percent returns 100 a/b, NaN for b = 0.
func percent[T int | int64](a, b T) float64 {
	if b == 0 {
		return math.NaN()
	}
	return 100 * float64(a) / float64(b)
}

// sum adds the cells of these rows and columns.
func (m *Matrix) sum(rows, columns []Label) int {
	n := 0
	for _, r := range rows {
		for _, c := range columns {
			n += m[r][c]
		}
	}
	return n
}

var (
	beats   = []Label{N, S, V, F, Q}
	noBeats = []Label{O, X}
	all     = []Label{N, S, V, F, Q, O, X}
)

// QRS counts the beats of any class: missed and extra ones in shutdown are
// missed and extra too.
func (m *Matrix) QRS() Counts {
	return Counts{m.sum(beats, beats), m.sum(beats, noBeats), m.sum(noBeats, beats)}
}

// VEB counts ventricular ectopic beats. A fusion or unclassifiable beat called V
// is no false positive.
func (m *Matrix) VEB() Counts {
	return Counts{m[V][V], m.sum([]Label{V}, all) - m[V][V], m.sum([]Label{N, S, O, X}, []Label{V})}
}

// vebNegatives are the beats that are no VEB and not called one.
func (m *Matrix) vebNegatives() int {
	return m.sum([]Label{N, S, F, Q, O, X}, []Label{N, S, F, Q})
}

// SVEB counts supraventricular ectopic beats. An unclassifiable beat called S is
// no false positive.
func (m *Matrix) SVEB() Counts {
	return Counts{m[S][S], m.sum([]Label{S}, all) - m[S][S], m.sum([]Label{N, V, F, O, X}, []Label{S})}
}

func (m *Matrix) add(o *Matrix) {
	for r := range m {
		for c := range m[r] {
			m[r][c] += o[r][c]
		}
	}
}

// Summary is one line of figures in percent; NaN where undefined.
type Summary struct {
	QSe, QPP, VSe, VPP, SSe, SPP, DER float64
}

func (m *Matrix) summary() Summary {
	q, v, s := m.QRS(), m.VEB(), m.SVEB()
	return Summary{q.Se(), q.PP(), v.Se(), v.PP(), s.Se(), s.PP(), q.DER()}
}

func (s *Summary) fields() [7]*float64 {
	return [7]*float64{&s.QSe, &s.QPP, &s.VSe, &s.VPP, &s.SSe, &s.SPP, &s.DER}
}

// Summarize returns the figures of the summed counts (gross) and the unweighted
// means over the records that have each figure (average).
func Summarize(records []Comparison) (gross, average Summary) {
	var sum Matrix
	var n [7]int
	for i := range records {
		sum.add(&records[i].Matrix)
		one := records[i].Matrix.summary()
		for k, v := range one.fields() {
			if !math.IsNaN(*v) {
				*average.fields()[k] += *v
				n[k]++
			}
		}
	}
	for k, v := range average.fields() {
		*v /= float64(n[k]) // 0/0 is NaN
	}
	return sum.summary(), average
}
