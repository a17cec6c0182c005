// Package usual knows the names and units of signals that are in common use, so
// that what is not can be taken out of a record without personal data.
package usual

import "strings"

// signalWords are the words of which descriptions of signals are made.
var signalWords = wordSet(`ecg ekg lead leads signal channel ch i ii iii avr avl avf v v1 v2 v3 v4 v5 v6 v7 v8 v9 v3r v4r ml ml2 mli mlii mliii
	mcl mcl1 mcl2 mcl6 cm5 cm2 cs5 cc5 d3 d4 e s a x y z vx vy vz es as ai cs nasa modified limb chest frank
	ecg1 ecg2 ecg3 ecg4 ecg5 ecg6 ecgi ecgii ecgiii
	abp art abpmean abpsys abpdias pap cvp pawp icp lap rap p1 p2 p3 p4 bp nbp pressure blood arterial pulmonary central venous
	resp respiration thorax abdomen abdominal chest nasal oral airflow flow effort imp impedance
	pleth ppg spo2 sao2 so2 etco2 co2 pulse hr rr temp temperature
	eeg eog emg submental chin left right fp1 fp2 f3 f4 f7 f8 fz c3 c4 cz t3 t4 t5 t6 p3 p4 pz o1 o2 oz a1 a2 fpz cz
	fecg fhr uc direct mains marker event position acc accx accy accz gyro raw filtered fast slow mid`)

var unitWords = wordSet(`mv uv µv v nv mmhg cmh2o kpa pa l l/min lpm ml ml/min bpm hz s ms degc degf deg c f % nu nd nu/mv g m/s2 m/s^2
	ohm kohm mm cm m adu au a.u. arb`)

func wordSet(s string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(s) {
		m[w] = true
	}
	return m
}

// Signal reports whether a description has only words that name signals,
// and numbers of at most two digits.
func Signal(s string) bool {
	f := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return strings.ContainsRune(" \t,/-_()+:", r) })
	for _, w := range f {
		if !signalWords[w] && !(len(w) <= 2 && strings.Trim(w, "0123456789") == "") {
			return false
		}
	}
	return len(f) <= 6
}

// Unit reports whether s is a unit of a signal.
func Unit(s string) bool { return unitWords[strings.ToLower(s)] }
