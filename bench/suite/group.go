package suite

import (
	"encoding/binary"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"

	"github.com/seed-1c955bc8/bunch/result"
)

// A Group is a group that engines save, as every program would have it in hand:
// its tree, and the ids of its tasks if somebody will name them.
type Group struct {
	Tree result.Tree
	Root result.Root // of the minted ids
	N    int         // tasks
	w    Workload
	ids  []result.ID // foreign ids; and minted ones that will be reported
}

// NewGroup makes a group of n tasks as the workload wants them.
func NewGroup(w Workload, n int) *Group {
	g := &Group{Root: result.NewRoot(time.Now()), N: n, w: w}
	id := g.Root.ID(0)
	var leaves []result.Tree
	switch {
	case w.Foreign:
		g.ids = make([]result.ID, n)
		leaves = make([]result.Tree, n)
		for i := range leaves {
			g.ids[i] = result.ID(uuid.NewString())
			leaves[i] = result.Task(g.ids[i])
		}
		id = result.ID(uuid.NewString())
	case w.Nested > 0:
		for first := 0; first < n; first += w.Nested {
			tasks := result.Tasks(g.Root, uint32(first+1), min(w.Nested, n-first))
			leaves = append(leaves, result.Group(result.ID(uuid.NewString()), tasks))
		}
	default:
		leaves = []result.Tree{result.Tasks(g.Root, 1, n)}
	}
	g.Tree = result.Group(id, leaves...)
	if w.Reporters > 0 && !w.Foreign {
		g.ids = make([]result.ID, n)
		for i := range g.ids {
			g.ids[i] = g.Root.ID(uint32(i + 1))
		}
	}
	return g
}

// ID returns the id of task i, counted from 0.
func (g *Group) ID(i int) result.ID {
	if g.ids != nil {
		return g.ids[i]
	}
	return g.Root.ID(uint32(i + 1))
}

// IDs returns all ids, in order.
func (g *Group) IDs() []result.ID {
	ids := make([]result.ID, g.N)
	for i := range ids {
		ids[i] = g.ID(i)
	}
	return ids
}

// Foreign reports whether the ids are random ones.
func (g *Group) Foreign() bool { return g.w.Foreign }

// Value returns the value of task i: CBOR, the same bytes for every engine.
// Nobody may change it.
func (g *Group) Value(i int) []byte { return Value(g.w, i) }

// Distinct is how many different values there are.
const Distinct = 1 << 10

var values = map[[2]int][][]byte{} // by length, and random bytes in it

// Value is the value of task i in a workload: a CBOR byte string that fills
// w.Value bytes, of which a share of w.Random are random and the others zero.
func Value(w Workload, i int) []byte {
	list := values[w.valueKey()]
	if list == nil {
		return nil
	}
	return list[i%Distinct]
}

func (w Workload) valueKey() [2]int { return [2]int{w.Value, int(float64(w.Value) * w.Random)} }

// MakeValues prepares what [Value] returns, before anything runs.
func MakeValues(w Workload) {
	key := w.valueKey()
	if values[key] != nil || w.Value < 3 {
		return
	}
	random := rand.NewChaCha8([32]byte{1}) // the same in every process
	list := make([][]byte, Distinct)
	for i := range list {
		head := byteString(w.Value)
		v := append(head, make([]byte, w.Value-len(head))...)
		_, _ = random.Read(v[len(head):max(len(head), min(len(v), key[1]))])
		list[i] = v
	}
	values[key] = list
}

// byteString returns the head of a CBOR byte string that is n bytes long with it.
func byteString(n int) []byte {
	switch {
	case n < 24+1:
		return []byte{0x40 | byte(n-1)}
	case n < 256+2:
		return []byte{0x58, byte(n - 2)}
	}
	return binary.BigEndian.AppendUint16([]byte{0x59}, uint16(n-3))
}
