// Package portable has elementary functions, and a Fourier transform, that give
// the same bits on every Go target. Those of package math do not: on some processors they are written
// in assembly or with fused products, and differ in the last digit in 0.2 to
// 16 % of their arguments. What decides or is reported in sinus goes through
// this package.
//
// The functions use +, -, *, /, math.Sqrt, math.FMA and the exact functions of
// package math (Floor, Frexp, Ldexp, Copysign, ...), which are the same
// everywhere. Each product that is added is rounded first, float64(a*b) + c, so
// that no compiler fuses it. (The FFT of gonum and that of go-dsp leave theirs to
// the compiler.)
//
// Errors are below 1 ulp for Exp, Log, Sin, Cos, Atan, below 2.5 ulp for what
// is made of them; Pow loses |y ln x| ulp more. Special values are those of
// package math.
package portable
