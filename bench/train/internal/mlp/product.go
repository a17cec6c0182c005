package mlp

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
)

// addProduct adds to c, of rows x cols, the product of a, of rows x inner, and b,
// of inner x cols. With across, a holds its transpose. Terms are added one by
// one in the order of inner, as gonum's Gemm does, so that the fast way gives
// the same bits.
func addProduct(c, a, b []float32, across bool, rows, inner, cols int) {
	if haveTiles && cols%tileSide == 0 {
		addTiles(c, a, b, across, rows, inner, cols)
		return
	}
	ta, ma := blas.NoTrans, matrix(rows, inner, a)
	if across {
		ta, ma = blas.Trans, matrix(inner, rows, a)
	}
	blas32.Gemm(ta, blas.NoTrans, 1, ma, matrix(inner, cols, b), 1, matrix(rows, cols, c))
}

func matrix(rows, cols int, data []float32) blas32.General {
	return blas32.General{Rows: rows, Cols: cols, Stride: cols, Data: data}
}
