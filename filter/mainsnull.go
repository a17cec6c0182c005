package filter

import (
	"math"

	"github.com/sinus-ecg/sinus/ecg/portable"
)

// mainsnull.go: the short window through which the canceller looks at one
// frequency of the mains.

// null is an offset from that frequency, in radians per sample, at which the
// window lets nothing pass, with a zero of this order.
type null struct {
	offset float64
	order  int
}

// mainsWindow returns symmetric weights g[-h..h] whose transform is 1 at 0 and
// has the nulls asked for: of all such windows the one nearest to Hann's, in
// the sense of the least sum of g²/hann. Where nulls fall together, or there are
// too few samples, some are left out.
func mainsWindow(h int, nulls []null) []float64 {
	n := 2*h + 1
	hann := make([]float64, n)
	for i := range hann {
		hann[i] = 0.5 + float64(0.5*portable.Cos(math.Pi*float64(i-h)/float64(h+1)))
	}
	// Every condition is a sum over the weights times one of these rows; the
	// derivatives of the transform have the powers of the place.
	one := make([]float64, n)
	for i := range one {
		one[i] = 1
	}
	rows := [][]float64{one}
	for _, z := range nulls {
		for order := range z.order {
			row := make([]float64, n)
			for i := range row {
				k := float64(i - h)
				sin, cos := portable.Sincos(float64(z.offset * k))
				switch order {
				case 0:
					row[i] = cos
				case 1:
					row[i] = k / float64(h) * sin
				default:
					row[i] = float64(k/float64(h)*k/float64(h)) * cos
				}
			}
			rows = append(rows, row)
		}
	}
	// g = hann * sum of m rows, with the conditions as equations for m.
	columns := make([][]float64, len(rows))
	for a := range rows {
		columns[a] = make([]float64, len(rows))
		for b := range rows {
			for i, w := range hann {
				columns[a][b] += float64(float64(w*rows[a][i]) * rows[b][i])
			}
		}
	}
	want := make([]float64, len(rows))
	want[0] = 1
	m := leastSquares(columns, want)
	g := make([]float64, n)
	for i, w := range hann {
		for a := range rows {
			g[i] += float64(float64(m[a]*w) * rows[a][i])
		}
	}
	return g
}
