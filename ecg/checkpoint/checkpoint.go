// Package checkpoint writes and reads the saved state of a stage: bytes with a
// magic word, a layout version, a fingerprint of the configuration, the content
// and a checksum, little endian, floats by their bits.
//
//	offset 0   4 bytes  magic: the kind of stage
//	       4   2 bytes  layout version of that kind
//	       6   8 bytes  fingerprint of the configuration
//	      14   4 bytes  n, length of the content
//	      18   n bytes  content
//	    18+n   4 bytes  CRC-32C of everything before
//
// The checksum finds damage, not forgery: where a checkpoint leaves the
// process, seal it (crypto/cipher has AEADs), also because it may hold the last
// seconds of an ECG.
package checkpoint

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
)

// The kinds of failure, for errors.Is.
var (
	ErrCorrupt = errors.New("damaged or not a checkpoint of this kind")
	ErrVersion = errors.New("another layout version")
	ErrConfig  = errors.New("another configuration")
)

// Error says which checkpoint failed.
type Error struct {
	Magic string // what was asked for
	Err   error  // ErrCorrupt, ErrVersion or ErrConfig
}

func (e *Error) Error() string { return fmt.Sprintf("checkpoint %s: %v", e.Magic, e.Err) }
func (e *Error) Unwrap() error { return e.Err }

const headerLen = 18

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Fingerprint is a hash (FNV-1a) of a configuration, made by adding its parts
// in a fixed order to NewFingerprint.
type Fingerprint uint64

// NewFingerprint returns the fingerprint of an empty configuration.
func NewFingerprint() Fingerprint { return 14695981039346656037 }

// Int adds an integer.
func (f Fingerprint) Int(v int64) Fingerprint {
	for range 8 {
		f = (f ^ Fingerprint(byte(v))) * 1099511628211
		v >>= 8
	}
	return f
}

// Float adds a float by its bits.
func (f Fingerprint) Float(v float64) Fingerprint { return f.Int(int64(math.Float64bits(v))) }

// String adds a string.
func (f Fingerprint) String(s string) Fingerprint {
	f = f.Int(int64(len(s)))
	for i := range len(s) {
		f = (f ^ Fingerprint(s[i])) * 1099511628211
	}
	return f
}

// Encoder appends a checkpoint to a slice.
type Encoder struct {
	b     []byte
	start int
}

// Append begins a checkpoint at the end of b. magic has four bytes.
func Append(b []byte, magic string, version uint16, f Fingerprint) Encoder {
	e := Encoder{b, len(b)}
	e.b = append(e.b, magic[:4]...)
	e.b = binary.LittleEndian.AppendUint16(e.b, version)
	e.b = binary.LittleEndian.AppendUint64(e.b, uint64(f))
	e.b = binary.LittleEndian.AppendUint32(e.b, 0)
	return e
}

// Int appends an integer.
func (e *Encoder) Int(v int64) { e.b = binary.LittleEndian.AppendUint64(e.b, uint64(v)) }

// Float appends a float by its bits.
func (e *Encoder) Float(v float64) {
	e.b = binary.LittleEndian.AppendUint64(e.b, math.Float64bits(v))
}

// Bool appends a truth value.
func (e *Encoder) Bool(v bool) {
	var x byte
	if v {
		x = 1
	}
	e.b = append(e.b, x)
}

// Floats appends a slice with its length.
func (e *Encoder) Floats(v []float64) {
	e.Int(int64(len(v)))
	for _, x := range v {
		e.Float(x)
	}
}

// Floats32 appends a slice with its length.
func (e *Encoder) Floats32(v []float32) {
	e.Int(int64(len(v)))
	for _, x := range v {
		e.b = binary.LittleEndian.AppendUint32(e.b, math.Float32bits(x))
	}
}

// Ints appends a slice with its length.
func (e *Encoder) Ints(v []int64) {
	e.Int(int64(len(v)))
	for _, x := range v {
		e.Int(x)
	}
}

// Bytes appends a slice with its length, for example the checkpoint of a part.
func (e *Encoder) Bytes(v []byte) {
	e.Int(int64(len(v)))
	e.b = append(e.b, v...)
}

// End completes the checkpoint and returns the whole slice.
func (e *Encoder) End() []byte {
	binary.LittleEndian.PutUint32(e.b[e.start+14:], uint32(len(e.b)-e.start-headerLen))
	return binary.LittleEndian.AppendUint32(e.b, crc32.Checksum(e.b[e.start:], castagnoli))
}

// Decoder reads the content of a checkpoint. After the first failure every
// method returns zero values; Close tells.
type Decoder struct {
	b     []byte
	magic string
	bad   bool
}

// Open checks data as a whole: length, checksum, kind, version, configuration.
// A stage reads into a copy of itself and becomes that copy when Close returns
// nil, so that a failure leaves it unchanged.
func Open(data []byte, magic string, version uint16, f Fingerprint) (Decoder, error) {
	fail := func(err error) (Decoder, error) { return Decoder{}, &Error{magic, err} }
	if len(data) < headerLen+4 || string(data[:4]) != magic {
		return fail(ErrCorrupt)
	}
	if uint64(binary.LittleEndian.Uint32(data[14:])) != uint64(len(data)-headerLen-4) {
		return fail(ErrCorrupt)
	}
	end := len(data) - 4
	if crc32.Checksum(data[:end], castagnoli) != binary.LittleEndian.Uint32(data[end:]) {
		return fail(ErrCorrupt)
	}
	if binary.LittleEndian.Uint16(data[4:]) != version {
		return fail(ErrVersion)
	}
	if binary.LittleEndian.Uint64(data[6:]) != uint64(f) {
		return fail(ErrConfig)
	}
	return Decoder{data[headerLen:end], magic, false}, nil
}

func (d *Decoder) take(n int) []byte {
	if d.bad || n > len(d.b) {
		d.bad = true
		return nil
	}
	p := d.b[:n]
	d.b = d.b[n:]
	return p
}

// Int reads an integer.
func (d *Decoder) Int() int64 {
	if p := d.take(8); p != nil {
		return int64(binary.LittleEndian.Uint64(p))
	}
	return 0
}

// IntIn reads an integer that must lie in [lo, hi]: an index or a count.
func (d *Decoder) IntIn(lo, hi int) int {
	v := d.Int()
	if v < int64(lo) || v > int64(hi) {
		d.bad = true
		return lo
	}
	return int(v)
}

// Float reads a float.
func (d *Decoder) Float() float64 { return math.Float64frombits(uint64(d.Int())) }

// Bool reads a truth value.
func (d *Decoder) Bool() bool {
	p := d.take(1)
	return p != nil && p[0] != 0
}

// Floats fills dst; the saved slice must have the same length.
func (d *Decoder) Floats(dst []float64) {
	if d.Int() != int64(len(dst)) {
		d.bad = true
	}
	for i := range dst {
		dst[i] = d.Float()
	}
}

// Floats32 fills dst; the saved slice must have the same length.
func (d *Decoder) Floats32(dst []float32) {
	if d.Int() != int64(len(dst)) {
		d.bad = true
	}
	for i := range dst {
		if p := d.take(4); p != nil {
			dst[i] = math.Float32frombits(binary.LittleEndian.Uint32(p))
		}
	}
}

// Ints fills dst; the saved slice must have the same length.
func (d *Decoder) Ints(dst []int64) {
	if d.Int() != int64(len(dst)) {
		d.bad = true
	}
	for i := range dst {
		dst[i] = d.Int()
	}
}

// AppendFloats appends a saved slice of at most limit elements to dst.
func (d *Decoder) AppendFloats(dst []float64, limit int) []float64 {
	for range d.IntIn(0, limit) {
		dst = append(dst, d.Float())
	}
	return dst
}

// AppendInts appends a saved slice of at most limit elements to dst.
func (d *Decoder) AppendInts(dst []int64, limit int) []int64 {
	for range d.IntIn(0, limit) {
		dst = append(dst, d.Int())
	}
	return dst
}

// Bytes returns a saved slice, valid as long as the data given to Open.
func (d *Decoder) Bytes() []byte {
	n := d.Int()
	if n < 0 || n > int64(len(d.b)) {
		d.bad = true
		return nil
	}
	return d.take(int(n))
}

// Close reports whether everything was there and nothing is left.
func (d *Decoder) Close() error {
	if d.bad || len(d.b) != 0 {
		return &Error{d.magic, ErrCorrupt}
	}
	return nil
}
