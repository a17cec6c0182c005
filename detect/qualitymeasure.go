package detect

import (
	"math"
	"slices"

	"github.com/sinus-ecg/sinus/ecg"
)

// What a second shows is measured from four: itself, the two before, the one
// behind it. Nothing older counts, so that a fault is forgotten soon. The sums of
// a second are kept, its signal is not. Amplitudes are those of the QRS band, the
// band-pass of Pan-Tompkins.
const (
	qualitySeconds = 4
	qualityBlock   = 20 // cells of a block: 100 ms, a QRS
	qualityBlocks  = qualityRate / qualityBlock
	qualityHalf    = qualityRate / 2

	// qualityBetween is the share of the blocks that is taken to lie between the
	// complexes: at 150 beats a minute it still does.
	qualityBetween = 0.4

	// qualityTiny in mV^2 keeps ratios finite: 10 uV squared, as ptFloor.
	qualityTiny = 1e-10
)

// qualitySecond is what is kept of a second.
type qualitySecond struct {
	cells        int
	half         [2]float64 // sums of the signal, mV
	halfN        [2]int
	band2, band4 float64                // sums of powers of the band-passed signal, mV^2, mV^4
	band, high   [qualityBlocks]float64 // sums of squares: QRS band, above it
	blockN       [qualityBlocks]int
	tone         [4]float64 // 50 Hz cosine and sine, 60 Hz: amplitudes in mV
}

// add takes a cell at a place in the second: the signal, its second difference,
// and the signal in the QRS band, mV.
func (s *qualitySecond) add(place int, y, high, band float64) {
	s.cells++
	h := place / qualityHalf
	s.half[h] += y
	s.halfN[h]++
	b2 := float64(band * band)
	s.band2 += b2
	s.band4 += float64(b2 * b2)
	k := place / qualityBlock
	s.blockN[k]++
	s.band[k] += b2
	s.high[k] += float64(high * high)
	t := &qualityTones[place%qualityBlock]
	s.tone[0] += float64(t[0] * high)
	s.tone[1] += float64(t[1] * high)
	s.tone[2] += float64(t[2] * high)
	s.tone[3] += float64(t[3] * high)
}

// qualityTones are cosine and sine of 50 and of 60 Hz over 100 ms, scaled so that
// a second of second differences of a cell's means sums up to the amplitude:
// 2/200 over the gain of the difference, 2 - 2 cos w, and of the mean, sinc(w/2).
var qualityTones = func() (t [qualityBlock][4]float64) {
	const s1, s2, c1, c2 = 0.5877852522924731, 0.9510565162951535, 0.8090169943749475, 0.30901699437494745 // sin, cos of 36 and 72 degrees
	const f50, f60 = 0.005553603672697957, 0.0044497765431668395
	sin60 := [10]float64{0, s2, -s1, -s1, s2, 0, -s2, s1, s1, -s2}
	cos60 := [10]float64{1, -c2, -c1, c1, c2, -1, c2, c1, -c1, -c2}
	cos50, sin50 := [4]float64{1, 0, -1, 0}, [4]float64{0, 1, 0, -1}
	for i := range t {
		t[i] = [4]float64{f50 * cos50[i%4], f50 * sin50[i%4], f60 * cos60[i%10], f60 * sin60[i%10]}
	}
	return t
}()

// hum is the larger power of the two tones, mV^2.
func (s *qualitySecond) hum() float64 {
	return max(float64(s.tone[0]*s.tone[0])+float64(s.tone[1]*s.tone[1]), float64(s.tone[2]*s.tone[2])+float64(s.tone[3]*s.tone[3]))
}

// measure is what second k shows, with what has come of the one behind it. All
// but the shares of Flags.
func (l *qualityLead) measure(k int64) ecg.QualityMeasures {
	m := ecg.Unmeasured()
	var tops, hums [qualitySeconds]float64
	var halves [2 * qualitySeconds]float64
	var bands, highs [qualitySeconds * qualityBlocks]float64
	nSeconds, nHalves, nBlocks := 0, 0, 0
	cells := 0
	var band2, band4 float64
	end := min(k+2, (l.n+qualityRate-1)/qualityRate)
	for j := max(0, k+2-qualitySeconds); j < end; j++ {
		s := &l.seconds[j%qualitySeconds]
		cells += s.cells
		band2 += s.band2
		band4 += s.band4
		for h, n := range s.halfN {
			if n == qualityHalf {
				halves[nHalves] = s.half[h] / qualityHalf
				nHalves++
			}
		}
		top := 0.0
		for i, n := range s.blockN {
			if n == qualityBlock {
				bands[nBlocks], highs[nBlocks] = s.band[i]/qualityBlock, s.high[i]/qualityBlock
				top = max(top, bands[nBlocks])
				nBlocks++
			}
		}
		if s.cells >= qualityHalf {
			tops[nSeconds] = top
			hums[nSeconds] = s.hum()
			nSeconds++
		}
	}
	if nSeconds == 0 || nBlocks == 0 {
		return m
	}
	// The complexes are as high as the best block of a second, of the second
	// highest second: one burst is no complex. The mean square of a sine is half
	// of its square.
	slices.Sort(tops[:nSeconds])
	level := tops[max(0, nSeconds-2)]
	height := math.Sqrt(2*level + qualityTiny)
	slices.Sort(bands[:nBlocks])
	slices.Sort(highs[:nBlocks])
	between := int(qualityBetween * float64(nBlocks))
	m.Background = math.Sqrt(bands[between]) / height
	m.Muscle = math.Sqrt(highs[between]/6) / height // 6: the second difference of white noise
	sum := 0.0
	for _, h := range hums[:nSeconds] {
		sum += h
	}
	m.Mains = math.Sqrt(sum/float64(nSeconds)) / height
	if nHalves > 1 {
		m.Wander = 0
		for i := 1; i < nHalves; i++ {
			m.Wander = max(m.Wander, math.Abs(halves[i]-halves[i-1])/height)
		}
	}
	if band2 > float64(cells)*qualityTiny {
		m.Kurtosis = float64(cells) * band4 / float64(band2*band2)
	}
	l.measureBeats(k, &m)
	return m
}
