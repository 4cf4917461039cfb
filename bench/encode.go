package main

import (
	"encoding/json"
	"time"

	"github.com/fxamacker/cbor/v2"

	"github.com/seed-1c955bc8/bunch/bench/suite"
	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/result"
)

// Encode writes a result's record into a buffer that is there, decode reads it
// again. Beside ours stand the same fields in the same CBOR by fxamacker's
// reflection, and in JSON; there is no floor to this.
var (
	encoders = []special{
		{suite.Kind{Name: "bunch", Note: "encoding.AppendRecord"}, encodeWith(func(r encoding.Record) func() error {
			var buf []byte
			return func() error { buf = encoding.AppendRecord(buf[:0], r); return nil }
		})},
		{suite.Kind{Name: "fxamacker", Note: "a struct by reflection"}, encodeWith(func(r encoding.Record) func() error {
			plain := plainOf(r)
			return func() error { _, err := cbor.Marshal(plain); return err }
		})},
		{suite.Kind{Name: "json", Note: "encoding/json, a struct"}, encodeWith(func(r encoding.Record) func() error {
			plain := plainOf(r)
			return func() error { _, err := json.Marshal(plain); return err }
		})},
	}
	decoders = []special{
		{suite.Kind{Name: "bunch", Note: "encoding.ParseRecord"}, encodeWith(func(r encoding.Record) func() error {
			b := encoding.AppendRecord(nil, r)
			return func() error { _, err := encoding.ParseRecord(b); return err }
		})},
		{suite.Kind{Name: "fxamacker", Note: "a struct by reflection"}, encodeWith(func(r encoding.Record) func() error {
			b, err := cbor.Marshal(plainOf(r))
			return func() error {
				var p plain
				if err == nil {
					err = cbor.Unmarshal(b, &p)
				}
				return err
			}
		})},
		{suite.Kind{Name: "json", Note: "encoding/json, a struct"}, encodeWith(func(r encoding.Record) func() error {
			b, err := json.Marshal(plainOf(r))
			return func() error {
				var p plain
				if err == nil {
					err = json.Unmarshal(b, &p)
				}
				return err
			}
		})},
	}
)

// plain is a result's record as one would declare it.
type plain struct {
	State   string `cbor:"1,keyasint"`
	Value   []byte `cbor:"2,keyasint"`
	Done    int64  `cbor:"4,keyasint"`
	Attempt uint32 `cbor:"5,keyasint"`
}

func plainOf(r encoding.Record) plain {
	return plain{string(r.State), r.Value, r.Done.UnixMicro(), r.Attempt}
}

func encodeWith(prepare func(encoding.Record) func() error) starter {
	return func(w suite.Workload, _ string) (suite.Session, error) {
		suite.MakeValues(w)
		a := result.Async{State: result.Success, Value: suite.Value(w, 0), Done: time.Now(), Attempt: 1}
		return loop(w, prepare(encoding.Record{Async: a})), nil
	}
}
