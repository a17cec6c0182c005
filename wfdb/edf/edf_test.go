package edf

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/ecgtest"
)

// Every sample of the real files, against an independent reading
// (testdata/truth.py).
func TestSamplesOfRealFiles(t *testing.T) {
	dir := ecgtest.Shared(t, "data", "edf")
	truth, err := os.Open("testdata/truth.txt")
	require.NoError(t, err)
	defer truth.Close()
	for s := bufio.NewScanner(truth); s.Scan(); {
		f := strings.Fields(s.Text())
		i, err := strconv.Atoi(f[1])
		require.NoError(t, err)
		r, err := Options{Signals: []int{i}}.Open(os.DirFS(dir), f[0])
		require.NoError(t, err)
		require.Equal(t, f[2], strings.ReplaceAll(r.Header().Signals[i].Label, " ", "_"))
		x := readDigital(t, r)
		require.Equal(t, f[3], strconv.Itoa(len(x)), s.Text())
		h := sha256.New()
		binary.Write(h, binary.LittleEndian, x)
		require.Equal(t, f[4], hex.EncodeToString(h.Sum(nil))[:16], s.Text())
		require.NoError(t, r.SeekFrame(0))
		p, err := ecg.ReadAll[float64](r)
		require.NoError(t, err)
		lo, hi := p[0], p[0]
		for _, v := range p {
			lo, hi = min(lo, v), max(hi, v)
		}
		if r.h.Signals[i].PhysicalMax < r.h.Signals[i].PhysicalMin {
			lo, hi = hi, lo // inverted: the table has them by digital value
		}
		for k, v := range []float64{p[0], p[len(p)/2], lo, hi} {
			want, err := strconv.ParseFloat(f[5+k], 64)
			require.NoError(t, err)
			require.InDelta(t, want, v, 1e-8*math.Abs(r.h.Signals[i].PhysicalMax-r.h.Signals[i].PhysicalMin)+1e-8*math.Abs(want), s.Text())
		}
		require.NoError(t, r.Close())
	}
}

func readDigital(t *testing.T, r *Reader) []int32 {
	t.Helper()
	var all []int32
	p := make([]int32, 1000*max(len(r.lanes), 1))
	for {
		n, err := r.ReadDigital(p)
		all = append(all, p[:n]...)
		if err == io.EOF {
			return all
		}
		require.NoError(t, err)
	}
}

func TestRealFiles(t *testing.T) {
	dir := ecgtest.Shared(t, "data", "edf")
	at := func(y int, m time.Month, d, h, min, s, ns int) time.Time {
		return time.Date(y, m, d, h, min, s, ns, time.UTC)
	}
	for _, c := range []struct {
		name     string
		rate     float64
		leads    int
		frames   int
		start    time.Time
		notes    int
		first    string // annotation
		warnings int
	}{
		{"00040_lr.edf", 100, 12, 2000, at(1985, 1, 1, 0, 0, 0, 0), 0, "", 0},
		{"03215_hr.edf", 500, 12, 5500, at(1985, 1, 1, 0, 0, 0, 0), 0, "", 0},
		{"SC4001EC-Hypnogram.edf", 1, 0, 0, at(1989, 4, 24, 16, 13, 0, 0), 154, "0s 8h30m30s Sleep stage W", 0},
		{"SC4001EC-Hypnogram.bdf", 1, 0, 0, at(1989, 4, 24, 16, 13, 0, 0), 154, "0s 8h30m30s Sleep stage W", 0},
		{"duplicate_channel_labels.edf", 250, 3, 2500, at(2018, 4, 1, 14, 12, 44, 0), 0, "", 0},
		{"evt.bdf", 1, 1, 1081, at(2021, 8, 15, 10, 6, 29, 0), 1081, "4m30.756s 0s 200", 0},
		{"short_psg.edf", 100, 7, 30000, at(1989, 4, 24, 16, 13, 0, 0), 0, "", 0},
		{"test_edf_stim_channel.edf", 128, 25, 1228, at(2015, 6, 2, 10, 41, 57, 0), 0, "", 0},
		{"test_edfann.edf", 1, 0, 0, time.Time{}, 856, "0s 30s Sleep stage W", 0},
		{"test_generator.bdf", 1000, 5, 30000, at(2000, 1, 1, 0, 0, 0, 0), 0, "", 0},
		{"test_subsecond.edf", 128, 1, 89344, at(2020, 1, 24, 4, 5, 56, 394531200), 4, "2.3457031s 0s XLSpike", 0},
		{"test_uneven_samp.edf", 100, 2, 11000, at(2000, 7, 13, 12, 5, 48, 0), 0, "", 0},
		{"test_utf8.edf", 128, 1, 89344, at(2020, 1, 24, 4, 5, 56, 394531200), 5, "1.9511719s 0s XLSpike", 0},
	} {
		r, err := Open(os.DirFS(dir), c.name)
		require.NoError(t, err, c.name)
		f := r.Format()
		require.Equal(t, c.rate, f.Rate, c.name)
		require.Len(t, f.Leads, c.leads, c.name)
		require.Equal(t, c.start, f.Start, c.name)
		a, err := r.Annotations()
		require.NoError(t, err, c.name)
		require.Len(t, a, c.notes, c.name)
		if c.notes > 0 {
			require.Equal(t, c.first, fmt.Sprint(a[0].Onset, " ", a[0].Duration, " ", a[0].Text), c.name)
		}
		x, err := ecg.ReadAll[float64](r)
		require.NoError(t, err, c.name)
		require.Len(t, x, c.frames*c.leads, c.name)
		passed := r.Passed()
		sortAnnotations(passed)
		require.Equal(t, a, passed, c.name)
		require.Len(t, r.Warnings(), c.warnings, c.name)
		require.NoError(t, r.Close())

		// A stream gives the same, and can't seek.
		file, err := os.Open(filepath.Join(dir, c.name))
		require.NoError(t, err)
		s, err := Options{}.NewReader(iotest.HalfReader(file), c.name)
		require.NoError(t, err, c.name)
		y, err := ecg.ReadAll[float64](s)
		require.NoError(t, err, c.name)
		require.Equal(t, len(x), len(y), c.name)
		for i := range x {
			require.True(t, math.Float64bits(x[i]) == math.Float64bits(y[i]))
		}
		require.ErrorIs(t, s.SeekFrame(0), errors.ErrUnsupported)
		require.NoError(t, file.Close())
	}
	r, err := Open(os.DirFS(dir), "test_utf8.edf")
	require.NoError(t, err)
	a, err := r.Annotations()
	require.NoError(t, err)
	require.Contains(t, fmt.Sprint(a), "中文测试八个字")
}

func TestContract(t *testing.T) {
	dir := ecgtest.Shared(t, "data", "edf")
	for _, name := range []string{"test_uneven_samp.edf", "test_generator.bdf", "duplicate_channel_labels.edf"} {
		t.Run(name, func(t *testing.T) {
			ecgtest.TestReader(t, ecgtest.Reader[float64]{New: func() ecg.Reader[float64] {
				r, err := Open(os.DirFS(dir), name)
				require.NoError(t, err)
				t.Cleanup(func() { r.Close() })
				return r
			}})
		})
	}
}

// file is a file to be made for a test; zero fields are sound.
type file struct {
	version, patient, recording, date, clock, bytes, reserved, records, duration, ns string

	signals []sig
	data    []byte
}

type sig struct{ label, unit, pmin, pmax, dmin, dmax, samples string }

func or(s, def string) string {
	if s == "" {
		return def
	}
	return strings.TrimSuffix(s, "∅")
}

func (f file) build() []byte {
	var b bytes.Buffer
	w := func(width int, s string) { b.WriteString((s + strings.Repeat(" ", width))[:width]) }
	w(8, or(f.version, "0"))
	w(80, or(f.patient, "X X X X"))
	w(80, or(f.recording, "Startdate 02-MAR-2020 X X X"))
	w(8, or(f.date, "02.03.20"))
	w(8, or(f.clock, "04.05.06"))
	w(8, or(f.bytes, strconv.Itoa(256*(len(f.signals)+1))))
	w(44, or(f.reserved, ""))
	w(8, or(f.records, "2"))
	w(8, or(f.duration, "1"))
	w(4, or(f.ns, strconv.Itoa(len(f.signals))))
	for _, c := range []struct {
		width int
		get   func(s sig) string
	}{
		{16, func(s sig) string { return or(s.label, "ECG I") }},
		{80, func(sig) string { return "" }},
		{8, func(s sig) string { return or(s.unit, "mV") }},
		{8, func(s sig) string { return or(s.pmin, "-1") }},
		{8, func(s sig) string { return or(s.pmax, "1") }},
		{8, func(s sig) string { return or(s.dmin, "-1000") }},
		{8, func(s sig) string { return or(s.dmax, "1000") }},
		{80, func(sig) string { return "" }},
		{8, func(s sig) string { return or(s.samples, "4") }},
		{32, func(sig) string { return "" }},
	} {
		for _, s := range f.signals {
			w(c.width, c.get(s))
		}
	}
	b.Write(f.data)
	return b.Bytes()
}

func int16s(v ...int16) []byte {
	var b []byte
	for _, x := range v {
		b = binary.LittleEndian.AppendUint16(b, uint16(x))
	}
	return b
}

// pad fills a list of annotations up to n bytes.
func pad(n int, s string) []byte { return append([]byte(s), make([]byte, n-len(s))...) }

func openBytes(b []byte) (*Reader, error) {
	return Open(fstest.MapFS{"x.edf": {Data: b}}, "x.edf")
}

// F44 to F56 of the table of hostile files: one signal of 4 samples a record,
// two records, unless said otherwise.
func TestHostileHeaders(t *testing.T) {
	one := []sig{{}}
	data := int16s(1, 2, 3, 4, 5, 6, 7, 8)
	nan := math.NaN()
	for _, c := range []struct {
		name  string
		f     file
		raw   []byte
		err   error     // of Open
		read  error     // of Read, nil: io.EOF
		want  []float64 // *1000
		warns int
	}{
		{name: "sound", f: file{signals: one, data: data}, want: []float64{1, 2, 3, 4, 5, 6, 7, 8}},
		{name: "empty", raw: []byte{}, err: ErrNotEDF},
		{name: "255 bytes", raw: file{signals: one}.build()[:255], err: ErrNotEDF},
		{name: "header cut", raw: file{signals: one}.build()[:400], err: io.ErrUnexpectedEOF},
		{name: "another version", f: file{version: "1", signals: one}, err: ErrNotEDF},
		{name: "another magic", f: file{version: "\xffBIOSEMX", signals: one}, err: ErrNotEDF},
		{name: "9999 signals", f: file{ns: "9999", signals: one}, err: ErrLimit},
		{name: "-1 signals", f: file{ns: "-1", signals: one}, err: ErrHeader},
		{name: "blank signals", f: file{ns: " ", signals: one}, err: ErrHeader},
		{name: "0 signals", f: file{ns: "0"}, err: ErrHeader},
		{name: "header bytes", f: file{bytes: "99", signals: one, data: data}, want: []float64{1, 2, 3, 4, 5, 6, 7, 8}, warns: 1},
		{name: "records -1", f: file{records: "-1", signals: one, data: data}, want: []float64{1, 2, 3, 4, 5, 6, 7, 8}, warns: 1},
		{name: "records 99999999", f: file{records: "99999999", signals: one, data: data}, want: []float64{1, 2, 3, 4, 5, 6, 7, 8}, read: io.ErrUnexpectedEOF, warns: 1},
		{name: "records 0", f: file{records: "0", signals: one, data: data}, warns: 1},
		{name: "fewer records than there are", f: file{records: "1", signals: one, data: data}, want: []float64{1, 2, 3, 4}, warns: 1},
		{name: "records x", f: file{records: "x", signals: one, data: data}, err: ErrHeader},
		{name: "records 2 with a tail", f: file{records: "2\x00 x", signals: one, data: data}, want: []float64{1, 2, 3, 4, 5, 6, 7, 8}},
		{name: "duration 0", f: file{duration: "0", signals: one, data: data}, err: ErrHeader},
		{name: "duration -1", f: file{duration: "-1", signals: one, data: data}, err: ErrHeader},
		{name: "duration 1e99", f: file{duration: "1e99", signals: one, data: data}, err: ErrHeader},
		{name: "duration with a comma", f: file{duration: "1,5", signals: one, data: data}, want: []float64{1, 2, 3, 4, 5, 6, 7, 8}, warns: 1},
		{name: "samples 0", f: file{signals: []sig{{}, {samples: "0"}}, data: data}, want: []float64{1, nan, 2, nan, 3, nan, 4, nan, 5, nan, 6, nan, 7, nan, 8, nan}},
		{name: "samples -1", f: file{signals: []sig{{samples: "-1"}}, data: data}, err: ErrHeader},
		{name: "samples 99999999", f: file{signals: []sig{{samples: "99999999"}}, data: data}, err: ErrLimit},
		{name: "samples over the limit together", f: file{signals: []sig{{samples: "20000000"}, {samples: "20000000"}}, data: data}, err: ErrLimit},
		{name: "60 MB claimed", f: file{signals: []sig{{samples: "300000"}, {samples: "29000000"}}, duration: "300", data: data}, read: io.ErrUnexpectedEOF, warns: 1},
		{name: "a rate beyond all", f: file{duration: "0.000001", signals: one, data: data}, err: ErrRange},
		{name: "digital limits equal", f: file{signals: []sig{{dmin: "5", dmax: "5"}}, data: data}, want: []float64{nan, nan, nan, nan, nan, nan, nan, nan}, warns: 1},
		{name: "digital limits swapped", f: file{signals: []sig{{dmin: "5", dmax: "-5"}}, data: data}, want: []float64{nan, nan, nan, nan, nan, nan, nan, nan}, warns: 1},
		{name: "digital limit beyond 16 bits", f: file{signals: []sig{{dmin: "-40000", dmax: "40000", pmin: "-40", pmax: "40"}}, data: data}, want: []float64{1, 2, 3, 4, 5, 6, 7, 8}, warns: 2},
		{name: "physical limits equal", f: file{signals: []sig{{pmin: "1"}}, data: data}, want: []float64{nan, nan, nan, nan, nan, nan, nan, nan}, warns: 1},
		{name: "physical limit nan", f: file{signals: []sig{{pmin: "nan"}, {}}, data: append(data, data...)}, want: []float64{nan, 5, nan, 6, nan, 7, nan, 8, nan, 5, nan, 6, nan, 7, nan, 8}, warns: 1},
		{name: "physical limit 1E+99", f: file{signals: []sig{{pmin: "1E+99"}}, data: data}, want: []float64{nan, nan, nan, nan, nan, nan, nan, nan}, warns: 1},
		{name: "inverted", f: file{signals: []sig{{pmin: "1", pmax: "-1"}}, data: data}, want: []float64{-1, -2, -3, -4, -5, -6, -7, -8}},
		{name: "last record cut", f: file{signals: one, data: data[:13]}, want: []float64{1, 2, 3, 4}, read: io.ErrUnexpectedEOF, warns: 1},
		{name: "no data", f: file{signals: one}, read: io.ErrUnexpectedEOF, warns: 1},
		{name: "no sample", f: file{signals: one, data: int16s(1, -32768, 3, 4, 5, 6, 7, -32768)}, want: []float64{1, nan, 3, 4, 5, 6, 7, nan}},
		{name: "the lowest code is a sample", f: file{signals: []sig{{dmin: "-32768", dmax: "32767", pmin: "-32.768", pmax: "32.767"}}, data: int16s(1, -32768, 32767, 4, 5, 6, 7, 8)}, want: []float64{1, -32768, 32767, 4, 5, 6, 7, 8}},
		{name: "bdf", f: file{version: "\xffBIOSEMI", signals: []sig{{dmin: "-8388608", dmax: "8388607", pmin: "-8388608", pmax: "8388607", samples: "3"}}, records: "1",
			data: []byte{1, 0, 0, 0xff, 0xff, 0x7f, 0, 0, 0x80}}, want: []float64{1000, 8388607000, -8388608000}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := c.raw
			if b == nil {
				b = c.f.build()
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			begin := time.Now()
			r, err := openBytes(b)
			if c.err != nil {
				require.ErrorIs(t, err, c.err)
				var e *Error
				require.ErrorAs(t, err, &e)
				require.Equal(t, "x.edf", e.Name)
			} else {
				require.NoError(t, err)
				x, err := ecg.ReadAll[float64](r)
				if c.read == nil {
					require.NoError(t, err)
				} else {
					require.ErrorIs(t, err, c.read)
				}
				require.Len(t, x, len(c.want))
				for i := range x {
					if math.IsNaN(c.want[i]) {
						require.True(t, math.IsNaN(x[i]), "%d: %v", i, x)
					} else {
						require.InDelta(t, c.want[i]/1000, x[i], 1e-12+1e-14*math.Abs(x[i]), "%d: %v", i, x)
					}
				}
				require.Len(t, r.Warnings(), c.warns, "%v", r.Warnings())
			}
			runtime.ReadMemStats(&after)
			if os.Getenv("SINUS_TIMES") != "" { // a quiet machine
				require.Less(t, time.Since(begin), 100*time.Millisecond)
			}
			require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(16<<20))
		})
	}
}

func TestStart(t *testing.T) {
	day := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 4, 5, 6, 0, time.UTC) }
	for _, c := range []struct {
		name                             string
		date, clock, recording, reserved string
		want                             time.Time
		warns                            int
	}{
		{"plain", "02.03.20", "", "", "", day(2020, 3, 2), 0},
		{"84 is 2084", "02.03.84", "", "", "", day(2084, 3, 2), 0},
		{"85 is 1985", "02.03.85", "", "", "", day(1985, 3, 2), 0},
		{"blank", "  .  .  ", "", "", "", time.Time{}, 1},
		{"no such day", "31.02.99", "", "", "", time.Time{}, 1},
		{"no such time", "", "24.00.00", "", "", time.Time{}, 1},
		{"other separators", "02/03/20", "04:05:06", "", "", day(2020, 3, 2), 0},
		{"EDF+ says another", "02.03.20", "", "Startdate 05-APR-2019 X X X", "EDF+C", day(2019, 4, 5), 1},
		{"EDF+ knows none", "01.01.85", "", "Startdate X X X X", "EDF+C", time.Time{}, 0},
		{"EDF+ with nonsense", "", "", "Startdate 2020-03-02 X X X", "EDF+C", day(2020, 3, 2), 1},
		{"EDF+ without", "", "", "X", "EDF+C", day(2020, 3, 2), 0},
	} {
		f := file{date: c.date, clock: c.clock, recording: c.recording, reserved: c.reserved, signals: []sig{{}}}
		h, err := Options{}.ReadHeader(bytes.NewReader(f.build()), "")
		require.NoError(t, err, c.name)
		require.Equal(t, c.want, h.Start, c.name)
		require.Len(t, h.Warnings, c.warns, c.name)
	}
}

func TestRateIsExact(t *testing.T) {
	f := file{duration: "0.033333", signals: []sig{{samples: "33333"}}}
	h, err := Options{}.ReadHeader(bytes.NewReader(f.build()), "")
	require.NoError(t, err)
	require.Equal(t, 1e6, h.Rate(0))
	require.Equal(t, 33333*time.Microsecond, h.RecordDuration())
	h.seconds, h.Signals[0].SamplesPerRecord = number{959375, 5}, 1228
	require.Equal(t, 128.0, math.Round(h.Rate(0)*1e9)/1e9)
}

func TestAnnotationLists(t *testing.T) {
	for _, c := range []struct {
		name, list string
		keeper     time.Duration
		kept       bool
		want       string
		bad        int
	}{
		{"keeper alone", "+5.25\x14\x14\x00", 5250 * time.Millisecond, true, "", 0},
		{"keeper with a text", "+5\x14\x14one\x14\x00", 5 * time.Second, true, "5s 0s one;", 0},
		{"several", "+0\x14\x14\x00+1\x152.5\x14a\x14b\x14\x00-3\x14c\x14\x00", 0, true, "1s 2.5s a;1s 2.5s b;-3s 0s c;", 0},
		{"without a keeper", "+1\x14a\x14\x00", 0, false, "1s 0s a;", 0},
		{"without 0x14", "+1 a\x00+2\x14b\x14\x00", 0, false, "2s 0s b;", 1},
		{"text not closed", "+1\x14a\x00+2\x14b\x14\x00", 0, false, "2s 0s b;", 1},
		{"onset without a sign", "1\x14a\x14\x00", 0, false, "", 1},
		{"onset far away", "+1e9\x14a\x14\x00+99999999999\x14b\x14\x00", 0, false, "", 2},
		{"onset no number", "+abc\x14a\x14\x00", 0, false, "", 1},
		{"duration no number", "+1\x15x\x14a\x14\x00", 0, false, "", 1},
		{"duration empty", "+1\x15\x14a\x14\x00", 0, false, "1s 0s a;", 0},
		{"not UTF-8", "+1\x14\xb0C\x14\x00", 0, false, "1s 0s \xb0C;", 0},
		{"filled with blanks", "+0\x14\x14\x00    ", 0, true, "", 1},
		{"nothing", "\x00\x00", 0, false, "", 0},
		{"the last without NUL", "+1\x14a\x14", 0, false, "1s 0s a;", 0},
	} {
		got, bad := "", 0
		keeper, kept := parseTALs([]byte(c.list), func(o, d time.Duration, s string) { got += fmt.Sprint(o, " ", d, " ", s, ";") }, func(string) { bad++ })
		require.Equal(t, c.keeper, keeper, c.name)
		require.Equal(t, c.kept, kept, c.name)
		require.Equal(t, c.want, got, c.name)
		require.Equal(t, c.bad, bad, c.name)
	}
}

// gaps makes an EDF+D file of records of 4 samples with these onsets.
func gaps(onsets ...string) []byte {
	f := file{reserved: "EDF+D", records: strconv.Itoa(len(onsets)), signals: []sig{{}, {label: "EDF Annotations", samples: "20"}}}
	for i, o := range onsets {
		f.data = append(f.data, int16s(int16(4*i+1), int16(4*i+2), int16(4*i+3), int16(4*i+4))...)
		list := ""
		if o != "" {
			list = o + "\x14\x14\x00"
		}
		f.data = append(f.data, pad(40, list+o+"\x14note"+strconv.Itoa(i)+"\x14\x00")...)
	}
	return f.build()
}

func TestGaps(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		name   string
		onsets []string
		want   []float64
		err    error
	}{
		{"none", []string{"+0", "+1"}, []float64{1, 2, 3, 4, 5, 6, 7, 8}, nil},
		{"begins with a fraction", []string{"+0.5", "+1.5"}, []float64{1, 2, 3, 4, 5, 6, 7, 8}, nil},
		{"one", []string{"+0", "+2", "+3"}, []float64{1, 2, 3, 4, nan, nan, nan, nan, 5, 6, 7, 8, 9, 10, 11, 12}, nil},
		{"not whole frames", []string{"+0", "+1.6"}, []float64{1, 2, 3, 4, nan, nan, 5, 6, 7, 8}, nil},
		{"half a frame is forgiven", []string{"+0", "+1.13", "+2.12"}, []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, nil},
		{"a frame, then in time again", []string{"+0", "+1.25", "+2"}, []float64{1, 2, 3, 4, nan, 5, 6, 7, 8, 9, 10, 11, 12}, nil},
		{"overlap", []string{"+0", "+0.5"}, []float64{1, 2, 3, 4}, ErrOrder},
		{"back", []string{"+10", "+11", "+0"}, []float64{1, 2, 3, 4, 5, 6, 7, 8}, ErrOrder},
		{"too long", []string{"+0", "+99999999"}, []float64{1, 2, 3, 4}, ErrLimit},
		{"time missing", []string{"+0", "", "+2"}, []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, nil},
	} {
		r, err := openBytes(gaps(c.onsets...))
		require.NoError(t, err, c.name)
		x, err := ecg.ReadAll[float64](r)
		if c.err == nil {
			require.NoError(t, err, c.name)
		} else {
			require.ErrorIs(t, err, c.err, c.name)
		}
		require.Len(t, x, len(c.want), c.name)
		for i := range x {
			if math.IsNaN(c.want[i]) != math.IsNaN(x[i]) || !math.IsNaN(x[i]) && math.Abs(x[i]-c.want[i]/1000) > 1e-12 {
				t.Fatal(c.name, x)
			}
		}
		// From each frame on it is the same.
		for n := range int64(len(x) + 3) {
			require.NoError(t, r.SeekFrame(n))
			y, err2 := ecg.ReadAll[float64](r)
			if c.err == nil || n < int64(len(x)) {
				require.Equal(t, fmt.Sprint(err), fmt.Sprint(err2), "%s from %d", c.name, n)
			}
			require.Equal(t, fmt.Sprint(x[min(n, int64(len(x))):]), fmt.Sprint(y), "%s from %d", c.name, n)
		}
	}
}

func TestGapContract(t *testing.T) {
	b := gaps("+0", "+1", "+3.5", "+100", "+101", "+103")
	ecgtest.TestReader(t, ecgtest.Reader[float64]{New: func() ecg.Reader[float64] {
		r, err := openBytes(b)
		require.NoError(t, err)
		return r
	}})
	bad := gaps("+0", "+1", "+3.5", "+1")
	ecgtest.TestReader(t, ecgtest.Reader[float64]{Final: ErrOrder, New: func() ecg.Reader[float64] {
		r, err := openBytes(bad)
		require.NoError(t, err)
		return r
	}})
}

func TestTwoAnnotationChannels(t *testing.T) {
	f := file{reserved: "EDF+C", records: "1", signals: []sig{{label: "EDF Annotations", samples: "10"}, {unit: "\xb0C"}, {label: "EDF Annotations", samples: "10"}, {label: "EDF Annotation"}}}
	f.data = append(f.data, pad(20, "+0\x14\x14\x00+7\x14late\x14\x00")...)
	f.data = append(f.data, int16s(1, 2, 3, 4)...)
	f.data = append(f.data, pad(20, "+3\x14early\x14\x00")...)
	f.data = append(f.data, int16s(5, 6, 7, 8)...)
	r, err := openBytes(f.build())
	require.NoError(t, err)
	require.Equal(t, "\xb0C", r.Format().Leads[0].Unit, "bytes as they are")
	require.Equal(t, []int{1, 3}, r.Signals(), "a label that is nearly right is an ordinary signal")
	a, err := r.Annotations()
	require.NoError(t, err)
	require.Equal(t, []Annotation{{3 * time.Second, 0, "early", 2}, {7 * time.Second, 0, "late", 0}}, a)
	require.EqualValues(t, 12, r.Frame(a[0].Onset))
	o := Options{Limits: Limits{AnnotationBytes: 40}}
	r, err = o.Open(fstest.MapFS{"x": {Data: f.build()}}, "x")
	require.NoError(t, err)
	_, err = r.Annotations()
	require.ErrorIs(t, err, ErrLimit)
	_, err = Options{Signals: []int{0}}.Open(fstest.MapFS{"x": {Data: f.build()}}, "x")
	var ce *ecg.ConfigError
	require.ErrorAs(t, err, &ce)
}

// A file that is cut anywhere gives its whole records, then the news.
func TestCutAnywhere(t *testing.T) {
	whole := gaps("+0", "+2", "+3")
	for n := range len(whole) {
		for _, stream := range []bool{false, true} {
			var r *Reader
			var err error
			if stream {
				r, err = Options{}.NewReader(bytes.NewReader(whole[:n]), "x")
			} else {
				r, err = openBytes(whole[:n])
			}
			if err == nil {
				_, err = ecg.ReadAll[float64](r)
			}
			if !errors.Is(err, io.ErrUnexpectedEOF) && !(n < 256 && errors.Is(err, ErrNotEDF)) {
				t.Fatalf("cut at %d: %v", n, err)
			}
		}
	}
}

func TestClosedAndFolders(t *testing.T) {
	r, err := openBytes(gaps("+0"))
	require.NoError(t, err)
	require.NoError(t, r.Close())
	require.NoError(t, r.Close())
	_, err = r.Read(make([]float64, 4))
	require.ErrorIs(t, err, fs.ErrClosed)
	require.ErrorIs(t, r.SeekFrame(0), fs.ErrClosed)
	_, err = Open(fstest.MapFS{"d/x": {}}, "d")
	require.ErrorIs(t, err, fs.ErrInvalid)
	_, err = Open(fstest.MapFS{}, "../x")
	require.ErrorIs(t, err, fs.ErrInvalid)
}

func TestReadAllocatesNothing(t *testing.T) {
	f := file{records: "1000", signals: []sig{{}}, data: make([]byte, 8000)}
	r, err := openBytes(f.build())
	require.NoError(t, err)
	p := make([]float64, 4)
	require.Zero(t, testing.AllocsPerRun(500, func() { r.Read(p) }))
}

// ReadFrames gives each signal its own samples: the same as reading it alone.
func TestFrames(t *testing.T) {
	dir := ecgtest.Shared(t, "data", "edf")
	for _, c := range []struct {
		name string
		spf  []int
		rate float64
	}{
		{"short_psg.edf", []int{100, 100, 100, 1, 1, 1, 1}, 1},
		{"test_uneven_samp.edf", []int{125, 16}, 0.8},
		{"test_generator.bdf", []int{1000, 800, 500, 975, 999}, 1},
		{"duplicate_channel_labels.edf", []int{1, 1, 1}, 250},
	} {
		r, err := Open(os.DirFS(dir), c.name)
		require.NoError(t, err)
		require.Equal(t, c.spf, r.SamplesPerFrame(), c.name)
		require.Equal(t, c.rate, r.FrameRate(), c.name)
		width := 0
		for _, n := range c.spf {
			width += n
		}
		var all []int32
		p := make([]int32, 3*width)
		for {
			n, err := r.ReadFrames(p)
			all = append(all, p[:n]...)
			if err != nil {
				require.Equal(t, io.EOF, err)
				break
			}
		}
		at := 0
		for i, n := range c.spf {
			s, err := Options{Signals: []int{i}}.Open(os.DirFS(dir), c.name)
			require.NoError(t, err)
			want := readDigital(t, s)
			require.Equal(t, len(want)/n, len(all)/width)
			for k, v := range want {
				if got := all[k/n*width+at+k%n]; got != v {
					t.Fatalf("%s, signal %d, sample %d: %d, want %d", c.name, i, k, got, v)
				}
			}
			at += n
			require.NoError(t, s.Close())
		}
		require.NoError(t, r.Close())
	}
	// Gaps, with frames of 1 and of 4.
	for _, c := range []struct {
		onsets []string
		want   int
	}{{[]string{"+0", "+2"}, 12}, {[]string{"+0", "+1.5"}, 10}} {
		r, err := openBytes(gaps(c.onsets...))
		require.NoError(t, err)
		p := make([]int32, 100)
		n, err := r.ReadFrames(p)
		require.NoError(t, err)
		require.Equal(t, c.want, n)
		require.Equal(t, InvalidSample, p[4])
		require.EqualValues(t, 8, p[n-1])
	}
}

// The fast conversion of the common case gives the bits of the plain one.
func TestFastReadIsPlainRead(t *testing.T) {
	dir := ecgtest.Shared(t, "data", "edf")
	for _, name := range []string{"00040_lr.edf", "duplicate_channel_labels.edf", "test_subsecond.edf"} {
		r, err := Open(os.DirFS(dir), name)
		require.NoError(t, err)
		fast, err := ecg.ReadAll[float64](r)
		require.NoError(t, err)
		require.NoError(t, r.SeekFrame(0))
		for i, v := range readDigital(t, r) {
			l := &r.lanes[i%len(r.lanes)]
			want := math.NaN()
			if v != InvalidSample {
				want = float64(float64(v)*l.gain) + l.offset
			}
			if math.Float64bits(want) != math.Float64bits(fast[i]) {
				t.Fatalf("%s, value %d: %v, want %v", name, i, fast[i], want)
			}
		}
		require.NoError(t, r.Close())
	}
}

func BenchmarkRead(b *testing.B) {
	f := file{records: "100", signals: []sig{{samples: "360"}, {samples: "360"}}, data: make([]byte, 100*2*720)}
	r, err := openBytes(f.build())
	if err != nil {
		b.Fatal(err)
	}
	p := make([]float64, 8192)
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		m, err := r.Read(p)
		if n += m; err == io.EOF {
			if err := r.SeekFrame(0); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/sample")
}
