package wfdb

import (
	"fmt"
	"io"
	"io/fs"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRedacted(t *testing.T) {
	const secret = "JaneDoe"
	_, header := Options{}.ParseHeader(strings.NewReader("JaneDoe 1 360\nJaneDoe.dat 16 JaneDoe\n"), "JaneDoe.hea")
	for _, c := range []struct {
		err  error
		want string
	}{
		{nil, ""},
		{header, "wfdb: header, line 2: gain: malformed header"},
		{fmt.Errorf("JaneDoe: %w", &SignalError{Name: secret, Offset: 7, Frame: 3, Err: io.ErrUnexpectedEOF, Detail: secret}),
			"wfdb: signal file, byte 7, frame 3: unexpected EOF"},
		{&AnnotationError{Name: secret, Offset: 4, Err: fmt.Errorf("JaneDoe"), Detail: secret}, "wfdb: annotation file, byte 4: error of another kind"},
		{&ChecksumError{Record: secret, Mismatches: []Mismatch{{Description: secret}}, Count: 2}, "wfdb: checksum mismatch, 2 times"},
		{&StrictError{[]Warning{{Value: secret}}}, "wfdb: strict: 1 doubts about a header"},
		{&HeaderError{Name: secret, Field: "signals", Value: secret, Err: ErrHeader}, "wfdb: header: signals: malformed header"},
		{&fs.PathError{Op: "open", Path: secret, Err: fs.ErrNotExist}, "wfdb: file does not exist"},
	} {
		require.Equal(t, c.want, Redacted(c.err))
		require.NotContains(t, Redacted(c.err), secret)
	}
}
