// Package bench scores annotations against reference annotations as the
// programs of ANSI/AAMI EC57 do, and measures what a stage costs.
//
// [Compare] is bxb, the beat-by-beat comparison: the same counts as version
// 10.7.0 of the WFDB Software Package, record by record and class by class.
// [Table] is its line format, with the aggregates of sumstats, byte for byte.
// Where these programs have quirks, the comparison has them too and the comment
// says so; [Comparison.Figures] and [Summarize] give clean figures.
//
// The programs: bench/cmd/ec57 scores a detector or annotation files over a
// database, bench/cmd/latency measures stages.
package bench
