package features

// Entry is one index with its stable name, for tables and for models.
type Entry struct {
	Group string // "time", "welch", "lomb", "burg", "nonlinear"
	Name  string // "sdnn"; names do not change between versions
	Unit  string // "ms"; "" for none
	Index
}

// Entries appends every index of h, always in the same number and order.
func (h *HRV) Entries(dst []Entry) []Entry {
	add := func(group, name, unit string, x Index) { dst = append(dst, Entry{group, name, unit, x}) }
	t := &h.Time
	count := func(n int) Index { return Index{Value: float64(n)} }
	add("time", "n", "", count(t.N))
	add("time", "mean_nn", "ms", t.Mean)
	add("time", "median_nn", "ms", t.Median)
	add("time", "min_nn", "ms", t.Min)
	add("time", "max_nn", "ms", t.Max)
	add("time", "range_nn", "ms", t.Range)
	add("time", "sdnn", "ms", t.SDNN)
	add("time", "rmssd", "ms", t.RMSSD)
	add("time", "sdsd", "ms", t.SDSD)
	add("time", "cvnn", "", t.CVNN)
	add("time", "cvsd", "", t.CVSD)
	add("time", "nn50", "", count(t.NN50))
	add("time", "pnn50", "%", t.PNN50)
	add("time", "nn20", "", count(t.NN20))
	add("time", "pnn20", "%", t.PNN20)
	add("time", "pnnx", "%", t.PNNx)
	add("time", "mad_nn", "ms", t.MAD)
	add("time", "mcv_nn", "", t.MCV)
	add("time", "iqr_nn", "ms", t.IQR)
	add("time", "prc20_nn", "ms", t.Prc20)
	add("time", "prc80_nn", "ms", t.Prc80)
	add("time", "hr", "1/min", t.HR)
	add("time", "hr_mean", "1/min", t.HRMean)
	add("time", "hr_sd", "1/min", t.HRSD)
	add("time", "hr_min", "1/min", t.HRMin)
	add("time", "hr_max", "1/min", t.HRMax)
	add("time", "sdann", "ms", t.SDANN)
	add("time", "sdnn_index", "ms", t.SDNNIndex)
	add("time", "triangular_index", "", t.TriangularIndex)
	add("time", "tinn", "ms", t.TINN)
	add("time", "stress_index", "%/s2", t.StressIndex)
	add("time", "stress_index_median", "%/s2", t.StressIndexMedian)
	add("time", "stress_index_root", "", t.StressIndexRoot)
	for _, s := range []struct {
		group string
		s     *Spectrum
	}{{"welch", &h.Welch}, {"lomb", &h.Lomb}, {"burg", &h.Burg}} {
		add(s.group, "ulf", "ms2", s.s.ULF)
		add(s.group, "vlf", "ms2", s.s.VLF)
		add(s.group, "lf", "ms2", s.s.LF)
		add(s.group, "hf", "ms2", s.s.HF)
		add(s.group, "vhf", "ms2", s.s.VHF)
		add(s.group, "total", "ms2", s.s.Total)
		add(s.group, "lf_peak", "Hz", s.s.LFPeak)
		add(s.group, "hf_peak", "Hz", s.s.HFPeak)
		add(s.group, "lf_nu", "%", s.s.LFnu)
		add(s.group, "hf_nu", "%", s.s.HFnu)
		add(s.group, "lf_hf", "", s.s.LFHF)
	}
	p, f := &h.Poincare, &h.Fragmentation
	add("nonlinear", "sd1", "ms", p.SD1)
	add("nonlinear", "sd2", "ms", p.SD2)
	add("nonlinear", "sd1_sd2", "", p.Ratio)
	add("nonlinear", "ellipse_area", "ms2", p.Area)
	add("nonlinear", "csi", "", p.CSI)
	add("nonlinear", "cvi", "", p.CVI)
	add("nonlinear", "csi_modified", "ms", p.CSIModified)
	add("nonlinear", "gi", "%", p.GI)
	add("nonlinear", "si", "%", p.SI)
	add("nonlinear", "ai", "%", p.AI)
	add("nonlinear", "pi", "%", p.PI)
	add("nonlinear", "c1d", "", p.C1)
	add("nonlinear", "c2d", "", p.C2)
	add("nonlinear", "cd", "", p.C)
	add("nonlinear", "pip", "%", f.PIP)
	add("nonlinear", "pip_hard", "%", f.PIPHard)
	add("nonlinear", "ials", "", f.IALS)
	add("nonlinear", "pss", "%", f.PSS)
	add("nonlinear", "pas", "%", f.PAS)
	add("nonlinear", "dc", "ms", h.PRSA.DC)
	add("nonlinear", "ac", "ms", h.PRSA.AC)
	add("nonlinear", "sampen", "nat", h.Entropy.SampEn)
	add("nonlinear", "apen", "nat", h.Entropy.ApEn)
	add("nonlinear", "fuzzyen", "nat", h.Entropy.Fuzzy)
	add("nonlinear", "dfa_alpha1", "", h.DFA.Alpha1)
	add("nonlinear", "dfa_alpha2", "", h.DFA.Alpha2)
	add("nonlinear", "corrdim", "", h.CorrDim)
	return dst
}
