package result

import "testing"

// TestRunsKeepNoRoom: a million tasks given one by one are a run too, and do not
// leave room for a million behind.
func TestRunsKeepNoRoom(t *testing.T) {
	root := Root{6: 0x80, 8: 0x80}
	members := make([]Tree, 100_000)
	for i := range members {
		members[i] = Task(root.ID(uint32(i)))
	}
	for _, g := range []Tree{Group("g", members...), Group("g").Append(members...)} {
		if n := g.node; len(n.members) != 1 || cap(n.members) > 16 || cap(n.ends) > 16 {
			t.Errorf("%d runs in room for %d, with ends in room for %d", len(n.members), cap(n.members), cap(n.ends))
		}
	}
}
