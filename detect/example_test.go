package detect_test

import (
	"fmt"
	"log"
	"time"

	"github.com/sinus-ecg/sinus/detect"
	"github.com/sinus-ecg/sinus/ecg"
	"github.com/sinus-ecg/sinus/ecg/synth"
)

// A record or a synthetic patient is pulled through the detector.
func ExamplePanTompkins() {
	patient, _ := synth.New(synth.Default()) // or wfdb.Open(...): any ecg.Signal
	lead, _ := ecg.SelectLeads(patient, 0)
	format := lead.Format()
	detector, err := detect.NewPanTompkins(detect.PanTompkinsConfig{Rate: format.Rate})
	if err != nil {
		log.Fatal(err)
	}
	clock, _ := format.Clock()
	for beat, err := range ecg.All(ecg.Through(lead, detector)) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println("R peak at", clock.Offset(beat.At), "known at", clock.Offset(beat.Known))
		if beat.At > 5*360 {
			break
		}
	}
	// Output:
	// R peak at 483.333333ms known at 2s
	// R peak at 1.316666667s known at 2s
	// R peak at 2.194444444s known at 2.472222222s
	// R peak at 3.080555556s known at 3.358333333s
	// R peak at 3.952777778s known at 4.230555556s
	// R peak at 4.811111111s known at 5.088888889s
	// R peak at 5.658333333s known at 5.938888889s
}

// A device pushes packets; Append returns what is known now.
func ExamplePanTompkins_Append() {
	patient, _ := synth.New(synth.Config{Rate: 250, Leads: 1})
	detector, _ := detect.NewPanTompkins(detect.PanTompkinsConfig{Rate: 250})
	packet := make([]float64, 73) // what a radio brings
	var beats []ecg.Beat
	for range 12 {
		patient.Read(packet)
		beats = detector.Append(beats[:0], packet)
		for _, b := range beats {
			fmt.Println("beat at sample", b.At)
		}
	}
	// Output:
	// beat at sample 150
	// beat at sample 400
	// beat at sample 650
}

// Beats come out with their class and the probability of each class.
func ExampleBeatClassifier() {
	patient, _ := synth.New(synth.Default()) // two leads
	format := patient.Format()
	classifier, err := detect.NewBeatClassifier(detect.BeatConfig{Rate: format.Rate, Leads: len(format.Leads)})
	if err != nil {
		log.Fatal(err)
	}
	clock, _ := format.Clock()
	for beat, err := range ecg.All(ecg.Through(patient, classifier)) {
		if err != nil {
			log.Fatal(err)
		}
		if beat.Class != ecg.Normal && clock.Offset(beat.At) < 2*time.Minute {
			sure := beat.Posterior[beat.Class-ecg.Normal] > 0.6
			fmt.Println(beat.Class, "at", clock.Offset(beat.At).Round(100*time.Millisecond), "sure:", sure)
		}
	}
	// Output:
	// V at 20.1s sure: true
	// S at 45.2s sure: true
	// S at 1m9.8s sure: true
	// V at 1m35.1s sure: true
}

// The default detector takes all leads together.
func ExampleQRS() {
	patient, _ := synth.New(synth.Default()) // or wfdb.Open(...): any ecg.Signal
	format := patient.Format()
	detector, err := detect.NewQRS(detect.QRSConfig{Rate: format.Rate, Leads: len(format.Leads)})
	if err != nil {
		log.Fatal(err)
	}
	clock, _ := format.Clock()
	for beat, err := range ecg.All(ecg.Through(patient, detector)) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println("R peak at", clock.Offset(beat.At), "known at", clock.Offset(beat.Known))
		if beat.At > 5*360 {
			break
		}
	}
	// Output:
	// R peak at 483.333333ms known at 2.088888889s
	// R peak at 1.316666667s known at 2.088888889s
	// R peak at 2.194444444s known at 2.394444444s
	// R peak at 3.080555556s known at 3.277777778s
	// R peak at 3.952777778s known at 4.152777778s
	// R peak at 4.811111111s known at 5.008333333s
	// R peak at 5.658333333s known at 5.858333333s
}
