package remote

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/seed-1c955bc8/bunch/result"
)

// MaxFrame is the most bytes of one request, of one answer, and of one page of a
// range: 64 MiB.
const MaxFrame = 64 << 20

const (
	// patience is how long the other side may be silent where it has nothing to
	// do but answer, and how long it may take nothing of what it is sent.
	patience = 5 * time.Second

	// frameTime is how long a frame may take from its head to its end.
	frameTime = 30 * time.Second

	maxRequests = 1024 // calls under way on one connection, and as many ranges
)

// version is that of the protocol, in the last two bytes of the greeting.
const version = 1

var greeting = [8]byte{'b', 'u', 'n', 'c', 'h', 0, 0, version}

// greet reads the other side's greeting.
func greet(r io.Reader) error {
	var got [8]byte
	if _, err := io.ReadFull(r, got[:]); err != nil {
		return err
	}
	if [6]byte(got[:6]) != [6]byte(greeting[:6]) {
		return fmt.Errorf("%w: what answers on the socket is no store", result.ErrCorrupt)
	}
	if v := uint64(binary.BigEndian.Uint16(got[6:])); v != version {
		return &result.VersionError{What: "protocol of the socket", Got: v, Max: version}
	}
	return nil
}

// errGarbage is what the other side must never send.
var errGarbage = errors.New("bytes that are not of the protocol")

const headLen = 4 + 1 + 8

// head is the head of a frame.
type head struct {
	length int
	kind   byte
	id     uint64 // of the request
}

func appendHead(dst []byte, h head) []byte {
	dst = binary.BigEndian.AppendUint32(dst, uint32(h.length))
	dst = append(dst, h.kind)
	return binary.BigEndian.AppendUint64(dst, h.id)
}

func readHead(r io.Reader) (head, error) {
	var b [headLen]byte
	if _, err := io.ReadFull(r, b[:]); err != nil {
		return head{}, err
	}
	h := parseHead(b)
	if h.length > MaxFrame {
		return head{}, fmt.Errorf("%w: a frame of %d bytes", errGarbage, h.length)
	}
	return h, nil
}

func parseHead(b [headLen]byte) head {
	return head{int(binary.BigEndian.Uint32(b[:])), b[4], binary.BigEndian.Uint64(b[5:])}
}

// frame is a frame that was read.
type frame struct {
	kind byte
	body []byte
}

// trusted is how many bytes are allocated for a frame because its head says so; more
// are when that many have come.
const trusted = 1 << 20

// readBody reads n bytes.
func readBody(r io.Reader, n int) ([]byte, error) {
	body := make([]byte, min(n, trusted))
	for at := 0; ; {
		if _, err := io.ReadFull(r, body[at:]); err != nil {
			return nil, err
		}
		if at = len(body); at == n {
			return body, nil
		}
		grown := make([]byte, min(n, 4*at))
		copy(grown, body)
		body = grown
	}
}
