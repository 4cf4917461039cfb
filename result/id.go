package result

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
)

// MaxIDLen is the longest id accepted, in bytes.
const MaxIDLen = 255

// An ID names a task or a group: opaque UTF-8 text of 1 to 255 bytes, compared
// byte by byte. Tasks and groups are separate namespaces, as in Celery. An id
// says where a result lives, never what it belongs to: membership is what saved
// trees say.
type ID string

// Validate returns an error matching [ErrBadID] if id is empty, longer than
// [MaxIDLen] bytes, or not UTF-8.
func (id ID) Validate() error {
	switch {
	case id == "":
		return fmt.Errorf("%w: it is empty", ErrBadID)
	case len(id) > MaxIDLen:
		return fmt.Errorf("%w: %.32q... has %d bytes, the most is %d", ErrBadID, string(id), len(id), MaxIDLen)
	case !utf8.ValidString(string(id)):
		return fmt.Errorf("%w: %q is not UTF-8", ErrBadID, string(id))
	}
	return nil
}

// UUID returns the 16 bytes of an id that is a UUID in canonical form: 36
// characters, lower case. Any other spelling of a UUID is just text.
func (id ID) UUID() (u uuid.UUID, ok bool) {
	if len(id) != 36 || id[8] != '-' || id[13] != '-' || id[18] != '-' || id[23] != '-' {
		return u, false
	}
	for i, at := range [16]uint8{0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34} {
		high, low := digits[id[at]], digits[id[at+1]]
		if high|low > 0x0f {
			return uuid.UUID{}, false
		}
		u[i] = high<<4 | low
	}
	return u, true
}

// digits is what each byte is worth as a hexadecimal digit in lower case, 0xff
// for one that is none. Every id of every tree that is written goes through it.
var digits = func() (worth [256]byte) {
	for c := range worth {
		worth[c] = 0xff
	}
	for i, c := range []byte("0123456789abcdef") {
		worth[c] = byte(i)
	}
	return worth
}()

// A Root is the first 96 bits of the ids minted together: 48 bits of
// milliseconds and 42 random bits, around the version and variant that RFC 9562
// prescribes for a UUID of version 8. The last 32 bits are the node number; by
// convention node 0 is the group itself and its members count from 1.
type Root [12]byte

// NewRoot mints a root that nobody else has. The time only helps a person who
// reads ids; nothing is ordered by it.
func NewRoot(now time.Time) Root {
	u := uuid.New() // random: version and variant bits are overwritten below
	ms := uint64(now.UnixMilli())
	binary.BigEndian.PutUint16(u[0:], uint16(ms>>32))
	binary.BigEndian.PutUint32(u[2:], uint32(ms))
	u[6] = 0x80 | u[6]&0x0f
	return Root(u[:12])
}

// ID returns the id of a node under r.
func (r Root) ID(node uint32) ID {
	text := r.Text(node)
	return ID(text[:])
}

// Text is ID without an allocation of its own.
func (r Root) Text(node uint32) (text [36]byte) {
	var u uuid.UUID
	copy(u[:], r[:])
	binary.BigEndian.PutUint32(u[12:], node)
	hex.Encode(text[:8], u[:4])
	hex.Encode(text[9:13], u[4:6])
	hex.Encode(text[14:18], u[6:8])
	hex.Encode(text[19:23], u[8:10])
	hex.Encode(text[24:], u[10:])
	text[8], text[13], text[18], text[23] = '-', '-', '-', '-'
	return text
}

// Minted splits an id of the minted form, whoever made it: any canonical UUID
// of version 8. Such an id is stored under its root, next to its siblings.
func (id ID) Minted() (root Root, node uint32, ok bool) {
	if len(id) != 36 || id[14] != '8' { // cheap refusal first: most ids are not ours
		return root, 0, false
	}
	u, ok := id.UUID()
	if !ok || u.Variant() != uuid.RFC4122 {
		return root, 0, false
	}
	return Root(u[:12]), binary.BigEndian.Uint32(u[12:]), true
}
