package ecg

import (
	"errors"
	"fmt"
)

// The small types of this package are numbers with one word each; these
// functions are their text form.

// ErrText is the error for a text that is no value of the type asked for.
var ErrText = errors.New("ecg: no such value")

func text[T ~uint8](v T, words []string) string {
	if int(v) < len(words) {
		return words[v]
	}
	return fmt.Sprintf("?%d", uint8(v))
}

func appendText[T ~uint8](b []byte, v T, words []string, kind string) ([]byte, error) {
	if int(v) >= len(words) {
		return b, fmt.Errorf("%w: %s %d", ErrText, kind, uint8(v))
	}
	return append(b, words[v]...), nil
}

func parseText[T ~uint8](v *T, t []byte, words []string, kind string) error {
	for i, w := range words {
		if string(t) == w {
			*v = T(i)
			return nil
		}
	}
	return fmt.Errorf("%w: %s %.64q", ErrText, kind, t)
}
