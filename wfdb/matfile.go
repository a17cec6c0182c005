package wfdb

// Signal files named *.mat are MATLAB matrices whose samples lie behind a head
// that the byte offset of the header passes over: 24 bytes for the matrix of
// version 4 that the Challenges use, 192 for that of version 5 which wfdb2mat
// writes. The head is looked at, since what else a .mat file can hold (floating
// point, compressed, big endian) would be read as noise.

import (
	"encoding/binary"
	"fmt"
	"io"
	"strings"
)

// checkMAT reads the first offset bytes of a .mat file, or some of them, and
// says what is wrong with the rest.
func checkMAT(r io.Reader, name string, offset int64, format int) (read int64, err error) {
	if !strings.HasSuffix(strings.ToLower(name), ".mat") || offset < 20 {
		return 0, nil
	}
	b := make([]byte, min(offset, 192))
	n, err := io.ReadFull(r, b)
	if err != nil {
		return int64(n), nil // too short: it will be found with the samples
	}
	fail := func(text string) error {
		return &SignalError{Name: name, Err: ErrFormat, Detail: "MATLAB file: " + text}
	}
	if strings.HasPrefix(string(b), "MATLAB 5.0") {
		if offset >= 136 && binary.LittleEndian.Uint32(b[128:]) == 15 {
			return int64(n), fail("version 5, compressed")
		}
		return int64(n), nil
	}
	// Version 4: the type is 1000*machine + 10*precision + class; machine 0 is
	// little endian, class 0 a full matrix.
	precision, ok := map[int]uint32{32: 2, 16: 3, 80: 5}[format]
	if kind := binary.LittleEndian.Uint32(b); offset == 24 && ok && kind != 10*precision {
		return int64(n), fail(fmt.Sprintf("matrix of type %d, format %d needs %d", kind, format, 10*precision))
	}
	return int64(n), nil
}
