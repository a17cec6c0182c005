package detect

import "errors"

func (q *QRS) AppendBinary(b []byte) ([]byte, error) { return b, errors.New("todo") }
func (q *QRS) UnmarshalBinary(b []byte) error        { return errors.New("todo") }
