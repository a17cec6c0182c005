package detect

import (
	"bufio"
	"fmt"
	"os"
	"sort"
	"strings"
	"testing"

	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/wfdb"
)

// scratch: dump for each matched beat the window around c
func TestZZPeak(t *testing.T) {
	mb, err := os.ReadFile(os.Getenv("QM"))
	if err != nil { t.Skip() }
	m, _ := ReadQRSModel(mb)
	f, _ := os.Create("/tmp/dev/peak/" + os.Getenv("OUT"))
	w := bufio.NewWriter(f)
	defer f.Close()
	defer w.Flush()
	for _, name := range strings.Fields(os.Getenv("RECS")) {
		r, _ := (wfdb.Options{Signals: []int{0}}).Open(os.DirFS("/work/shared/data/mitdb"), name)
		x, _ := ecg.ReadAll(ecg.Reader[float64](r))
		q, _ := NewQRS(QRSConfig{Rate: 360, Model: m})
		beats := q.Flush(q.Append(nil, x))
		an, _ := wfdb.ReadAnnotations(os.DirFS("/work/shared/data/mitdb"), name, "atr")
		var ref []int64
		var code []string
		for _, a := range an.List {
			
			if a.Code.IsBeat() { ref = append(ref, a.Time); code = append(code, a.Code.String()) }
		}
		for _, b := range beats {
			i := sort.Search(len(ref), func(i int) bool { return ref[i] >= b.At })
			best := int64(1000)
			bc := ""
			for j := i - 1; j <= i; j++ {
				if j >= 0 && j < len(ref) && abs(ref[j]-b.At) < abs(best) { best = ref[j] - b.At; bc = code[j] }
			}
			if abs(best) > 54 || b.At < 120 || b.At+120 >= int64(len(x)) { continue }
			fmt.Fprintf(w, "%s %s %d", name, bc, best)
			for k := b.At - 120; k <= b.At+120; k++ { fmt.Fprintf(w, " %.4g", x[k]) }
			fmt.Fprintln(w)
		}
	}
}
func abs(a int64) int64 { if a < 0 { return -a }; return a }
