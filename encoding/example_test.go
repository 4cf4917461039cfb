package encoding_test

import (
	"fmt"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/result"
)

func ExampleValue() {
	type size struct{ Width, Height int }
	stored, err := encoding.Marshal(size{640, 480})
	if err != nil {
		panic(err)
	}
	done := result.Async{ID: "resize-1", State: result.Success, Value: stored}
	s, err := encoding.Value[size](done)
	fmt.Println(s.Width, err)

	failed := result.Async{ID: "resize-2", State: result.Failure, Error: &result.TaskError{Type: "OSError", Args: []any{"no such file"}}}
	_, err = encoding.Value[size](failed)
	fmt.Println(err)
	// Output:
	// 640 <nil>
	// task "resize-2": FAILURE: OSError: no such file
}

func ExampleDiagnose() {
	b := encoding.AppendRecord(nil, encoding.Record{Async: result.Async{State: result.Success, Value: []byte{0x18, 0x2a}, Attempt: 1}})
	text, err := encoding.Diagnose(b[1:]) // behind the version byte
	fmt.Println(text, err)
	// Output:
	// {1: 4, 2: 42, 5: 1} <nil>
}

func ExampleAppendJSON() {
	value, err := encoding.Marshal(map[string]any{"n": 1, "mean": 1.0, "raw": []byte{1, 2}})
	if err != nil {
		panic(err)
	}
	text, err := encoding.AppendJSON(nil, value)
	fmt.Println(string(text), err)
	// Output:
	// {"n":1,"raw":"AQI=","mean":1.0} <nil>
}
