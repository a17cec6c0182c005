package portable

import (
	"hash/fnv"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// ulps is the distance of a and b in units of the last place of b.
func ulps(a, b float64) float64 {
	if a == b || a != a && b != b {
		return 0
	}
	_, e := math.Frexp(b)
	return math.Abs(a-b) / math.Ldexp(1, max(e-53, -1074))
}

var functions = []struct {
	name      string
	ours, std func(float64) float64
	lo, hi    float64
	limit     float64 // ulp, of ours and of package math together
}{
	{"Exp", Exp, math.Exp, -740, 708, 2},
	{"Exp near 0", Exp, math.Exp, -1, 1, 2},
	{"Expm1", Expm1, math.Expm1, -5, 5, 3},
	{"Expm1 near 0", Expm1, math.Expm1, -1e-5, 1e-5, 2},
	{"Log", Log, math.Log, 1e-300, 100, 2},
	{"Log near 1", Log, math.Log, 0.9, 1.1, 2},
	{"Log1p", Log1p, math.Log1p, -0.999, 30, 2},
	{"Log1p near 0", Log1p, math.Log1p, -1e-5, 1e-5, 2},
	{"Log2", Log2, math.Log2, 1.1, 1e3, 3},
	{"Log10", Log10, math.Log10, 1e-3, 1e3, 3},
	{"Sin", Sin, math.Sin, -30, 30, 2},
	{"Cos", Cos, math.Cos, -30, 30, 2},
	{"Tan", Tan, math.Tan, -30, 30, 4},
	{"Atan", Atan, math.Atan, -3, 3, 2},
	{"Atan far", Atan, math.Atan, -1e6, 1e6, 2},
	{"Asin", Asin, math.Asin, -0.5, 0.5, 4},
	{"Acos", Acos, math.Acos, -0.5, 0.5, 4},
	{"Sinh", Sinh, math.Sinh, -700, 700, 3},
	{"Sinh near 0", Sinh, math.Sinh, -1, 1, 4},
	{"Cosh", Cosh, math.Cosh, -30, 30, 3},
	{"Tanh", Tanh, math.Tanh, -3, 3, 4},
	{"Asinh", Asinh, math.Asinh, -100, 100, 4},
	{"Acosh", Acosh, math.Acosh, 1, 100, 4},
	{"Atanh", Atanh, math.Atanh, -0.999, 0.999, 4},
}

func TestAgainstPackageMath(t *testing.T) {
	for _, f := range functions {
		r := rand.New(rand.NewPCG(1, 2))
		worst, at := 0.0, 0.0
		for range 20000 {
			x := f.lo + r.Float64()*(f.hi-f.lo)
			if u := ulps(f.ours(x), f.std(x)); u > worst {
				worst, at = u, x
			}
		}
		if worst > f.limit {
			t.Errorf("%s(%v) = %v, package math has %v: %.2f ulp", f.name, at, f.ours(at), f.std(at), worst)
		}
	}
}

// Exp against its series in high precision: the error itself, not a difference
// of two errors.
func TestExpIsWithinOneUlp(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		x := r.Float64()*40 - 20
		exact := new(big.Float).SetPrec(200).SetInt64(1)
		term := new(big.Float).SetPrec(200).SetInt64(1)
		for n := int64(1); n < 150; n++ {
			term.Mul(term, new(big.Float).SetFloat64(x))
			term.Quo(term, new(big.Float).SetInt64(n))
			exact.Add(exact, term)
		}
		got := Exp(x)
		_, e := math.Frexp(got)
		d, _ := new(big.Float).Sub(exact, new(big.Float).SetFloat64(got)).Float64()
		if u := math.Abs(d) / math.Ldexp(1, e-53); u > 1 {
			t.Errorf("Exp(%v) is off by %.2f ulp", x, u)
		}
	}
}

// Whole powers against exact products.
func TestPow(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 2000 {
		x, n := math.Exp(r.Float64()*8-4), 1+r.IntN(40)
		exact := new(big.Float).SetPrec(4000).SetInt64(1)
		for range n {
			exact.Mul(exact, new(big.Float).SetFloat64(x))
		}
		want, _ := exact.Float64()
		limit := 2 + math.Abs(float64(n)*math.Log(x))
		if u := ulps(Pow(x, float64(n)), want); u > limit {
			t.Errorf("Pow(%v, %v) is off by %.1f ulp", x, n, u)
		}
	}
}

// Far from 0 package math is no reference: its reduction loses digits. Both of
// ours must agree, and the one in high precision is right by construction.
func TestSinFar(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for range 200 {
		x := (r.Float64() - 0.5) * (1 << 31)
		hi, lo, q := reduceBig(x)
		want := []float64{sinPoly(hi, lo), cosPoly(hi, lo), -sinPoly(hi, lo), -cosPoly(hi, lo)}[q]
		if u := ulps(Sin(x), want); u > 1 {
			t.Errorf("Sin(%v) = %v, want %v", x, Sin(x), want)
		}
	}
	// Known digits: sin(10^22), the classic hard case.
	if got := Sin(1e22); ulps(got, -0.8522008497671888) > 1 {
		t.Errorf("Sin(1e22) = %v", got)
	}
}

// Near the ends package math loses digits in Asin and Acos too.
func TestAcosUndoesCos(t *testing.T) {
	for x := 0.001; x < 3.14; x += 0.001 {
		c := Cos(x)
		limit := 1e-15 + 2e-16/Sin(x) // what the rounding of c is worth
		if got := Acos(c); math.Abs(got-x) > limit {
			t.Errorf("Acos(Cos(%v)) = %v", x, got)
		}
		if got := Asin(Sin(x / 2)); math.Abs(got-x/2) > 1e-15+2e-16/Cos(x/2) {
			t.Errorf("Asin(Sin(%v)) = %v", x/2, got)
		}
	}
}

func TestSpecialValues(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	values := []float64{0, math.Copysign(0, -1), inf, -inf, nan, 1, -1, 0.5, -2, 3, 1e300, -1e300}
	for _, f := range functions {
		for _, x := range values {
			if got, want := f.ours(x), f.std(x); ulps(got, want) > 4 || math.Signbit(got) != math.Signbit(want) && got == 0 {
				t.Errorf("%s(%v) = %v, want %v", f.name, x, got, want)
			}
		}
	}
	for _, x := range values {
		for _, y := range values {
			for name, p := range map[string][2]float64{
				"Pow":   {Pow(x, y), math.Pow(x, y)},
				"Atan2": {Atan2(x, y), math.Atan2(x, y)},
				"Hypot": {Hypot(x, y), math.Hypot(x, y)},
			} {
				if ulps(p[0], p[1]) > 4 || math.Signbit(p[0]) != math.Signbit(p[1]) && p[0] == 0 {
					t.Errorf("%s(%v, %v) = %v, want %v", name, x, y, p[0], p[1])
				}
			}
		}
	}
}

// The bits of all functions over fixed arguments: the same number on every
// processor.
func TestBits(t *testing.T) {
	h := fnv.New64a()
	r := rand.New(rand.NewPCG(7, 8))
	add := func(v float64) {
		b := math.Float64bits(v)
		if v != v {
			b = 0x7ff8000000000001
		}
		h.Write([]byte{byte(b), byte(b >> 8), byte(b >> 16), byte(b >> 24), byte(b >> 32), byte(b >> 40), byte(b >> 48), byte(b >> 56)})
	}
	for _, f := range functions {
		for range 3000 {
			add(f.ours(f.lo + float64(r.Float64()*(f.hi-f.lo))))
		}
	}
	for range 3000 {
		x, y := float64(r.Float64()*10), float64(r.Float64()*10)-5
		add(Pow(x, y))
		add(Atan2(y, x-5))
		add(Hypot(x, y))
	}
	const want = 0xe557cdf9e6f46bfb
	if got := h.Sum64(); got != want {
		t.Errorf("hash of the results is %#x, want %#x", got, uint64(want))
	}
}

var sink float64

func BenchmarkExp(b *testing.B) {
	x := -3.0
	for b.Loop() {
		sink = Exp(x)
		x += 1e-6
	}
}

func BenchmarkLog(b *testing.B) {
	x := 0.3
	for b.Loop() {
		sink = Log(x)
		x += 1e-6
	}
}

func BenchmarkSincos(b *testing.B) {
	x := -3.0
	for b.Loop() {
		sink, _ = Sincos(x)
		x += 1e-6
	}
}
