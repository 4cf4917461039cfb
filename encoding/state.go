package encoding

import "github.com/seed-1c955bc8/bunch/result"

// The numbers of the states on disk. They are written out because they are for
// ever: a new state gets a new number, and none is used again.
const (
	codePending  = 1
	codeReceived = 2
	codeStarted  = 3
	codeSuccess  = 4
	codeFailure  = 5
	codeRevoked  = 6
	codeRejected = 7
	codeRetry    = 8
	codeIgnored  = 9
	codeCustom   = 15 // any custom state; its name stands beside it
)

// states[code] is the built-in state with that code.
var states = [codeIgnored + 1]result.State{
	codePending:  result.Pending,
	codeReceived: result.Received,
	codeStarted:  result.Started,
	codeSuccess:  result.Success,
	codeFailure:  result.Failure,
	codeRevoked:  result.Revoked,
	codeRejected: result.Rejected,
	codeRetry:    result.Retry,
	codeIgnored:  result.Ignored,
}

// StateCode returns the number that stands for s on disk: 1 to 9 for the
// built-in states, 15 for every custom state. It is never 0 and fits in four
// bits.
func StateCode(s result.State) byte {
	switch s {
	case result.Pending:
		return codePending
	case result.Received:
		return codeReceived
	case result.Started:
		return codeStarted
	case result.Success:
		return codeSuccess
	case result.Failure:
		return codeFailure
	case result.Revoked:
		return codeRevoked
	case result.Rejected:
		return codeRejected
	case result.Retry:
		return codeRetry
	case result.Ignored:
		return codeIgnored
	}
	return codeCustom
}

// appendState appends a state: its code, or the name of a custom one.
func appendState(dst []byte, s result.State) []byte {
	if code := StateCode(s); code != codeCustom {
		return appendHead(dst, majorUint, uint64(code))
	}
	return appendText(dst, string(s))
}

// state reads what appendState wrote.
func (r *reader) state() result.State {
	at := r.pos
	if r.peek() != majorText {
		code := r.positive(codeIgnored, "a state's code or name")
		return states[code]
	}
	s := result.State(r.text("a state's code or name"))
	if r.err == nil && (StateCode(s) != codeCustom || s.Validate() != nil) {
		r.fail(at, "the name of a custom state")
	}
	return s
}
