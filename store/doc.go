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
// any number of goroutines. With [Store.Serve] it answers the other processes of
// its user, who use package store/remote.
//
// # What is durable when
//
//	                     after return   process killed   power lost
//	default              kept           kept             kept
//	Options.NoSync       kept           kept             all but the last seconds
//	  and SyncEvery      kept           kept             all but the last SyncEvery
//	Options.InMemory     kept           lost             lost
//
// "Kept" is said of a write that returned without an error. A write that
// returned an error did not happen, but for one case: when the disk itself
// fails in the middle of a commit nobody knows, every later write is refused,
// and the store has to be opened again to see. On Windows Badger 4.9.6 does not
// sync, so there the default is no better than NoSync; on macOS it does not
// reach through the drive's own cache.
//
// What a power cut takes of a NoSync store is the tail: the latest commits, each
// as a whole. The counts are those of what is left, so none is made anew. Badger
// fills one log after the other, and a log is synced once the next one begins; if
// the power goes before that, and of two logs the earlier one has lost its end, the
// later one is set aside.
//
// # When things go wrong
//
// Badger deletes tables that its manifest does not name, drops the rest of a
// damaged log, ends an iterator at a damaged block, each without a word, and ends
// the process over a table whose end is broken. So Open looks at all files before
// Badger does: it replays the manifest, verifies every block of every table, and
// reads the logs as Badger will. Commits are numbered without gaps, and MARK has
// the number of the latest one, so a store that has lost any does not open:
// ErrCorrupt says how many. Options.Salvage reads what is left of it. A MARK that
// is old, torn or missing refuses nothing. Two things it cannot know: that a whole
// directory was replaced by an older one, and, under NoSync, whether it was the
// power that took the latest commits, or damage.
//
// While a store is open Badger verifies the blocks that it reads. A damaged one is
// ErrCorrupt to who scans a whole saved group, and may be ErrNotFound to who asks
// for one task; the next Open says what it is. One thing nobody can say: if Badger
// merges a table that went bad since it was opened, before Check, Backup or the next
// Open has seen that, it drops the rest of the table. Then only Check tells: groups have
// other counts than results, and the records of tasks are fewer than they were.
//
// A full disk ends the process, since Badger writes through mmap. So a profile
// keeps a reserve free, 256 MiB for Standard and 128 MiB for Edge: below it writes
// give ErrNoSpace, reads go on, and writing goes on by itself when there is space
// again. Deleting is writing too. Open for writing needs half the reserve. Another
// program that fills the disk at once is not kept from it. Only on Linux, macOS,
// Windows, FreeBSD and DragonFly is the disk looked at.
//
// # Time
//
// Created, Settled and Done are what the clock on the wall showed. Things expire by
// a time of the store's own, which every commit writes: it follows the monotonic
// clock while the store is open; when it is opened it advances by what the wall did
// since the latest commit, at most 24 hours; and it never goes back. So a clock that jumps deletes nothing, a device that starts
// in 1970 works, and what lies closed for a month is kept that much longer.
// Saved.Expires is when that will be by the wall.
//
// # Security
//
// The directory is made with 0700 and files with 0600; Badger makes its own as the
// umask says, in a folder that nobody else may enter, and they are made private
// at opening and closing. With Options.EncryptionKey values, ids and labels are
// encrypted (AES-CTR: kept secret, not protected from change) by keys in Badger's
// KEYREGISTRY; what is in the open are sizes, numbers of files, MARK and the pid in
// LOCK. No value and no key is in an error or a log line; ids are, quoted.
// Importing this package imports Badger, which imports expvar: that registers
// /debug/vars on http.DefaultServeMux, with the command line and memory statistics
// of the process. Serve another mux, or none, to strangers.
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
// short. Who reads meanwhile sees how far it is: some leaves revoked and others not
// yet, or members of a group that is being removed, or grows.
//
// A minted id leads to its result without an index: the results under one root
// lie together, in member order, and a group that was minted whole is one run.
// Any other task that a group names has the groups' creation numbers in its own
// record, in front of its result. Those are never used twice, so a membership that
// outlived its group means nothing. Naming a task that has a result writes that
// again; an import that brings both at once writes each record once.
//
// # Invariants
//
//	I1  Every value ends in a CRC-32C over its key, meta byte and body.
//	I2  The meta byte of a result is the code of its state; forgotten ones have
//	    the high bit set. It is 0 in a record of memberships alone.
//	I3  For every saved group there are one head, one entry by creation number
//	    that names it, and all pieces of its tree's version; the head has the
//	    number.
//	I4  The counts of a head equal a recount of the results of its leaves.
//	I5  For every direct nested group there is the number of its leaves that
//	    have not succeeded; the group is among the completed when it is zero.
//	I6  The record of a leaf outside the group's own root has a membership with the
//	    group's number and the leaf's place; there is no other with that number.
//	I7  A head is settled if and only if nothing more is to come, and expires
//	    when its 'e' entry says.
//	I8  A long value has all its pieces, and one record that names it; or a
//	    journal entry, if its report was refused, until it is removed.
//	I9  No creation number is higher than the counter.
//	I10 Every other record has a form of keys.go and belongs to a group, a task or
//	    a long value that is there; between two operations the journal has no other
//	    entry.
//	I11 Badger's tables pass their own checksums.
//	I12 There are as many records of tasks as the latest commit says.
//
// Check verifies them and Repair restores them, as far as can be.
//
// # Reading the source
//
// keys.go has every key, seal.go the form of a value; then queue.go, committer.go,
// batch.go, batchrecords.go and flight.go, with absent.go as their memory. A
// report goes report.go, change.go, namers.go, batch.go, watch.go. A tree goes
// save.go, link.go, membership.go, tree.go; many small ones saveall.go. Reads are in
// read.go, results.go, page.go, list.go and find.go; large operations in journal.go,
// changetree.go and remove.go; clock.go, stamp.go, expiry.go and sweep.go are about time.
// Opening is open.go, then what it looks at: format.go, lock.go, manifest.go,
// tables.go, wal.go, fingerprint.go, mark.go, lost.go, setaside.go, space.go; and
// salvage.go, rescue.go. missing.go notices a scan that ended early, walsync.go syncs
// logs; serve.go, client.go and yield.go are about other processes.
//
// The invariants are checked in check.go, checkgroup.go, recount.go, checkmembers.go
// and checkrecord.go, on a snapshot, and restored by repair.go and rebuild.go.
// compact.go gives space back, by copy.go and swap.go. A backup is written by
// backup.go and backupwrite.go, and read by load.go and backupread.go. recover.go
// makes a store again of what salvage.go can read, and says what it cannot.
package store
