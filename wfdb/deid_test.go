package wfdb

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/ecgtest"
)

// memoryCreator holds the files of a record.
type memoryCreator map[string]*bytes.Buffer

type memoryCreated struct{ *bytes.Buffer }

func (memoryCreated) Close() error { return nil }

func (m memoryCreator) Create(name string) (File, error) {
	m[name] = &bytes.Buffer{}
	return memoryCreated{m[name]}, nil
}

func (m memoryCreator) Replace(name string, b []byte) error {
	m[name] = bytes.NewBuffer(bytes.Clone(b))
	return nil
}

func (m memoryCreator) fs() fs.FS {
	f := fstest.MapFS{}
	for name, b := range m {
		f[name] = &fstest.MapFile{Data: b.Bytes()}
	}
	return f
}

// private is a record with personal data in every place that there is.
func private(t *testing.T) fstest.MapFS {
	hea := "#wfdb 10.7\n# Smithson before the record\nPAT0815 2 250 4 13:05:27 29/02/2024\n" +
		"smithson_ward7.dat 16 200/mV 12 0 1 10 0 ECG II\nsmithson_ward7.dat 16 100/mg_Smithson 12 0 5 26 0 bed 12 Smithson\n" +
		"# 94 F 1085 1629 x1\n# Aldomet, Inderal, Jane Smithson\n#Dx: 426783006\n#<age>: 94 <sex>: F <MRN>: 555-1234\n#Address: 12 Elm Street\n"
	var ann bytes.Buffer
	require.NoError(t, WriteAnnotations(&ann, []Annotation{
		{Time: 0, Code: RhythmChange, Aux: "(AFIB\x00"},
		{Time: 0, Code: RhythmChange, Channel: 1, Aux: "(N Smithson moved"},
		{Time: 1, Code: Normal, Aux: "Elm Street"},
		{Time: 1, Code: Note, Channel: 1, Aux: "seen by Dr. Porter"},
		{Time: 2, Code: STChange, Aux: "(ST0+"},
		{Time: 3, Code: Link, Aux: "http://hospital.example/555-1234 Smithson"},
		{Time: 3, Code: 42, Channel: 1, Subtype: 3},
	}, AnnotationWriterOptions{Rate: 250, Types: []AnnotationType{{42, "XX", "finding of Porter"}, {43, "Porter", "x"}}}))
	return fstest.MapFS{
		"PAT0815.hea":        {Data: []byte(hea)},
		"smithson_ward7.dat": {Data: []byte{1, 0, 5, 0, 2, 0, 6, 0, 3, 0, 7, 0, 4, 0, 8, 0}},
		"PAT0815.atr":        {Data: ann.Bytes()},
	}
}

func TestDeidentify(t *testing.T) {
	in := private(t)
	out := memoryCreator{}
	changes, err := Deidentifier{Name: "A1"}.Copy(out, in, "PAT0815", "atr")
	require.NoError(t, err)
	require.Equal(t, []string{"A1.atr", "A1.dat", "A1.hea"}, slices.Sorted(maps.Keys(out)))

	// No word of the input is in the output, but for those that are allowed.
	allowed := strings.Fields("atr dat hea ECG II mV 16 200 100 12 250 4 1 5 10 26 0 2 3 F (AFIB (ST0+ # ## time resolution: annotation type " +
		"definitions end of 42 43 XX Age: Sex: age sex the record x 6 7 8 before")
	var text string
	for _, name := range slices.Sorted(maps.Keys(out)) {
		text += name + "\n" + out[name].String() + "\n"
	}
	for name, f := range in {
		for _, w := range strings.FieldsFunc(name+" "+string(f.Data), func(r rune) bool { return strings.ContainsRune(" .,_<>:/\n\r\x00", r) || r < 32 || r > 126 }) {
			if len(w) < 2 || slices.Contains(allowed, w) || slices.Contains(allowed, w+":") {
				continue
			}
			require.NotContains(t, text, w)
		}
	}
	require.NotEmpty(t, changes)
	for _, c := range changes {
		for _, w := range []string{"Smithson", "PAT0815", "Porter", "94", "2024", "smithson"} {
			require.NotContains(t, c.String(), w, "the report itself tells")
		}
	}

	// What is of use is still there.
	r, err := Open(out.fs(), "A1")
	require.NoError(t, err)
	x, err := ecg.ReadAll[float64](r)
	require.NoError(t, err)
	want, err := Open(in, "PAT0815")
	require.NoError(t, err)
	y, err := ecg.ReadAll[float64](want)
	require.NoError(t, err)
	require.Equal(t, y, x)
	h := r.Header()
	require.Equal(t, []string{"Age: 90+", "Sex: F"}, h.Comments)
	require.False(t, h.HasTime)
	require.Equal(t, "ECG II", h.Signals[0].Description)
	require.Equal(t, "signal 1", h.Signals[1].Description)
	require.Equal(t, "NU", h.Signals[1].Units)
	require.Equal(t, want.Header().Signals[0].Checksum, h.Signals[0].Checksum)
	a, err := ReadAnnotations(out.fs(), "A1", "atr")
	require.NoError(t, err)
	var got []string
	for _, x := range a.List {
		got = append(got, fmt.Sprint(x.Time, x.Code, x.Aux))
	}
	require.Equal(t, []string{"0 +(AFIB", "0 +", "1 N", `1 "`, "2 s(ST0+", "3 @", "3 [42]"}, got)
	require.Equal(t, []AnnotationType{{42, "XX", ""}}, a.Types)
}

func TestDeidentifyOptions(t *testing.T) {
	in := private(t)
	out := memoryCreator{}
	d := Deidentifier{Name: "A1", Shift: -1000 * 24 * time.Hour, Keep: []string{"dx"}, KeepDescriptions: true}
	_, err := d.Copy(out, in, "PAT0815")
	require.NoError(t, err)
	h, err := ReadHeader(out.fs(), "A1")
	require.NoError(t, err)
	require.Equal(t, time.Date(2021, 6, 4, 13, 5, 27, 0, time.UTC), h.Start)
	require.Equal(t, []string{"Age: 90+", "Sex: F", "Dx: 426783006"}, h.Comments)
	require.Equal(t, "bed 12 Smithson", h.Signals[1].Description)

	for _, name := range []string{"", "a/b", "a b", ".."} {
		_, err := Deidentifier{Name: name}.Copy(out, in, "PAT0815")
		var ce *ecg.ConfigError
		require.ErrorAs(t, err, &ce)
	}
	_, err = Deidentifier{Name: "A1"}.Copy(out, in, "PAT0815", "../atr")
	var ce *ecg.ConfigError
	require.ErrorAs(t, err, &ce)
	_, err = Deidentifier{Name: "A1"}.Copy(out, in, "none")
	require.ErrorIs(t, err, fs.ErrNotExist)
}

func TestDeidAge(t *testing.T) {
	for _, c := range []struct {
		in, want string
		ok       bool
	}{{"69", "69", true}, {"89", "89", true}, {"90", "90+", true}, {"104 years", "90+", true}, {"30.5", "30", true},
		{"?", "", false}, {"", "", false}, {"-1", "", false}, {"1e9", "", false}, {"89.5", "90+", true}} {
		got, ok := deidAge(c.in)
		require.Equal(t, c.ok, ok, c.in)
		require.Equal(t, c.want, got, c.in)
	}
}

// Records of every kind keep their samples.
func TestDeidentifyKinds(t *testing.T) {
	fsys := os.DirFS(ecgtest.Shared(t, "golden", "wfdb-formats", "signals"))
	for _, name := range []string{"f8_n2", "f24_n2", "f32_n1", "f80_n3", "f212_n3", "f310_n1", "f212_spf", "f508_n2", "f516_spf",
		"f524_n1", "f0_mix", "files4", "prolog_spf", "skew3", "skewspf", "bsize", "nolen_f212_n1", "msfix", "msvar", "msp", "head1"} {
		out := memoryCreator{}
		_, err := Deidentifier{Name: "A1"}.Copy(out, fsys, name)
		require.NoError(t, err, name)
		frames := func(r *Record, err error) []int32 {
			require.NoError(t, err, name)
			defer r.Close()
			width := 0
			for i := range r.Header().Signals {
				width += r.Header().Signals[i].SamplesPerFrame
			}
			var all []int32
			p := make([]int32, 64*width)
			for {
				n, err := r.ReadFrames(p)
				all = append(all, p[:n]...)
				if err == io.EOF {
					return all
				}
				require.NoError(t, err, name)
			}
		}
		require.Equal(t, frames(Open(fsys, name)), frames(Open(out.fs(), "A1")), name)
	}
}

func ExampleDeidentifier() {
	ward := fstest.MapFS{
		"PAT0815.hea": {Data: []byte("PAT0815 1 250 2 13:05:27 29/02/2024\nward7.dat 16 200 16 0 1 3 0 II\n# Age: 94\n# Jane Smithson, Aldomet\n")},
		"ward7.dat":   {Data: []byte{1, 0, 2, 0}},
	}
	shared := memoryCreator{} // on disk it is Dir("shared")
	changes, err := Deidentifier{Name: "A001"}.Copy(shared, ward, "PAT0815")
	fmt.Println(err)
	for _, c := range changes {
		fmt.Println(c)
	}
	fmt.Print(strings.ReplaceAll(shared["A001.hea"].String(), "\r", ""))
	// Output:
	// <nil>
	// A001.hea: record name replaced
	// A001.hea: start time removed
	// A001.hea: 2 comments reduced to 1
	// A001.hea: signal files renamed
	// A001 1 250 2
	// A001.dat 16 200 16 0 1 3 0 II
	// #Age: 90+
}

func ExampleRecords() {
	fsys := fstest.MapFS{"mitdb/RECORDS": {Data: []byte("100\n101\n")}}
	for name, err := range Records(fsys, "mitdb") {
		fmt.Println(name, err)
	}
	// Output:
	// mitdb/100 <nil>
	// mitdb/101 <nil>
}
