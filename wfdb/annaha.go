package wfdb

// The AHA format has records of 16 bytes:
//
//	0      0
//	1      code, a letter
//	2-5    time, high 16 bits first, each word little endian
//	6-7    serial number
//	8      subtype, 9 MIT code: written by the WFDB library, else 0
//	10-15  text
//
// and ends with bytes of 0xff.

import (
	"bytes"
	"encoding/binary"
	"io"
	"strings"
)

const ahaRecord = 16

// ahaLetters are the codes of the American Heart Association, with what the
// WFDB library reads them as.
var ahaLetters = map[byte]Code{
	'E': VentricularEscape, 'F': FusionVentricular, 'N': Normal, 'O': Note, 'P': Paced,
	'Q': Unclassifiable, 'R': ROnT, 'U': SignalQuality, 'V': PrematureVentricular,
	'[': FibrillationStart, ']': FibrillationEnd,
}

// isAHA reports whether a file that begins with b is in AHA format, by the
// rule of the WFDB library; a file too short for one record is not.
func isAHA(b []byte) bool {
	return len(b) == ahaRecord && b[0] == 0 && b[1] != '[' && b[1] != ']' && ahaLetters[b[1]] != 0
}

// ahaLetter returns the letter that a code is written as.
func ahaLetter(a *Annotation) byte {
	switch a.Code {
	case Normal, LeftBundleBranchBlock, RightBundleBranchBlock, AberratedAtrial, NodalPremature,
		AtrialPremature, SupraventricularEctopic, NodalEscape, BundleBranchBlock, AtrialEscape,
		SupraventricularEscape, PacedFusion:
		return 'N'
	case Unclassifiable, Learning:
		return 'Q'
	case SignalQuality:
		if a.Subtype != -1 {
			return 'O'
		}
		return 'U'
	case Note:
		return 'O'
	}
	for _, l := range []byte("EFPRV[]") {
		if ahaLetters[l] == a.Code {
			return l
		}
	}
	return 'O'
}

// nextAHA reads one annotation. The library delivers the MIT code of byte 9 as
// the channel; so do we, that the same file says the same.
func (r *AnnotationReader) nextAHA() (Annotation, error) {
	b := r.src.peek(ahaRecord)
	if len(b) > 0 && b[0] == 0xff {
		return Annotation{}, io.EOF
	}
	if len(b) == 0 && r.src.err == io.EOF {
		r.unclosed = r.any
		return Annotation{}, r.noEndMark()
	}
	if len(b) < ahaRecord {
		return Annotation{}, r.fail(r.src.err, "no end mark")
	}
	if b[0] != 0 {
		return Annotation{}, r.fail(ErrAnnotation, "an AHA record begins with a byte other than 0 and 255")
	}
	code := ahaLetters[b[1]] // NotBeat for letters that are no code
	a := Annotation{
		Time:    int64(int32(uint32(binary.LittleEndian.Uint16(b[2:]))<<16 | uint32(binary.LittleEndian.Uint16(b[4:])))),
		Code:    code,
		Subtype: int8(b[8]),
		Channel: b[9],
	}
	if a.Time < 0 && !r.o.Negative {
		return Annotation{}, r.tooEarly()
	}
	if b[1] == 'U' && a.Subtype == 0 {
		a.Subtype = -1 // unreadable, in all signals
	}
	text, _, _ := bytes.Cut(b[10:], []byte{0})
	a.Aux = r.aux.text(text)
	r.any = true
	r.src.bytes(ahaRecord)
	return a, nil
}

// appendAHA appends one record. The format has room for six bytes of text.
func appendAHA(dst []byte, a *Annotation, serial uint16) []byte {
	dst = append(dst, 0, ahaLetter(a))
	dst = binary.LittleEndian.AppendUint16(dst, uint16(uint32(a.Time)>>16))
	dst = binary.LittleEndian.AppendUint16(dst, uint16(a.Time))
	dst = binary.LittleEndian.AppendUint16(dst, serial)
	dst = append(dst, byte(a.Subtype), byte(a.Code))
	text := a.Aux[:min(6, len(a.Aux))]
	return append(dst, text+strings.Repeat("\x00", 6-len(text))...)
}
