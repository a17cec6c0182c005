// Package filter designs filters for an ECG and runs them over a stream.
//
// A design is poles and zeros ([ZPK]) and, to run it, second-order sections
// ([Section]); the polynomial form b/a is never used, since it loses digits that
// an ECG's low cut-offs need. [Cascade] runs sections as an ecg.Stage over one
// lead or interleaved frames of many.
//
//	band, err := filter.Butterworth(2, filter.BandPass, 360, 5, 15)
//	...
//	c, err := filter.NewCascade(filter.CascadeConfig{Rate: 360, Sections: band.Sections()})
//	out = c.Append(out[:0], packet)
//
// The first good sample primes a cascade, as if it had been there for ever, so
// that an electrode offset does not ring. NaN is no sample: it comes out as NaN
// and changes no state; after a longer gap the cascade is primed anew.
//
// Responses equal those of SciPy's designs evaluated with 40 digits within
// 1e-12 or ten times SciPy's own error (golden/filter: go test ./filter).
package filter
