package encoding

import (
	"errors"
	"testing"

	"github.com/seed-1c955bc8/bunch/result"
)

// TestTreeValue: a value may be a result tree, however deep, and comes back as it
// was; as JSON it is Celery's tuple.
func TestTreeValue(t *testing.T) {
	deep := result.Task("bottom")
	for range result.MaxDepth - 1 {
		deep = result.Group("g"+result.ID(rune('a'+deep.Depth()%26))+result.ID(rune(0x4e00+deep.Depth())), deep)
	}
	for _, want := range []result.Tree{{}, result.Task("a"), result.Group("g", result.Tasks(testRoot, 1, 1000)), deep} {
		value, err := Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		if err := Valid(value); err != nil {
			t.Fatal(err)
		}
		got, err := Value[result.Tree](result.Async{State: result.Success, Value: value})
		if err != nil || !got.Equal(want) {
			t.Fatalf("a tree of depth %d came back as one of %d, %v", want.Depth(), got.Depth(), err)
		}
		text, err := AppendJSON(nil, value)
		if err != nil || string(text) != want.String() {
			t.Errorf("as JSON %.80s, %v; want %.80s", text, err, want)
		}
	}
	if _, err := Marshal(result.Group("g", result.Task("a"), result.Task("a"))); !errors.Is(err, result.ErrDuplicate) {
		t.Errorf("a tree with a duplicate gave %v", err)
	}
	var tree result.Tree
	for _, bad := range [][]byte{{0x01}, append(appendHead(nil, majorTag, treeTag), 0x81, 0x02)} {
		if err := Unmarshal(bad, &tree); !errors.Is(err, result.ErrBadValue) {
			t.Errorf("%x gave %v", bad, err)
		}
	}
}
