package checkpoint

// Fields walks over the fields of a state to write them, or to read them: one
// list in the stage serves both directions.
type Fields struct {
	e *Encoder
	d *Decoder
}

// Writing returns a walk that appends to e.
func Writing(e *Encoder) Fields { return Fields{e: e} }

// Reading returns a walk that sets fields from d.
func Reading(d *Decoder) Fields { return Fields{d: d} }

// Reads reports whether fields are set.
func (f Fields) Reads() bool { return f.d != nil }

// Ints are integers.
func (f Fields) Ints(list ...*int64) {
	for _, v := range list {
		if f.e != nil {
			f.e.Int(*v)
		} else {
			*v = f.d.Int()
		}
	}
}

// Index is an integer in [lo, hi]: an index or a count.
func (f Fields) Index(v *int, lo, hi int) {
	if f.e != nil {
		f.e.Int(int64(*v))
	} else {
		*v = f.d.IntIn(lo, hi)
	}
}

// Bools are truth values.
func (f Fields) Bools(list ...*bool) {
	for _, v := range list {
		if f.e != nil {
			f.e.Bool(*v)
		} else {
			*v = f.d.Bool()
		}
	}
}

// Floats are floats.
func (f Fields) Floats(list ...*float64) {
	for _, v := range list {
		if f.e != nil {
			f.e.Float(*v)
		} else {
			*v = f.d.Float()
		}
	}
}

// Floats32 are floats of four bytes.
func (f Fields) Floats32(list ...*float32) {
	for _, v := range list {
		one := [1]float32{*v}
		f.Slices32(one[:])
		*v = one[0]
	}
}

// Slices32 are slices whose length the configuration gives.
func (f Fields) Slices32(list ...[]float32) {
	for _, v := range list {
		if f.e != nil {
			f.e.Floats32(v)
		} else {
			f.d.Floats32(v)
		}
	}
}
