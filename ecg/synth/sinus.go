package synth

import (
	"math"
	"math/rand/v2"

	"github.com/sinus-ecg/sinus/ecg/portable"
)

// tones is how many sine waves of random phase make each component of the RR
// variability; their frequencies spread over the band.
const tones = 8

// Centre and spread of the two components of heart rate variability in Hz
// (McSharry et al. 2003: Mayer waves and respiration).
const (
	lfCentre, lfSpread = 0.1, 0.01
	hfCentre, hfSpread = 0.25, 0.01
)

// minInterval of the sinus node, s: what the variability is cut at.
const minInterval = 0.25

// node is the sinus node: its interval as a function of time.
type node struct {
	mean      float64 // s
	amplitude [2]float64
	frequency [2][tones]float64 // rad/s
	phase     [2][tones]float64
}

func newNode(c Config) node {
	n := node{mean: 60 / c.HeartRate}
	random := rand.New(rand.NewPCG(c.Seed, 0x5e1f))
	for band, v := range [2]struct{ sd, centre, spread float64 }{{c.LF, lfCentre, lfSpread}, {c.HF, hfCentre, hfSpread}} {
		// tones sine waves of this amplitude have the variance sd^2.
		n.amplitude[band] = v.sd / 1000 * math.Sqrt(2./tones)
		for k := range tones {
			f := v.centre + float64(v.spread*(float64(2*random.Float64())-1))
			n.frequency[band][k] = 2 * math.Pi * f
			n.phase[band][k] = float64(2 * math.Pi * random.Float64())
		}
	}
	return n
}

// interval is the sinus interval at time t.
func (n *node) interval(t float64) float64 {
	v := n.mean
	for band, a := range n.amplitude {
		if a == 0 {
			continue
		}
		for k := range tones {
			v += float64(a * portable.Sin(float64(n.frequency[band][k]*t)+n.phase[band][k]))
		}
	}
	return max(v, minInterval)
}
