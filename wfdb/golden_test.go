package wfdb

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg/ecgtest"
)

// The expected texts are outputs of the WFDB programs 10.7.0; see the README
// of the folder.

// rows splits a CSV without heading.
func rows(t *testing.T, path string) [][]string {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	var r [][]string
	for l := range strings.Lines(string(b)) {
		r = append(r, strings.Split(strings.TrimRight(l, "\r\n"), ","))
	}
	return r
}

// digitalRows reads a record in adu and prints it as rdsamp -c does.
func digitalRows(t *testing.T, r *Record, from int64) (out [][]string, err error) {
	p := make([]int32, 7*len(r.lanes))
	for at := from; ; {
		n, err := r.ReadDigital(p)
		for i := 0; i < n; i += len(r.lanes) {
			row := []string{strconv.FormatInt(at, 10)}
			for _, v := range p[i : i+len(r.lanes)] {
				if v == InvalidSample {
					v = -32768
				}
				row = append(row, strconv.Itoa(int(v)))
			}
			out = append(out, row)
			at++
		}
		if err != nil {
			return out, err
		}
	}
}

func physicalRows(t *testing.T, r *Record) (out [][]string, err error) {
	p := make([]float64, 100*len(r.lanes))
	for at := 0; ; {
		n, err := r.Read(p)
		for i := 0; i < n; i += len(r.lanes) {
			row := []string{fmt.Sprintf("%.3f", float64(at)/r.Format().Rate)}
			for k, v := range p[i : i+len(r.lanes)] {
				s := "-"
				// The C library cannot tell this value from an invalid sample.
				if adu := r.h.Signals[k].Digital(v); !math.IsNaN(v) && adu != -32768 {
					s = fmt.Sprintf("%.8f", v)
				}
				row = append(row, s)
			}
			out = append(out, row)
			at++
		}
		if err != nil {
			return out, err
		}
	}
}

// sameRows compares with what the C library gives. It goes by the length of
// the file and we by that of the header; and it leaves out the last frames of
// a record with skews, which we deliver as far as there are samples.
func sameRows(t *testing.T, what string, want, got [][]string) {
	t.Helper()
	n := min(len(want), len(got))
	for i := range n {
		require.Equal(t, want[i], got[i], "%s, row %d", what, i)
	}
}

func TestGoldenSignals(t *testing.T) {
	dir := ecgtest.Shared(t, "golden", "wfdb-formats", "signals")
	list, err := filepath.Glob(filepath.Join(dir, "*.hea"))
	require.NoError(t, err)
	fsys := os.DirFS(dir)
	compared := 0
	for _, path := range list {
		name := strings.TrimSuffix(filepath.Base(path), ".hea")
		expect := func(kind string) (string, bool) {
			p := filepath.Join(dir, "expect", name+"."+kind+".csv")
			_, err := os.Stat(p)
			return p, err == nil
		}
		t.Run(name, func(t *testing.T) {
			for _, high := range []bool{false, true} {
				o := Options{HighResolution: high}
				suffix := map[bool]string{false: "", true: "H"}[high]
				if p, ok := expect("raw" + suffix); ok {
					compared++
					r, err := o.Open(fsys, name)
					require.NoError(t, err)
					got, err := digitalRows(t, r, 0)
					want := rows(t, p)
					sameRows(t, "raw"+suffix, want, got)
					h := r.Header()
					skew := 0
					for i := range h.Signals {
						skew = max(skew, h.Signals[i].SkewFrames())
					}
					switch {
					case name == "toolong":
						require.ErrorIs(t, err, io.ErrUnexpectedEOF)
					case name == "badsum":
						require.ErrorIs(t, err, ErrChecksum)
					default:
						require.Equal(t, io.EOF, err)
					}
					if h.Frames > 0 {
						if name != "toolong" {
							require.Len(t, got, int(h.Frames)*r.parts)
						}
						switch name {
						case "f310_len32", "f311_len32": // the C library sees one sample more
							require.Len(t, got, len(want)-1)
						case "badsum", "tooshort", "bsize":
						default:
							require.Len(t, got, len(want)+skew*r.parts)
						}
					} else {
						require.Len(t, got, len(want)+skew*r.parts)
					}
				}
				if p, ok := expect("phys" + suffix); ok {
					compared++
					r, err := o.Open(fsys, name)
					require.NoError(t, err)
					got, _ := physicalRows(t, r)
					sameRows(t, "phys"+suffix, rows(t, p), got)
				}
				if p, ok := expect("seek" + suffix); ok {
					compared++
					r, err := o.Open(fsys, name)
					require.NoError(t, err)
					want := rows(t, p)
					from, err := strconv.ParseInt(want[0][0], 10, 64)
					require.NoError(t, err)
					for _, first := range []int64{from, 0, from + 5, from} { // forwards, backwards
						require.NoError(t, r.SeekFrame(first))
						one := make([]int32, len(r.lanes))
						n, err := r.ReadDigital(one)
						require.NoError(t, err)
						require.Equal(t, len(one), n)
					}
					require.NoError(t, r.SeekFrame(from))
					got, err := digitalRows(t, r, from)
					if !errors.Is(err, io.ErrUnexpectedEOF) {
						require.Equal(t, io.EOF, err)
					}
					require.GreaterOrEqual(t, len(got), len(want))
					for k := range r.lanes {
						if r.h.Signals[k].Format == 8 {
							sumFromZero(got, k+1, want)
						}
					}
					sameRows(t, "seek"+suffix, want, got)
				}
			}
		})
	}
	t.Logf("%d outputs of rdsamp compared", compared)
}

// sumFromZero makes of our rows what the C library gives after a move in
// format 8: it goes on summing from the last value it had (here, none: 0), and
// so is off by a constant. The values of ours are those of a reading from the
// start.
func sumFromZero(got [][]string, column int, want [][]string) {
	a, _ := strconv.Atoi(got[0][column])
	b, _ := strconv.Atoi(want[0][column])
	for _, row := range got {
		v, _ := strconv.Atoi(row[column])
		row[column] = strconv.Itoa(v + b - a)
	}
}

func osDir(dir string) fs.FS { return os.DirFS(dir) }
