package bench_test

import (
	"fmt"
	"os"

	"github.com/sinus-ecg/sinus/bench"
	"github.com/sinus-ecg/sinus/wfdb"
)

// beatsAt are beats once a second, one letter each.
func beatsAt(letters string) []wfdb.Annotation {
	var list []wfdb.Annotation
	for i, l := range letters {
		code, _ := wfdb.ParseCode(string(l))
		list = append(list, wfdb.Annotation{Time: int64(250 * (i + 1)), Code: code})
	}
	return list
}

func ExampleCompareRuns() {
	ref := beatsAt("NNVVVNNNVVNNNNVVVVVVVNN")
	test := beatsAt("NNVVVNNNVNNNVVVVVVVVVNN")
	c := bench.EC57(250, 250*24)
	c.Start = 0
	runs, err := bench.CompareRuns(ref, test, c)
	if err != nil {
		fmt.Println(err)
	}
	three := runs.VE.AtLeast(3)
	fmt.Printf("couplets: Se %.0f %%\n", runs.VE.Couplets().Se())
	fmt.Printf("three beats and more: Se %.0f %%, +P %.0f %%\n", three.Se(), three.PP())
	// Output:
	// couplets: Se 0 %
	// three beats and more: Se 100 %, +P 100 %
}

func ExampleCompareEpisodes() {
	rhythm := func(seconds int64, aux string) wfdb.Annotation {
		return wfdb.Annotation{Time: 250 * seconds, Code: wfdb.RhythmChange, Aux: aux}
	}
	ref := []wfdb.Annotation{rhythm(0, "(N"), rhythm(400, "(AFIB"), rhythm(500, "(N")}
	test := []wfdb.Annotation{rhythm(0, "(N"), rhythm(410, "(AFIB"), rhythm(520, "(N"), rhythm(560, "(AFIB"), rhythm(590, "(N")}
	result, err := bench.CompareEpisodes(ref, test, bench.AF, bench.EpisodeConfig{Config: bench.EC57(250, 250*600)})
	if err != nil {
		fmt.Println(err)
	}
	result.WriteReport(os.Stdout, "100", "atr", "tst")
	// Output:
	// AF episode-by-episode comparison results for record 100
	// Reference annotator: atr
	//      Test annotator: tst
	//
	//            Episode sensitivity: 100% (1/1)
	//  Episode positive predictivity:  50% (1/2)
	//           Duration sensitivity:  90% (1:30.000/1:40.000)
	// Duration positive predictivity:  64% (1:30.000/2:20.000)
	// Duration of reference episodes:      1:40.000
	//      Duration of test episodes:      2:20.000
}

func ExampleRhythmTask_Truth() {
	rhythm := func(at int64, aux string) wfdb.Annotation {
		return wfdb.Annotation{Time: at, Code: wfdb.RhythmChange, Aux: aux}
	}
	list := []wfdb.Annotation{rhythm(10, "(N"), rhythm(40, "(AFIB"), rhythm(70, "(AFL"), rhythm(80, "(N")}
	truth := bench.AFTask.Truth(list, 100, bench.RhythmReading{})
	fmt.Println("AF:", truth.Yes)
	fmt.Println("left out:", truth.LeftOut)
	// Output:
	// AF: [{40 70}]
	// left out: [{0 10} {70 80}]
}
