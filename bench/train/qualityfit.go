package main

import (
	"context"
	"errors"
	"math"

	"github.com/sinus-ecg/sinus/ecg/portable"
)

// qualityDecay is the weight decay of all weights but the first: as if each had
// been seen at 0 in three seconds. It keeps terms that hardly occur small.
const qualityDecay = 3

// fitLogistic fits a logistic model to the rows of the chosen records by Newton's
// method (iteratively reweighted least squares).
func fitLogistic(ctx context.Context, rows [][]qualityRow, chosen func(record int) bool) ([]float64, error) {
	n := len(rows[0][0].terms)
	model := make([]float64, n)
	for range 30 {
		hessian, gradient := make([]float64, n*n), make([]float64, n)
		for r := range rows {
			if !chosen(r) {
				continue
			}
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			for i := range rows[r] {
				addLogistic(&rows[r][i], model, hessian, gradient)
			}
		}
		for i := 1; i < n; i++ {
			gradient[i] -= float64(qualityDecay * model[i])
			hessian[i*n+i] += qualityDecay
		}
		if err := solve(hessian, gradient); err != nil {
			return nil, err
		}
		most := 0.0
		for i, d := range gradient {
			model[i] += d
			most = max(most, math.Abs(d))
		}
		if most < 1e-6 {
			return model, nil
		}
	}
	return nil, errors.New("the fit does not converge")
}

// addLogistic adds a row to the lower half of the Hessian and to the gradient.
func addLogistic(row *qualityRow, model, hessian, gradient []float64) {
	n := len(model)
	odds := 0.0
	for i, v := range row.terms {
		odds += float64(model[i] * float64(v))
	}
	p := 1 / (1 + portable.Exp(-odds))
	e, w := -p, p*(1-p)
	if row.usable {
		e = 1 - p
	}
	for i, v := range row.terms {
		if v == 0 {
			continue
		}
		gradient[i] += float64(e * float64(v))
		wv := w * float64(v)
		line := hessian[i*n : i*n+i+1]
		for j := range line {
			line[j] += float64(wv * float64(row.terms[j]))
		}
	}
}

// solve solves a x = b in place for a positive definite a, given by its lower
// half (Cholesky).
func solve(a, b []float64) error {
	n := len(b)
	for i := range n {
		for j := range i + 1 {
			sum := a[i*n+j]
			for k := range j {
				sum -= float64(a[i*n+k] * a[j*n+k])
			}
			if i != j {
				a[i*n+j] = sum / a[j*n+j]
				continue
			}
			if !(sum > 0) {
				return errors.New("the terms depend on each other")
			}
			a[i*n+i] = math.Sqrt(sum)
		}
	}
	for i := range n {
		for k := range i {
			b[i] -= float64(a[i*n+k] * b[k])
		}
		b[i] /= a[i*n+i]
	}
	for i := n - 1; i >= 0; i-- {
		for k := i + 1; k < n; k++ {
			b[i] -= float64(a[k*n+i] * b[k])
		}
		b[i] /= a[i*n+i]
	}
	return nil
}
