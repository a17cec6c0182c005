package checkpoint_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinus-ecg/sinus/ecg/checkpoint"
)

var config = checkpoint.NewFingerprint().Float(360).Int(2).String("MLII")

func sample() []byte {
	e := checkpoint.Append([]byte("before"), "QRSd", 3, config)
	e.Int(-5)
	e.Float(math.Copysign(0, -1))
	e.Bool(true)
	e.Floats([]float64{1, math.Inf(1)})
	e.Floats32([]float32{0.1, -3})
	e.Ints([]int64{7, 8, 9})
	e.Bytes([]byte("part"))
	return e.End()[len("before"):]
}

func TestRoundTrip(t *testing.T) {
	d, err := checkpoint.Open(sample(), "QRSd", 3, config)
	require.NoError(t, err)
	require.Equal(t, int64(-5), d.Int())
	require.True(t, math.Signbit(d.Float()))
	require.True(t, d.Bool())
	f := make([]float64, 2)
	d.Floats(f)
	require.Equal(t, []float64{1, math.Inf(1)}, f)
	f32 := make([]float32, 2)
	d.Floats32(f32)
	require.Equal(t, []float32{0.1, -3}, f32)
	require.Equal(t, []int64{7, 8, 9}, d.AppendInts(nil, 3))
	require.Equal(t, "part", string(d.Bytes()))
	require.NoError(t, d.Close())
}

// One list of fields writes and reads.
func TestFields(t *testing.T) {
	type state struct {
		a, b  int64
		n     int
		on    bool
		x     float64
		y, z  float32
		slice [3]float32
	}
	list := func(s *state, f checkpoint.Fields) {
		f.Ints(&s.a, &s.b)
		f.Index(&s.n, -1, 7)
		f.Bools(&s.on)
		f.Floats(&s.x)
		f.Floats32(&s.y, &s.z)
		f.Slices32(s.slice[:])
	}
	want := state{1, -2, 7, true, 0.1, 0.2, -0.3, [3]float32{4, 5, 6}}
	e := checkpoint.Append(nil, "test", 1, config)
	require.False(t, checkpoint.Writing(&e).Reads())
	list(&want, checkpoint.Writing(&e))
	d, err := checkpoint.Open(e.End(), "test", 1, config)
	require.NoError(t, err)
	var got state
	require.True(t, checkpoint.Reading(&d).Reads())
	list(&got, checkpoint.Reading(&d))
	require.NoError(t, d.Close())
	require.Equal(t, want, got)

	want.n = 8 // not in its range
	e = checkpoint.Append(nil, "test", 1, config)
	list(&want, checkpoint.Writing(&e))
	d, err = checkpoint.Open(e.End(), "test", 1, config)
	require.NoError(t, err)
	list(&got, checkpoint.Reading(&d))
	require.ErrorIs(t, d.Close(), checkpoint.ErrCorrupt)
}

func TestRefused(t *testing.T) {
	good := sample()
	for name, c := range map[string]struct {
		magic   string
		version uint16
		config  checkpoint.Fingerprint
		want    error
	}{
		"kind":          {"QRSx", 3, config, checkpoint.ErrCorrupt},
		"version":       {"QRSd", 4, config, checkpoint.ErrVersion},
		"configuration": {"QRSd", 3, config.Int(0), checkpoint.ErrConfig},
	} {
		_, err := checkpoint.Open(good, c.magic, c.version, c.config)
		require.ErrorIs(t, err, c.want, name)
	}
	for i := range good {
		_, err := checkpoint.Open(good[:i], "QRSd", 3, config)
		require.ErrorIs(t, err, checkpoint.ErrCorrupt, "cut at %d", i)
		bad := append([]byte(nil), good...)
		bad[i] ^= 1
		_, err = checkpoint.Open(bad, "QRSd", 3, config)
		require.Error(t, err, "bit flipped in byte %d", i)
	}
}

// A claimed length never sizes anything: content that is sealed but wrong gives
// zero values and an error at Close.
func TestWrongContent(t *testing.T) {
	e := checkpoint.Append(nil, "QRSd", 3, config)
	e.Int(1 << 40)
	d, err := checkpoint.Open(e.End(), "QRSd", 3, config)
	require.NoError(t, err)
	require.Empty(t, d.AppendFloats(nil, 100))
	require.ErrorIs(t, d.Close(), checkpoint.ErrCorrupt)

	d, err = checkpoint.Open(sample(), "QRSd", 3, config)
	require.NoError(t, err)
	require.ErrorIs(t, d.Close(), checkpoint.ErrCorrupt, "content left over")
	for range 20 {
		d.Int()
	}
	require.ErrorIs(t, d.Close(), checkpoint.ErrCorrupt, "read beyond the content")
	require.Zero(t, d.Int())
}

func FuzzOpen(f *testing.F) {
	f.Add(sample())
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := checkpoint.Open(data, "QRSd", 3, config)
		if err != nil {
			return
		}
		v := d.Int()
		x := d.Float()
		b := d.Bool()
		fl := d.AppendFloats(nil, 8)
		in := d.AppendInts(nil, 8)
		p := d.Bytes()
		if d.Close() != nil {
			return
		}
		e := checkpoint.Append(nil, "QRSd", 3, config)
		e.Int(v)
		e.Float(x)
		e.Bool(b)
		e.Floats(fl)
		e.Ints(in)
		e.Bytes(p)
		if again := e.End(); len(again) != len(data) {
			t.Fatalf("%d bytes become %d", len(data), len(again))
		}
	})
}
