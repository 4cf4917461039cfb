package store

import (
	"encoding/binary"
	"fmt"
)

// A membership says that a saved group names a task, or nests a group, and where:
//
//	+--------------------+-------------+
//	| seq of a group (8) | ordinal (4) |
//	+--------------------+-------------+
//
// Those of a task stand before its result, so that a report, which needs both,
// reads one record and writes one. Those of a nested group are a record of their
// own, with nothing behind them:
//
//	+-------+------------+---------------------+----------------------------------+
//	| 0 (1) | number (2) | so many memberships | encoding.Record, if there is one |
//	+-------+------------+---------------------+----------------------------------+
//
// Without memberships a record is nothing but the result, which begins with the
// version of package encoding, and that is never 0.
const (
	membershipLen = 12
	membersMark   = 0
	membersHead   = 3 // bytes before the first one
)

// maxNamers is how many saved groups may name one task: a change of it changes the
// heads of all of them in one transaction, also in an operation that is long and
// cannot be refused any more. They take 0.5 MB at most (maxHead each), beside a record
// with 512 KiB of details, of the 1.2 MB that a transaction of Edge has.
const maxNamers = 96

// maxNesters is how many saved groups may nest a group from elsewhere: each writes the
// record of all of them.
const maxNesters = 1000

// splitMembers parts the record under an 'r' or 'n' key into memberships and
// result, either of which may be nil. Both are pieces of body.
func splitMembers(key, body []byte) (members, res []byte, err error) {
	if len(body) == 0 || body[0] != membersMark {
		return nil, body, nil
	}
	end := membersHead
	if len(body) >= membersHead {
		end += membershipLen * int(binary.BigEndian.Uint16(body[1:]))
	}
	if end == membersHead || end > len(body) {
		return nil, nil, corrupt(key, fmt.Errorf("its %d bytes are no memberships", len(body)))
	}
	if end < len(body) {
		res = body[end:]
	}
	return body[membersHead:end:end], res, nil
}

// appendMembers appends what stands before a result.
func appendMembers(dst, members []byte) []byte {
	if len(members) == 0 {
		return dst
	}
	dst = append(dst, membersMark)
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(members)/membershipLen))
	return append(dst, members...)
}

// memberships reads those in the record under an 'r' or 'n' key.
func memberships(r records, key []byte) ([]byte, error) {
	body, _, err := r.get(key)
	if err != nil {
		return nil, err
	}
	members, _, err := splitMembers(key, body)
	return members, err
}

// names reports whether group seq is among the memberships.
func names(members []byte, seq uint64) bool {
	for ; len(members) > 0; members = members[membershipLen:] {
		if binary.BigEndian.Uint64(members) == seq {
			return true
		}
	}
	return false
}

// addMembership adds group seq to the record under key, if it is not there.
func (b *batch) addMembership(key []byte, seq uint64, ordinal uint32) error {
	return b.changeMembers(key, func(members []byte) []byte {
		if names(members, seq) {
			return members
		}
		more := append(make([]byte, 0, len(members)+membershipLen), members...)
		return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint64(more, seq), ordinal)
	})
}

// dropMembership removes group seq from the record under key, if it is there.
func (b *batch) dropMembership(key []byte, seq uint64) error {
	return b.changeMembers(key, func(members []byte) (less []byte) {
		for ; len(members) > 0; members = members[membershipLen:] {
			if binary.BigEndian.Uint64(members) != seq {
				less = append(less, members[:membershipLen]...)
			}
		}
		return less
	})
}

// changeMembers writes a record anew where change returns more memberships or
// fewer, and removes it once nothing is in it. The result in it stays.
func (b *batch) changeMembers(key []byte, change func([]byte) []byte) error {
	body, meta, err := b.get(key)
	if err != nil {
		return b.passOver(err)
	}
	before, res, err := splitMembers(key, body)
	if err != nil {
		return b.passOver(err)
	}
	members := change(before)
	switch {
	case len(members) == len(before):
		return nil
	case len(members) == 0 && res == nil:
		err = b.drop(key)
	default:
		if body == nil && key[0] == keyResult {
			b.tasks++
		}
		body := appendMembers(make([]byte, 0, membersHead+len(members)+len(res)+sealLen), members)
		err = b.set(key, meta, append(body, res...))
	}
	if err != nil {
		return err
	}
	return b.pause()
}
