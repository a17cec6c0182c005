package features

import "math"

// template is the average QRS of the prevailing shape: 100 ms before to 160 ms
// after the R peak. A beat belongs to it from a correlation of 0.9 on. Eight
// beats in a row of another shape, alike among themselves, take its place: a
// bundle branch block that comes stays the normal beat of its patient.
type template struct {
	before, after, shift int // samples
	shape, other         []float64
	count, others        int
}

const (
	alike       = 0.9 // correlation of one shape; OSEA and others use 0.85 to 0.95
	takeOver    = 8   // beats in a row
	averageOver = 16  // beats of the running average
)

func newTemplate(k *kernels) template {
	t := template{before: k.ms(100), after: k.ms(160), shift: k.ms(16)}
	n := t.before + t.after + 1
	t.shape, t.other = make([]float64, n), make([]float64, n)
	return t
}

// compare returns the best correlation of the QRS at r in x with the template
// over small shifts, none for the first beat, and takes the beat into it.
func (t *template) compare(x []float64, r int) Index {
	if t.count == 0 {
		t.take(t.shape, x, r, 0)
		t.count = 1
		return none(TooShort)
	}
	best, at := t.match(t.shape, x, r)
	if math.IsNaN(best) {
		return none(NoVariance)
	}
	if best >= alike {
		t.take(t.shape, x, at, min(t.count, averageOver))
		t.count++
		t.others = 0
		return value(best)
	}
	c, where := math.Inf(-1), r
	if t.others > 0 {
		c, where = t.match(t.other, x, r)
	}
	if !(c >= alike) {
		t.others, where = 0, r
	}
	t.take(t.other, x, where, t.others)
	if t.others++; t.others >= takeOver {
		t.shape, t.other = t.other, t.shape
		t.count, t.others = t.others, 0
	}
	return value(best)
}

// match is the largest correlation with shape, and the place of R it has there.
func (t *template) match(shape, x []float64, r int) (best float64, at int) {
	best, at = math.NaN(), r
	for d := -t.shift; d <= t.shift; d++ {
		if c := correlation(shape, x[r+d-t.before:r+d+t.after+1]); !(c <= best) && !math.IsNaN(c) {
			best, at = c, r+d
		}
	}
	return best, at
}

// take averages the beat into shape, which stands for n beats.
func (t *template) take(shape, x []float64, r, n int) {
	for i, v := range x[r-t.before : r+t.after+1] {
		if n == 0 {
			shape[i] = v
			continue
		}
		shape[i] += (v - shape[i]) / float64(n+1)
	}
}

// correlation is Pearson's, NaN without variance.
func correlation(x, y []float64) float64 {
	mx, my := mean(x), mean(y)
	var xx, yy, xy float64
	for i, v := range x {
		a, b := v-mx, y[i]-my
		xx += float64(a * a)
		yy += float64(b * b)
		xy += float64(a * b)
	}
	if !(xx > 0 && yy > 0) {
		return math.NaN()
	}
	return xy / (math.Sqrt(xx) * math.Sqrt(yy))
}
