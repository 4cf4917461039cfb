package encoding

import (
	"fmt"
	"math"

	"github.com/fxamacker/cbor/v2"

	"github.com/seed-1c955bc8/bunch/result"
)

// recordLevels is how many levels a record puts around a value.
const recordLevels = 8

var diagMode = must(cbor.DiagOptions{
	MaxNestedLevels:  MaxNesting + recordLevels,
	MaxArrayElements: math.MaxInt32, // a tree has as many tokens as it has
	MaxMapPairs:      math.MaxInt32,
}.DiagMode())

// Diagnose returns data, one item, in CBOR's diagnostic notation (RFC 8949,
// section 8), for people. It takes values, and records without their version
// byte. Errors match [result.ErrBadValue].
func Diagnose(data []byte) (string, error) {
	text, err := diagMode.Diagnose(data)
	if err != nil {
		return "", quiet{fmt.Sprintf("%v: want one CBOR item that has a diagnostic notation", result.ErrBadValue), []error{result.ErrBadValue, err}}
	}
	return text, nil
}
