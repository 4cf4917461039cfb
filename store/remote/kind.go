package remote

// The kinds of frames. The upper four bits are a class: what is asked to change
// something, what is asked for one answer, and for a range of them.
const (
	// From the client, about a request that is under way.
	kindCancel = 0x01 // nobody waits for it any more
	kindMore   = 0x02 // of a range: one more item
	kindInput  = 0x03 // of upkeep that wants it: up to maxIn bytes, none at their end

	// From the client, a request.
	askSave    = 0x10
	askDelete  = 0x11
	askPurge   = 0x12
	askReport  = 0x13
	askRevoke  = 0x14
	askRetry   = 0x15
	askForget  = 0x16
	askSaveAll = 0x17

	askRestore  = 0x20
	askProgress = 0x21
	askGet      = 0x22
	askList     = 0x23
	askFind     = 0x24
	askYield    = 0x25

	askResults = 0x30
	askWatch   = 0x31
	askUpkeep  = 0x32

	// From the server.
	kindAnswer  = 0x80
	kindFailure = 0x81
	kindItem    = 0x82
	kindBye     = 0x83
)

// isWrite, isRead and isRange say what a request of this kind is.
func isWrite(kind byte) bool { return kind>>4 == 1 }
func isRead(kind byte) bool  { return kind>>4 == 2 }
func isRange(kind byte) bool { return kind>>4 == 3 }

// isWaited says whether Close of a client waits for the end of such a request.
func isWaited(kind byte) bool { return !isRange(kind) || kind == askUpkeep }

// window is how many items of a range may be on their way before the client has
// asked for more: two pages of results, so that one is read while the other is
// taken; one event, so that news is put together where that costs nothing; one
// stage of upkeep.
func window(kind byte) int {
	if kind == askResults {
		return 2
	}
	return 1
}
