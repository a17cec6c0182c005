package wfdb

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"math"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/ecgtest"
)

// mixed is a record of three signals in two files, with 4, 1 and 2 samples per
// frame.
func mixed(t testing.TB) (fs.FS, []int32) {
	h := testHeader(16, 3)
	h.Signals[0].SamplesPerFrame = 4
	h.Signals[2].SamplesPerFrame = 2
	h.Signals[2].File = "w.d2"
	h.Signals[2].Format = 212
	m := newMemory()
	w, err := NewWriter(m, h, WriterOptions{})
	require.NoError(t, err)
	var x []int32
	for i := range int32(1000) {
		x = append(x, 4*i, 4*i+1, 4*i+2, 4*i+3, i, 2*i%2000, (2*i+1)%2000)
	}
	_, err = w.WriteDigital(x)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return m.fs(), x
}

// TestSignalsAtTheirOwnRate: a single signal in high resolution has all its
// samples; chosen signals come in the order asked for.
func TestSignalsAtTheirOwnRate(t *testing.T) {
	fsys, x := mixed(t)
	for k, c := range []struct{ off, spf int }{{0, 4}, {4, 1}, {5, 2}} {
		r, err := Options{HighResolution: true, Signals: []int{k}}.Open(fsys, "w")
		require.NoError(t, err)
		require.Equal(t, 250*float64(c.spf), r.Format().Rate)
		require.Equal(t, ecg.ECGLeads(string(rune('A'+k))), r.Format().Leads)
		got, err := ecg.ReadAll(digitalReader{r})
		require.NoError(t, err)
		var want []int32
		for i := 0; i < len(x); i += 7 {
			want = append(want, x[i+c.off:i+c.off+c.spf]...)
		}
		require.Equal(t, want, got)
		// From the middle of a frame.
		require.NoError(t, r.SeekFrame(1001))
		got, err = ecg.ReadAll(digitalReader{r})
		require.NoError(t, err)
		if len(want) > 1001 {
			require.Equal(t, want[1001:], got)
		}
	}
	r, err := Options{Signals: []int{2, 0, 2}}.Open(fsys, "w")
	require.NoError(t, err)
	p := make([]int32, 3)
	require.NoError(t, r.SeekTime(40*time.Millisecond))
	_, err = r.ReadDigital(p)
	require.NoError(t, err)
	require.Equal(t, []int32{21, 42, 21}, p) // 20.5 and 41.5, rounded half up
	n, err := r.ReadFrames(make([]int32, 8))
	require.NoError(t, err)
	require.Equal(t, 8, n)

	// The file of a signal that is not chosen is not opened.
	m := fstest.MapFS{}
	for _, name := range []string{"w.hea", "w.dat"} {
		b, err := fs.ReadFile(fsys, name)
		require.NoError(t, err)
		m[name] = &fstest.MapFile{Data: b}
	}
	r, err = Options{Signals: []int{1}}.Open(m, "w")
	require.NoError(t, err)
	got, err := ecg.ReadAll[float64](r)
	require.NoError(t, err)
	require.Len(t, got, 1000)
	for _, k := range []int{-1, 3} {
		_, err = Options{Signals: []int{k}}.Open(m, "w")
		require.ErrorIs(t, err, ErrRange)
	}
}

// digitalReader reads whole frames in adu.
type digitalReader struct{ r *Record }

func (d digitalReader) Read(p []int32) (int, error) {
	if len(p) < len(d.r.lanes) {
		return 0, nil
	}
	return d.r.ReadDigital(p)
}

// TestFileSystemWithoutSeek: what can't seek is read on, or opened again.
func TestFileSystemWithoutSeek(t *testing.T) {
	fsys, _ := randomRecord(t, 212, 3, 5000)
	want, _, err := readAll(t, fsys, "w")
	require.NoError(t, err)
	r, err := Open(stream{fsys}, "w")
	require.NoError(t, err)
	p := make([]float64, 3)
	for _, at := range []int64{0, 4001, 17, 4999, 4998} {
		require.NoError(t, r.SeekFrame(at))
		_, err := r.Read(p)
		require.NoError(t, err)
		for i := range p {
			require.Equal(t, math.Float64bits(want[3*at+int64(i)]), math.Float64bits(p[i]))
		}
	}
}

// stream is a file system whose files can only be read.
type stream struct{ fs.FS }

func (s stream) Open(name string) (fs.File, error) {
	f, err := s.FS.Open(name)
	if err != nil {
		return nil, err
	}
	return struct{ fs.File }{f}, nil
}

func TestMatFiles(t *testing.T) {
	v4 := "\x1e\x00\x00\x00\x01\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\x04\x00\x00\x00val\x00\x05\x00\x06\x00"
	hea := "r 1 300 2\nr.mat 16+24 1\n"
	file := func(s string) fs.FS {
		return fstest.MapFS{"r.hea": {Data: []byte(hea)}, "r.mat": {Data: []byte(s)}}
	}
	x, _, err := readAll(t, file(v4), "r")
	require.NoError(t, err)
	require.Equal(t, []float64{5, 6}, x)
	_, _, err = readAll(t, file("\x00"+v4[1:]), "r") // doubles
	require.ErrorIs(t, err, ErrFormat)
	require.ErrorContains(t, err, "r.mat")
	hea = "r 1 300 2\nr.mat 16+192 1\n"
	v5 := fmt.Sprintf("%-128s\x0f\x00\x00\x00%60s\x05\x00\x06\x00", "MATLAB 5.0 MAT-file", "")
	_, _, err = readAll(t, file(v5), "r")
	require.ErrorContains(t, err, "compressed")
	x, _, err = readAll(t, file(v5[:128]+"\x0e"+v5[129:]), "r")
	require.NoError(t, err)
	require.Equal(t, []float64{5, 6}, x)
}

func TestBeats(t *testing.T) {
	a := []Annotation{{Time: 1, Code: RhythmChange}, {Time: 5, Code: Normal}, {Time: 7, Code: SignalQuality},
		{Time: 9, Code: NodalEscape}, {Time: 12, Code: FlutterWave}, {Time: 15, Code: PrematureVentricular}}
	got, err := ecg.ReadAll(Beats(ecg.Values(a), nil))
	require.NoError(t, err)
	require.Equal(t, []ecg.Beat{{At: 5, Known: 5, Class: ecg.Normal}, {At: 9, Known: 9, Class: ecg.Supraventricular},
		{At: 12, Known: 12}, {At: 15, Known: 15, Class: ecg.Ventricular}}, got)
	got, err = ecg.ReadAll(Beats(ecg.Values(a), Code.DeChazalClass))
	require.NoError(t, err)
	require.Equal(t, ecg.Normal, got[1].Class)
	for _, c := range []ecg.Class{ecg.Normal, ecg.Supraventricular, ecg.Ventricular, ecg.Fusion, ecg.Unknown} {
		require.Equal(t, c, CodeOf(c).BxbClass())
	}
	require.Equal(t, Normal, CodeOf(ecg.Unclassified))
}

// TestReadError: an error of the file system comes after the samples before
// it, names the file, and stays.
func TestReadError(t *testing.T) {
	fsys, _ := randomRecord(t, 16, 1, 50_000)
	r, err := Open(broken{fsys, 60_000}, "w")
	require.NoError(t, err)
	x, err := ecg.ReadAll[float64](r)
	require.ErrorIs(t, err, errFailing)
	require.ErrorContains(t, err, "w.dat: byte 60000, frame 30000")
	require.Len(t, x, 30_000)
	_, err = r.Read(make([]float64, 1))
	require.ErrorIs(t, err, errFailing)
}

// broken is a file system whose files fail at a byte.
type broken struct {
	fs.FS
	at int64
}

type brokenFile struct {
	fs.File
	left int64
}

func (b broken) Open(name string) (fs.File, error) {
	f, err := b.FS.Open(name)
	return &brokenFile{f, b.at}, err
}

func (b *brokenFile) Read(p []byte) (int, error) {
	if b.left == 0 {
		return 0, errFailing
	}
	n, err := io.LimitReader(b.File, b.left).Read(p)
	b.left -= int64(n)
	return n, err
}

func TestBeatsContract(t *testing.T) {
	a := randomAnnotations(3, 500)
	require.NoError(t, ecgtest.CheckReader(ecgtest.Reader[ecg.Beat]{
		New: func() ecg.Reader[ecg.Beat] { return Beats(ecg.Values(a), nil) },
	}))
}

// TestLargeSkew: a skew of several windows, forwards and after moves.
func TestLargeSkew(t *testing.T) {
	const frames, skew = 12000, 5000
	fsys, x := randomRecord(t, 16, 2, frames)
	m := fstest.MapFS{}
	for _, name := range []string{"w.hea", "w.dat"} {
		b, err := fs.ReadFile(fsys, name)
		require.NoError(t, err)
		m[name] = &fstest.MapFile{Data: bytes.Replace(b, []byte("w.dat 16 "), fmt.Appendf(nil, "w.dat 16:%d ", skew), 1)}
	}
	want := make([]int32, len(x))
	for i := range frames {
		want[2*i], want[2*i+1] = InvalidSample, x[2*i+1]
		if i+skew < frames {
			want[2*i] = x[2*(i+skew)]
		}
	}
	r, err := Open(m, "w")
	require.NoError(t, err)
	got, err := ecg.ReadAll(digitalReader{r})
	require.NoError(t, err, "checksums count the samples as they are stored")
	require.True(t, slices.Equal(want, got))
	for _, at := range []int{3, 6999, 7000, 11999} {
		require.NoError(t, r.SeekFrame(int64(at)))
		got, err = ecg.ReadAll(digitalReader{r})
		require.NoError(t, err)
		require.True(t, slices.Equal(want[2*at:], got))
	}
}

// TestTexts: what headers and errors print.
func TestTexts(t *testing.T) {
	for x, want := range map[float64]string{200: "200", 0.1: "0.1", 1e-5: "1e-05", 123456789012: "123456789012",
		1234567890123: "1.23456789012e+12", 1.0 / 3: "0.333333333333", -62.4725: "-62.4725", 0: "0", 99999999999.95: "99999999999.9", 999999999999.9: "1e+12"} {
		require.Equal(t, want, formatFloat(x))
	}
	_, err := Options{Strict: true}.ReadHeader(fstest.MapFS{"r.hea": {Data: []byte("r 0 360 10 99:99\n")}}, "r")
	require.EqualError(t, err, `wfdb: strict: r.hea:1: base time: not a time of day (H:M:S); unknown: "99:99"`)
	require.Equal(t, "Premature ventricular contraction", PrematureVentricular.Description())
	require.Empty(t, Code(44).Description())
	require.Empty(t, Code(200).Description())
	h := Header{Signals: []SignalInfo{{SamplesPerFrame: 2}, {SamplesPerFrame: 5}}}
	require.Equal(t, 5, h.MaxSamplesPerFrame())
}
