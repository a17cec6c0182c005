package wfdb

// Limits bounds what a file may claim. A zero field takes its default, which
// is far above anything known from PhysioNet.
type Limits struct {
	HeaderBytes     int64 // size of a header; default 4 MiB
	LineBytes       int   // one line of it; default 64 KiB
	Signals         int   // default 4096
	SamplesPerFrame int   // of one signal; default 100 000
	FrameSamples    int   // of all signals of a frame; default 1 Mi
	Segments        int   // default 1 Mi
	SkewFrames      int   // default 1 000 000
	BufferBytes     int64 // memory for the samples that a skew holds back; default 64 MiB
	DecodedBytes    int64 // of one signal file in one go, 4 for each sample; default 1 TiB
	AnnotationTypes int   // custom definitions of an annotation file; default 4096
	ArchiveFiles    int   // in a zip archive; default 1 Mi
	ArchiveBytes    int64 // all files of a zip archive unpacked; default 1 TiB
	ArchiveRatio    int   // bytes unpacked for each byte, of an archive and of a file; default 200
}

func (l Limits) withDefaults() Limits {
	if l.DecodedBytes == 0 {
		l.DecodedBytes = 1 << 40
	}
	set := func(p *int, def int) {
		if *p == 0 {
			*p = def
		}
	}
	if l.ArchiveBytes == 0 {
		l.ArchiveBytes = 1 << 40
	}
	if l.HeaderBytes == 0 {
		l.HeaderBytes = 4 << 20
	}
	if l.BufferBytes == 0 {
		l.BufferBytes = 64 << 20
	}
	set(&l.LineBytes, 64<<10)
	set(&l.Signals, 4096)
	set(&l.SamplesPerFrame, 100_000)
	set(&l.FrameSamples, 1<<20)
	set(&l.Segments, 1<<20)
	set(&l.SkewFrames, 1_000_000)
	set(&l.AnnotationTypes, 4096)
	set(&l.ArchiveFiles, 1<<20)
	set(&l.ArchiveRatio, 200)
	return l
}
