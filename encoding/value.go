package encoding

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/fxamacker/cbor/v2"

	"github.com/seed-1c955bc8/bunch/result"
)

// The modes for users' values, built once; they never change and are safe for
// concurrent use.
var (
	encMode    = must(encOptions().EncMode())
	decMode    = must(decOptions(reflect.TypeFor[map[string]any]()).DecMode())
	decModeAny = must(decOptions(reflect.TypeFor[map[any]any]()).DecMode())
)

func encOptions() cbor.EncOptions {
	o := cbor.CoreDetEncOptions()
	o.Time = cbor.TimeRFC3339Nano
	o.TimeTag = cbor.EncTagRequired // so that a time comes back as a time
	return o
}

func decOptions(mapType reflect.Type) cbor.DecOptions {
	return cbor.DecOptions{
		DupMapKey:        cbor.DupMapKeyEnforcedAPF,
		MaxNestedLevels:  MaxNesting,
		MaxArrayElements: MaxElements,
		MaxMapPairs:      MaxElements,
		IntDec:           cbor.IntDecConvertSignedOrBigInt,
		BigIntDec:        cbor.BigIntDecodePointer,
		MapKeyByteString: cbor.MapKeyByteStringAllowed,
		DefaultMapType:   mapType,
	}
}

func must[T any](mode T, err error) T {
	if err != nil {
		panic(err) // the options above contradict each other
	}
	return mode
}

// Marshal returns v as the bytes of one value: deterministic CBOR, so that equal
// values have equal bytes. A [result.Tree] comes back as one, at any depth. Structs are maps by field name; the tags `cbor:"..."`
// and `json:"..."` are honoured. A time.Time keeps its nanoseconds and its
// offset. A nil v is null.
//
// It gives an error if v holds what has no CBOR (a channel, a function), text
// that is not UTF-8, a map with times or bignums as keys, or more than the limits
// allow; so what is returned is Valid and can be read. A v that contains itself
// must not be given.
func Marshal(v any) ([]byte, error) {
	if t, ok := v.(result.Tree); ok {
		return marshalTree(t)
	}
	b, err := encMode.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("marshal %T: %w", v, err)
	}
	if _, err := readable(b); err != nil {
		return nil, fmt.Errorf("marshal %T: %w", v, err)
	}
	return b, nil
}

// Unmarshal reads the bytes of one value into v, a pointer. In an interface,
// whole numbers become int64 or, if they do not fit, *big.Int; other numbers
// float64; byte strings []byte; arrays []any; maps map[string]any, or all of
// them map[any]any if a key of any is not text; times time.Time.
//
// Bytes that are no value, are over the limits or have a map with a key twice or
// with a tag on it give an error matching [result.ErrBadValue]. A value that does not fit v gives
// another error. Neither prints the value.
func Unmarshal(data []byte, v any) error {
	if t, ok := v.(*result.Tree); ok {
		tree, err := unmarshalTree(data)
		*t = tree
		return err
	}
	kind, err := readable(data)
	if err != nil {
		return err
	}
	mode := decMode
	if kind != textKeys {
		mode = decModeAny
	}
	if err := mode.Unmarshal(data, v); err != nil {
		return unmarshalError(v, err)
	}
	return nil
}

// Value returns the value of a result as a T. For a result in state FAILURE or
// REVOKED it is that error, a *[result.MemberError]; without a value it is the
// zero T. Otherwise errors are those of [Unmarshal].
func Value[T any](a result.Async) (T, error) {
	var v T
	if err := a.Throw(); err != nil {
		return v, err
	}
	if a.Value == nil {
		return v, nil
	}
	if err := Unmarshal(a.Value, &v); err != nil {
		var zero T // what fitted before the error is of no use
		return zero, fmt.Errorf("result of task %q: %w", string(a.ID), err)
	}
	return v, nil
}

// Valid returns an error matching [result.ErrBadValue] unless data is exactly
// one well-formed CBOR item, in any form, with its text in UTF-8 and within
// [MaxNesting] and [MaxElements]. It does not look for keys that come twice in a
// map or have a tag, which Unmarshal refuses. It allocates nothing.
func Valid(data []byte) error {
	_, err := valid(data)
	return err
}

func valid(data []byte) (keys, error) {
	end, kind, bad := scan(data, 0, MaxNesting)
	if bad == nil && end != len(data) {
		bad = &flaw{end, "the end of the value"}
	}
	if bad != nil {
		return 0, fmt.Errorf("%w: byte %d: want %s", result.ErrBadValue, bad.pos, bad.want)
	}
	return kind, nil
}

// readable is valid without keys that have a tag: in Go they are pointers, or
// times with a place, and the same key twice would go unnoticed.
func readable(data []byte) (keys, error) {
	kind, err := valid(data)
	if err == nil && kind == taggedKeys {
		err = fmt.Errorf("%w: a map has a key with a tag, such as a time or a bignum: make it text", result.ErrBadValue)
	}
	return kind, err
}

// unmarshalError says what is wrong without the texts of the CBOR library, some
// of which print the value; the error itself can still be had by errors.As.
func unmarshalError(v any, err error) error {
	var invalid *cbor.InvalidUnmarshalError
	var typ *cbor.UnmarshalTypeError
	var twice *cbor.DupMapKeyError
	switch {
	case errors.As(err, &invalid):
		return fmt.Errorf("unmarshal into %T: want a pointer that is not nil", v)
	case errors.As(err, &typ):
		field := ""
		if typ.StructFieldName != "" {
			field = " (field " + typ.StructFieldName + ")"
		}
		return quiet{fmt.Sprintf("unmarshal into %T: a CBOR %s does not fit %s%s", v, typ.CBORType, typ.GoType, field), []error{err}}
	case errors.As(err, &twice):
		return fmt.Errorf("%w: pair %d of a map, counted from 0, has a key that was there before", result.ErrBadValue, twice.Index)
	}
	return quiet{fmt.Sprintf("%v: unmarshal into %T: the contents of a tag, or a map's key, are not of the right kind", result.ErrBadValue, v), []error{result.ErrBadValue, err}}
}

// quiet is an error with causes that its text does not repeat.
type quiet struct {
	text   string
	causes []error
}

func (e quiet) Error() string   { return e.text }
func (e quiet) Unwrap() []error { return e.causes }
