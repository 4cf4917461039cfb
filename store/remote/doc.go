// Package remote lets the processes of one user share a store. Badger gives a
// directory to one process; that process can answer the others on a Unix socket
// in the directory.
//
// On the side of the process that has the store it is one line, and Close ends it:
//
//	err = s.Serve(nil) // s is a *store.Store
//
// On the other side a [Client] is a group.Backend like any, and needs no Badger:
//
//	c, err := remote.Dial(ctx, "results")
//	if err != nil {
//		return err
//	}
//	defer c.Close()
//	r, err := group.Restore(ctx, c, id)
//
// What is done with all of a store, [Client.Upkeep] asks for; store.Dial gives a
// client with a method for each: to check it, to compact it, to back it up.
//
// # What holds through the socket
//
// All that group.Backend promises. Errors match the same sentinels, and a write
// is answered once it is as durable as the store promises. A context that ends is
// told to the other side: a write then either has not happened, and gives the
// context's error, or has happened as a whole, and gives its outcome.
//
// When the process that has the store closes it, it first answers every request
// that it has begun, and refuses the others: they, every range, and whatever is
// asked later give [result.ErrClosed], and have not happened; but of an upkeep
// that this ends, such as a repair, some may have been done. When it dies, what
// was under way gives [ErrLost]: of a write nobody knows, until somebody looks,
// whether it happened. A client does not connect again by itself.
//
// # Who may connect
//
// The socket has mode 0600, and on Linux, macOS and FreeBSD the system is asked
// who is at the other end: it must be the same user, or root. There is no other
// secret.
//
// # Limits
//
// One frame, which is one request, one answer, or a page of a range, has at most
// [MaxFrame] bytes. A request above that gives [result.ErrTooLarge]: a thousand
// reports of large values have to be made in several calls. A connection has at
// most 1,024 calls under way, more wait; and 1,024 ranges, more are an error. A
// server takes 512 connections and keeps at most 192 MiB of requests. It has 16
// upkeeps under way, most of which wait for their turn in the store; the one whose
// turn it is ends when its client takes nothing, or sends nothing, for a minute.
//
// A range costs the server no memory that grows: it gives a page, or an event of
// a watch, when the client has taken the one before. News that comes meanwhile is
// put together, as group.Backend has it: all watches together get at most 125
// events a second, and fifty at once after a pause; those that wait come
// together, every 50 ms. A client that takes no answers for five seconds, when
// there are some, or does not finish a frame for thirty, is dropped. No commit
// waits for any of that.
//
// # The protocol
//
// Both sides begin with eight bytes: "bunch", a zero, and the version, which is 1,
// in two bytes. Then both send frames; all numbers are big-endian:
//
//	+--------+------+----------+------------------+
//	| length | kind | request  | body             |
//	| 4      | 1    | 8        | length bytes     |
//	+--------+------+----------+------------------+
//
// A request's number is the client's to choose, each only once. A body is CBOR,
// with the records of package encoding as byte strings in it; kind.go says which
// kinds there are, and message.go, saveall.go and upkeep.go what is in them. A call
// has one answer, or a failure. A range has any number of items, then an answer,
// which has a body only after an upkeep, or a failure; the first two items of
// results and the first of a watch or an upkeep come by themselves, each further one
// when it was asked for. An upkeep that wants bytes says so in an item, and is sent them
// before the next is asked for. Requests are answered in any order. Bye is a
// server's last frame: requests without an answer have not happened. Whatever is
// none of this ends the connection, and that one only.
package remote
