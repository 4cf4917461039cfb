package group

import (
	"context"
	"iter"

	"github.com/seed-1c955bc8/bunch/result"
)

// Backend is the contract of an engine that keeps results: what package store
// does on disk and package store/memstore in plain code. Package
// store/storetest is this contract as tests; L1 to L17 are its laws.
//
// All methods may be called from any number of goroutines at once. Nothing that
// is passed in is kept and nothing that is returned changes later (L14). After
// Close every method gives [result.ErrClosed].
//
// Writes happen one after the other, in an order on which everybody agrees. A
// write is answered once it is as durable as the engine promises (L4). A context
// that ends while a write waits for its turn gives the context's error and the
// write never happens; once its turn has come it happens as a whole (L15).
//
// A task is known if a result was stored for it or a saved group names it.
// Unknown, empty, pending and forgotten are four answers (L5).
type Backend interface {
	Codec

	// Save makes tree, a group, durable under its id, GroupResult.save. A tree
	// that is saved already, as it is, changes nothing and is not applied. One
	// that only adds members, each at the end of its group, takes the place of
	// the old one as long as that has not settled or is empty. Any other tree
	// under a used id gives ErrExist (L13). Results that are there already
	// count from now on (L17). An input belongs to its task: the first one saved
	// stands. Errors: those of Tree.Validate (L12) and Attributes.Validate;
	// ErrBadID for a tree that is no group; ErrBadValue and ErrTooLarge for a note
	// or an input; ErrTooLarge if its leaves are in more than
	// result.MaxCustomStates custom states.
	Save(ctx context.Context, tree result.Tree, attr result.Attributes) (result.Outcome, error)

	// Restore reads a saved group, GroupResult.restore. An id that was not
	// saved itself gives ErrNotFound, also when a saved tree nests it (L13).
	// The cost does not depend on how many members were minted.
	Restore(ctx context.Context, id result.ID) (result.Saved, error)

	// Delete removes a saved group and leaves every result, GroupResult.delete.
	// Its watchers end with ErrNotFound. Deleting what is not there is not
	// applied and no error (L9).
	Delete(ctx context.Context, id result.ID) (result.Outcome, error)

	// Purge is Delete, and Forget of the saved tree, in one step (L9). Purging
	// what is not there is not applied and no error.
	Purge(ctx context.Context, id result.ID) (result.Outcome, error)

	// Report records results, in one step: all of them are applied or looked
	// at, or none is. Outcomes are in the order of the reports. Per task, the
	// first ready state wins; a later report, one for another attempt, and one
	// for a forgotten task are not applied and no error: the outcome says what
	// stands (L1, L9). Between unready states the latest wins. A task nobody
	// knows gets a lone result (L17). A report says all there is to say of a
	// result, its children too; only the request, which is the task's, stays
	// until a report brings another one, or until Forget. The report of a failure
	// does not fail for what it says: an argument of its error that cannot be
	// stored becomes its text, and what is not UTF-8 in an error's or a request's
	// text becomes U+FFFD. Errors: ErrBadID, ErrBadState; ErrBadValue for a value
	// or an item of the request that is not CBOR; those of Tree.Validate for a
	// child; ErrTooLarge for a value or an item over the engine's limit, for
	// children and a request of more than MaxDetails, for more than MaxReports,
	// for a group whose leaves would be in more than result.MaxCustomStates custom
	// states at once, or where so many groups name the tasks that what changes is
	// more than the engine can do in one step: report fewer at once then.
	Report(ctx context.Context, reports ...result.Async) ([]result.Outcome, error)

	// Revoke reports every leaf of tree that is not ready, and not forgotten,
	// as REVOKED, GroupResult.revoke; at any depth. Nothing running is stopped.
	Revoke(ctx context.Context, tree result.Tree) (result.Outcome, error)

	// Retry reopens every leaf of tree that is FAILURE, REVOKED or forgotten:
	// its state is RETRY, its attempt one higher, value and children gone, error
	// and request kept. Other leaves stay as they are; nothing reopens SUCCESS (L1).
	// For a tree of one task the outcome gives its attempt.
	Retry(ctx context.Context, tree result.Tree) (result.Outcome, error)

	// Forget drops the results of the leaves of tree and of their ancestors
	// (Tree.Lineage), GroupResult.forget. A leaf that has no result yet is
	// forgotten too: none is taken until Retry. Ancestors that nobody knows are
	// left alone. Forgetting twice changes nothing (L9).
	Forget(ctx context.Context, tree result.Tree) (result.Outcome, error)

	// Progress says how far a saved group is, in constant time: it reads counts
	// and no results. ErrNotFound if the group is not saved.
	Progress(ctx context.Context, id result.ID) (result.Progress, error)

	// Results ranges over the leaves of tree that filter takes, in member order
	// (L6), whether tree is saved or not. A leaf without a result comes as
	// PENDING with Attempt 1. Each result is as it stood at some moment of the
	// call; the loop's body may call the backend (L14). An error ends the range.
	// Neighbours' values and ids may lie in one piece of memory, of some KiB: who
	// keeps few of them for long may want to clone those.
	Results(ctx context.Context, tree result.Tree, filter result.Filter) iter.Seq2[result.Async, error]

	// Get reads the result of one task. A task that a saved group names and
	// nobody reported is PENDING; a forgotten one has Forgotten set; a task
	// nobody knows gives ErrNotFound (L5).
	Get(ctx context.Context, id result.ID) (result.Async, error)

	// Watch ranges over the news of a saved group, of tasks, or of both; an
	// empty id means no group. The first event comes at once and names nothing
	// as ready: what happens after it has begun is not missed, so a waiter looks
	// at the results then, and sleeps in the range after that. Later events come
	// when something changed, and may turn out to be no news; to a slow loop
	// they come put together, so no writer ever waits for a watcher. The range
	// ends with the context's error; with ErrNotFound when the group is not, or
	// no longer, saved; with ErrClosed. A watched task need not exist.
	Watch(ctx context.Context, group result.ID, tasks ...result.ID) iter.Seq2[result.Event, error]

	// List gives a page of saved groups, the last created first, and the cursor
	// of the next page, empty after the last. A group that is saved or deleted
	// between two pages never makes another one be missed or come twice.
	List(ctx context.Context, query result.Query) (page []result.Saved, next string, err error)

	// Find gives the ids of the saved groups that have id in their tree, as the
	// group itself, a nested group or a task; in the order of their creation.
	// Nobody naming it is no error.
	Find(ctx context.Context, id result.ID) ([]result.ID, error)
}

// MaxReports is the most reports in one call of [Backend.Report].
const MaxReports = 1000

// MaxDetails is how many bytes the children and the request of one report may
// take when they are written down: enough for children 10,000 levels deep.
const MaxDetails = 512 << 10

// Codec is how a backend writes values as bytes: Celery's serializer. Both
// engines of this module have CBOR, by package encoding.
type Codec interface {
	// Marshal returns v as the bytes of one value.
	Marshal(v any) ([]byte, error)
	// Unmarshal reads the bytes of one value into the pointer v.
	Unmarshal(data []byte, v any) error
}
