package wfdb

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"
)

// Kinds of errors of PhysioNet, for errors.Is.
var (
	ErrOffline = errors.New("not in the cache, and offline")
	ErrServer  = errors.New("the server breaks the rules of HTTP")
	ErrChanged = errors.New("the file changed on the server while it was read")
	ErrNotData = errors.New("the server sent a web page instead of the file")
)

// PhysioNetError is an error of the network or of what a server sent. It holds
// neither address nor credentials.
type PhysioNetError struct {
	Status int    // of HTTP; 0: there was no answer, or it is not the reason
	Tries  int    // attempts that were made; 0: one
	Detail string // may be empty
	Err    error  // the kind, or what the network gave
}

func (e *PhysioNetError) Error() string {
	s := e.Err.Error()
	if e.Detail != "" {
		s += ": " + e.Detail
	}
	if e.Status != 0 {
		s += ": HTTP status " + strconv.Itoa(e.Status)
	}
	if e.Tries > 1 {
		s += fmt.Sprintf(" (after %d attempts)", e.Tries)
	}
	return s
}

func (e *PhysioNetError) Unwrap() error { return e.Err }

// ErrUnavailable is the kind of an answer that asks to come back later.
var ErrUnavailable = errors.New("the server can't answer now")

// Secret is a text that does not show itself: in no format of fmt, in no log,
// in no JSON.
type Secret string

const secretText = "(secret)"

// Format implements fmt.Formatter.
func (Secret) Format(f fmt.State, _ rune) { io.WriteString(f, secretText) }

// String returns a text without the secret.
func (Secret) String() string { return secretText }

// MarshalText implements encoding.TextMarshaler, without the secret.
func (Secret) MarshalText() ([]byte, error) { return []byte(secretText), nil }

func isNotExist(err error) bool { return errors.Is(err, fs.ErrNotExist) }
