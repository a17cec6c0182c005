package filter_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/filter"
)

// plainSection is one section written out, the twin of every fast loop.
type plainSection struct {
	filter.Section
	z1, d float64
}

func (s *plainSection) next(v float64) float64 {
	m := (1 + s.A1) + s.A2
	c := math.FMA(-s.A1, s.B0, s.B1)
	e := math.FMA(-m, s.B0, (s.B0+s.B2)+s.B1)
	y := float64(s.B0*v) + s.z1
	z1 := (s.d + float64(c*v)) + float64((-1-s.A1)*s.z1)
	s.d = (s.d + float64(e*v)) - float64(m*s.z1)
	s.z1 = z1
	return y
}

// Every loop, for any number of sections and leads, gives the bits of the plain
// section, also around values that are no samples.
func TestFastIsPlain(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 1))
	for count := 1; count <= 9; count++ {
		for leads := 1; leads <= 13; leads++ {
			sections := make([]filter.Section, count)
			for k := range sections {
				w, radius := math.Pi*r.Float64(), 0.7+0.29*r.Float64()
				sections[k] = filter.Section{B0: r.Float64(), B1: r.NormFloat64(), B2: r.Float64(),
					A1: -2 * radius * math.Cos(w), A2: radius * radius}
			}
			frames := 1 + r.IntN(3000/leads)
			x := make([]float64, frames*leads)
			for i := range x {
				switch x[i] = r.NormFloat64(); {
				case i < leads:
					x[i] = 0 // the primed state is then that of rest
				case r.IntN(400) == 0:
					x[i] = []float64{math.NaN(), math.Inf(1), -513, math.Nextafter(512, 600)}[r.IntN(4)]
				case r.IntN(100) == 0:
					x[i] = 512
				}
			}
			want := make([]float64, len(x))
			for l := range leads {
				chain := make([]plainSection, count)
				for k := range chain {
					chain[k].Section = sections[k]
				}
				for i := l; i < len(x); i += leads {
					v := x[i]
					if !(math.Abs(v) <= 512) {
						want[i] = math.NaN()
						continue
					}
					for k := range chain {
						v = chain[k].next(v)
					}
					want[i] = v
				}
			}
			c, err := filter.NewCascade(filter.CascadeConfig{Rate: 1000, Sections: sections, Leads: leads})
			require.NoError(t, err)
			requireBits(t, want, c.Append(nil, x), fmt.Sprint(count, " sections, ", leads, " leads"))
		}
	}
}

// requireBits compares bit for bit; any NaN is NaN.
func requireBits(t *testing.T, want, got []float64, name string) {
	t.Helper()
	require.Equal(t, len(want), len(got), name)
	for i := range want {
		if math.IsNaN(want[i]) && math.IsNaN(got[i]) {
			continue
		}
		if math.Float64bits(want[i]) != math.Float64bits(got[i]) {
			t.Fatalf("%s: value %d is %v, want %v", name, i, got[i], want[i])
		}
	}
}
