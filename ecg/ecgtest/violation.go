package ecgtest

import "fmt"

// Rule names a rule of the contract.
type Rule string

// The rules, as they are named in violations and subtests.
const (
	Chunks     Rule = "chunks"     // the same bits for any way of cutting the input
	Checkpoint Rule = "checkpoint" // resuming equals never having stopped; damage is refused
	NaN        Rule = "nan"        // no NaN or infinity stays in the state
	Leads      Rule = "leads"      // the NaN of one lead does not stop the others
	Reset      Rule = "reset"      // Reset equals new
	Flush      Rule = "flush"      // a second Flush gives nothing
	Allocs     Rule = "allocs"     // nothing is allocated in the steady state
	Monotone   Rule = "monotone"   // positions and times of knowledge never go back
	Append     Rule = "append"     // dst is appended to, in is neither kept nor changed
	Overlap    Rule = "overlap"    // dst and in may be the same memory
	Delay      Rule = "delay"      // the stated delay is kept, Known is exact
	State      Rule = "state"      // the state stays below its stated size
	Advance    Rule = "advance"    // when Advance is called does not show
	Count      Rule = "count"      // Read: 0 <= n <= len(p), whole frames
	Beyond     Rule = "beyond"     // Read: p[n:] is not touched
	Keep       Rule = "keep"       // Read: p is not kept
	End        Rule = "end"        // Read: the final error stays
	Progress   Rule = "progress"   // Read: no endless 0, nil
	Short      Rule = "short"      // Read: less than a frame gives io.ErrShortBuffer
	Format     Rule = "format"     // a Signal's format is constant and valid
)

// Violation is one rule that was broken, and how.
type Violation struct {
	Rule   Rule
	Detail string
}

func (v *Violation) Error() string { return "contract: " + string(v.Rule) + ": " + v.Detail }

func violated(r Rule, format string, args ...any) *Violation {
	return &Violation{r, fmt.Sprintf(format, args...)}
}
