package features

import "math"

// mean returns the arithmetic mean of x, which is not empty.
func mean(x []float64) float64 {
	s := 0.0
	for _, v := range x {
		s += v
	}
	return s / float64(len(x))
}

// squares returns the sum of (x-m)².
func squares(x []float64, m float64) float64 {
	s := 0.0
	for _, v := range x {
		d := v - m
		s += float64(d * d) // float64(): no fused product, same bits everywhere
	}
	return s
}

// deviation returns the standard deviation of x about its mean with the
// divisor len(x)-ddof.
func deviation(x []float64, ddof int) Index {
	if len(x) <= ddof {
		return none(TooShort)
	}
	return value(math.Sqrt(squares(x, mean(x)) / float64(len(x)-ddof)))
}

// quantile returns the p-quantile of the sorted x by linear interpolation
// between order statistics (Hyndman and Fan 1996, type 7).
func quantile(x []float64, p float64) float64 {
	h := float64(float64(len(x)-1) * p)
	i := int(math.Floor(h))
	if i+1 >= len(x) {
		return x[len(x)-1]
	}
	return x[i] + float64((h-float64(i))*(x[i+1]-x[i]))
}

// slope returns the slope of the least-squares line through the points
// (x[i], y[i]).
func slope(x, y []float64) float64 {
	mx, my := mean(x), mean(y)
	sxx, sxy := 0.0, 0.0
	for i := range x {
		dx := x[i] - mx
		sxx += float64(dx * dx)
		sxy += float64(dx * (y[i] - my))
	}
	return sxy / sxx
}
