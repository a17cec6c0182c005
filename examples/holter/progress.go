package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// progress shows how far a long record has come, on a terminal only, and not
// for what takes less than a second.
type progress struct {
	w     io.Writer
	total int64 // frames; 0: unknown
	start time.Time
	shown time.Time
}

func newProgress(w io.Writer, total int64) *progress {
	if f, ok := w.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			return &progress{w: w, total: total, start: time.Now()}
		}
	}
	return &progress{}
}

func (p *progress) update(done int64) {
	now := time.Now()
	if p.w == nil || now.Sub(p.start) < time.Second || now.Sub(p.shown) < 100*time.Millisecond {
		return
	}
	p.shown = now
	if p.total == 0 {
		fmt.Fprintf(p.w, "\r%d samples", done)
		return
	}
	const width = 40
	n := int(min(width, done*width/p.total))
	fmt.Fprintf(p.w, "\r[%s%s] %3d %%", strings.Repeat("#", n), strings.Repeat(".", width-n), done*100/p.total)
}

// clear takes the bar away before anything else is printed.
func (p *progress) clear() {
	if p.w != nil && !p.shown.IsZero() {
		fmt.Fprintf(p.w, "\r%*s\r", 50, "")
	}
}
