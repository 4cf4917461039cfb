package encoding

import (
	"bytes"
	"fmt"

	"github.com/seed-1c955bc8/bunch/result"
)

// A task may return a result tree: it has started other tasks and says which.
// As a value the tree stands in its flat form behind a tag of its own, so that
// it comes back as a tree and may be as deep as any. The tag is a number from
// the range that anybody may use, "bunc" in ASCII.
const treeTag = 0x62756e63

var treeHead = appendHead(nil, majorTag, treeTag)

// marshalTree is Marshal for a tree.
func marshalTree(t result.Tree) ([]byte, error) {
	if t.IsZero() {
		return []byte{itemNull}, nil
	}
	if err := t.Validate(); err != nil {
		return nil, err
	}
	return appendTree(bytes.Clone(treeHead), t), nil
}

// isTree reports whether a value says that it is a tree.
func isTree(value []byte) bool { return bytes.HasPrefix(value, treeHead) }

// unmarshalTree is Unmarshal for a tree; null is the zero Tree.
func unmarshalTree(value []byte) (result.Tree, error) {
	if len(value) == 1 && value[0] == itemNull {
		return result.Tree{}, nil
	}
	if !isTree(value) {
		return result.Tree{}, fmt.Errorf("%w: it is no result tree", result.ErrBadValue)
	}
	t, err := ParseTree(append([]byte{formatVersion}, value[len(treeHead):]...))
	if err != nil {
		return result.Tree{}, fmt.Errorf("%w: %w", result.ErrBadValue, err)
	}
	return t, nil
}
