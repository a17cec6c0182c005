package mlp

const tileSide = 8

var haveTiles = hasAVX2()

// addTiles goes over c in squares that stay in registers while inner runs.
func addTiles(c, a, b []float32, across bool, rows, inner, cols int) {
	ofRow, ofInner := inner, 1 // steps in a
	if across {
		ofRow, ofInner = 1, rows
	}
	_, _, _ = c[rows*cols-1], a[rows*inner-1], b[inner*cols-1]
	whole := rows - rows%tileSide
	for j := 0; j < cols; j += tileSide {
		for i := 0; i < whole; i += tileSide {
			addTile(&c[i*cols+j], &a[i*ofRow], &b[j], 4*cols, 4*ofRow, 4*ofInner, inner)
		}
	}
	for i := whole; i < rows; i++ {
		row := c[i*cols:][:cols]
		for k := range inner {
			v := a[i*ofRow+k*ofInner]
			for j, w := range b[k*cols:][:cols] {
				row[j] += float32(v * w)
			}
		}
	}
}

// addTile adds to 8 x 8 values of c. Steps are in bytes: wide from row to row of
// b and c, and ofRow and ofInner in a.
//
//go:noescape
func addTile(c, a, b *float32, wide, ofRow, ofInner, inner int)

// hasAVX2 says whether processor and system have the 256-bit registers.
func hasAVX2() bool
