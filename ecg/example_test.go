package ecg_test

import (
	"fmt"
	"time"

	"github.com/sinus-ecg/sinus/ecg"
)

func ExampleClock() {
	start := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	clock, _ := ecg.NewClock(130.061, start) // a chest strap's true rate
	t, _ := clock.Time(1_000_000)
	fmt.Println(clock.Offset(1_000_000), t.Format(time.TimeOnly))
	// Output: 2h8m8.699917731s 10:08:08
}

func ExampleSelectLeads() {
	f := ecg.Format{Rate: 250, Leads: ecg.ECGLeads("II", "V5")}
	signal := ecg.Samples(f, []float64{0.1, 0.5, 0.2, 0.6, 0.3, 0.7})
	v5, _ := ecg.SelectLeads(signal, f.Lead("V5"))
	for mv, err := range ecg.All(v5) {
		fmt.Println(mv, err)
	}
	// Output:
	// 0.5 <nil>
	// 0.6 <nil>
	// 0.7 <nil>
}
