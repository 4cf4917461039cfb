// Package store keeps groups of results on disk, in Badger: the engine behind
// group.Backend.
//
//	s, err := store.Open("results", nil)
//	if err != nil {
//		return err
//	}
//	defer s.Close()
//	r, err := group.Run(ctx, s, inputs, work, nil)
//
// A directory belongs to one process at a time, which may use the store from
// any number of goroutines.
//
// # What is durable when
//
//	                     after return   process killed   power lost
//	default              kept           kept             kept
//	Options.NoSync       kept           kept             all but the last seconds
//	Options.InMemory     kept           lost             lost
//
// "Kept" is said of a write that returned without an error. A write that
// returned an error did not happen, but for one case: when the disk itself
// fails in the middle of a commit nobody knows, every later write is refused,
// and the store has to be opened again to see. On Windows Badger 4.9.6 does not
// sync, so there the default is no better than NoSync; on macOS it does not
// reach through the drive's own cache.
//
// # How it works
//
// Every write is an operation that waits in a queue. One goroutine, the
// committer, takes all that wait and applies the laws to them in a batch; a
// flight brings the batch to the disk as one Badger transaction, and then answers
// and wakes who watches. Badger syncs once a transaction, so 64 reporters share
// one sync; nothing conflicts, so "the first ready state wins" needs no lock; and
// everybody hears news in the order of commits. While one batch flies the next is
// put together on top of it: what is decided on what may yet fail is answered
// only when it has not failed. An operation too large for a transaction goes by the
// journal: its entry is committed first, and Open completes what a crash cut
// short.
//
// A minted id leads to its result without an index: the results under one root
// lie together, in member order, and a group that was minted whole is one run.
// Any other task that a group names costs one index entry, which gives the
// groups' creation numbers. Those are never used twice, so an entry that
// outlived its group means nothing.
//
// # Invariants
//
//	I1  Every value ends in a CRC-32C over its key, meta byte and body.
//	I2  The meta byte of a result is the code of its state; forgotten ones have
//	    the high bit set.
//	I3  For every saved group there are one head, one entry by creation number
//	    that names it, and all pieces of its tree's version; the head has the
//	    number.
//	I4  The counts of a head equal a recount of the results of its leaves.
//	I5  For every direct nested group there is the number of its leaves that
//	    have not succeeded; the group is among the completed when it is zero.
//	I6  A leaf outside the group's own root has an entry with the group's number
//	    and the leaf's place; there is no other entry with that number.
//	I7  A head is settled if and only if nothing more is to come, and expires
//	    when its 'e' entry says.
//	I8  A long value has all its pieces, and one record or journal entry that
//	    names it.
//	I9  No creation number is higher than the counter.
//
// # Reading the source
//
// keys.go has every key, seal.go the form of a value; then queue.go, committer.go,
// batch.go and flight.go, with recent.go and absent.go as their memory. A report goes report.go, change.go, namers.go, batch.go, watch.go.
// A tree goes save.go, link.go, tree.go. Reads are in read.go, results.go,
// list.go and find.go; large operations in journal.go, changetree.go and
// remove.go; expiry.go and sweep.go are about time.
package store
