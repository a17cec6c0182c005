package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/sinus-ecg/sinus/bench"
	"github.com/sinus-ecg/sinus/detect"
)

// classifyOptions say how beats get their classes.
type classifyOptions struct {
	classify, immediate, pacemaker, deChazal bool
	model, figure                            string
}

func (o *classifyOptions) flags(f *flag.FlagSet) {
	f.BoolVar(&o.classify, "classify", false, "classify the beats of -detector, or those of annotation files (-beats)")
	f.BoolVar(&o.immediate, "immediate", false, "with -classify: without a look at the next beat")
	f.BoolVar(&o.pacemaker, "pacemaker", false, "with -classify: beats behind a pulse of a pacemaker are Q")
	f.StringVar(&o.model, "model", "", "with -classify: another model `file` than the embedded one, as of bench/train beats")
	f.BoolVar(&o.deChazal, "dechazal", false, "escape beats of the reference are N, as in the literature, not S as for bxb")
	f.StringVar(&o.figure, "figure", "", "draw the matrix of all records into this SVG `file`")
}

func (o *classifyOptions) classification() (bench.Classification, error) {
	c := bench.Classification{Immediate: o.immediate, Pacemaker: o.pacemaker}
	if o.model == "" {
		return c, nil
	}
	data, err := os.ReadFile(o.model)
	if err != nil {
		return c, err
	}
	if c.Model, err = detect.ReadBeatModel(data); err != nil {
		return c, fmt.Errorf("%s: %w", o.model, err)
	}
	return c, nil
}

// writeFigure draws the summed matrix, if asked for.
func (o *options) writeFigure(t *bench.Table) error {
	if o.figure == "" {
		return nil
	}
	f, err := os.Create(o.figure)
	if err != nil {
		return err
	}
	sum := t.Sum()
	title := fmt.Sprintf("%d records: reference (rows) and test (columns)", len(t.Records))
	if err := sum.WriteSVG(f, title); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
