// Package result is the vocabulary: what a task, its state, its result and a
// group of tasks are called. It does nothing. It imports the standard library
// and google/uuid only, every other package of the module imports it, and values
// of its types may be passed around freely.
//
// # To name things
//
// An [ID] is any text of 1 to 255 bytes. A [Tree] is a task or a group of trees:
// [Task], [Tasks] and [Group] make one, [Tree.WithParent] says what came before
// it, [Tree.Validate] says whether a store takes it. A [Set] is the list that a
// group is put together from.
//
// # To say how it went
//
// [Async] is what is known of one task: a [State], a value or a [TaskError], and
// when. It is reported and it is read. [Outcome] is what became of a report.
//
// # To say how far it is
//
// [Counts] is how many tasks are in which state, [Progress] how far a group is,
// [Saved] what a store knows about a group, [Event] news of one.
//
// # Celery's names
//
//	Celery                             here
//	AsyncResult                        Async, the data; a Backend's Get reads it
//	AsyncResult(id), .parent           Task(id), Tree.WithParent, Tree.Parent
//	.state, .result, .traceback        Async.State, .Value, .Error and its Traceback
//	.date_done                         Async.Done
//	.successful(), .failed()           Async.Successful, Async.Failed
//	.ready()                           State.Ready
//	.maybe_throw()                     Async.Throw
//	.forget() with its ancestors       Tree.Lineage names what goes
//	ResultSet                          Set
//	.add, .update, .remove, .discard   Set.Add, .Update, .Remove, .Discard
//	.clear, len, [i], index, in, ==    Set.Clear, .Len, .At, .Index, .Contains, .Equal
//	GroupResult                        group.Result, a live handle; Group(id, ...), its data
//	.results, .children, len, [i]      Tree.Members, Tree.Len, Tree.At
//	.as_tuple(), .as_list()            Tree, Tree.AppendJSON writes it; Tree.List
//	.children of a task                Async.Children
//	.name, .args, .worker, ...         Async.Request
//	IncompleteStream                   ErrIncomplete
//	result_from_tuple                  Task, Group, Tree.WithParent
//	celery.states, READY_STATES, ...   State and its constants, State.Ready, ...
//	states.precedence, state(...) < .. State.Compare
//	exc_type, exc_message, exc_module  TaskError.Type, .Args, .Module
//	TaskRevokedError                   RevokedError makes it, a MemberError carries it
//	an exception raised by get, join   *MemberError, which wraps the *TaskError
//	completed_count and its like       Progress and its methods
//
// # Errors
//
// Every error of the module matches one of the sentinels in errors.go, by
// [errors.Is], or is a [MemberError], a [VersionError] or a context's. Their
// texts name ids and say what to do; only a task's own error quotes what the
// task said, with everything unprintable escaped.
//
// # Reading the source
//
// id.go, state.go, tree.go, then async.go and counts.go. walk.go, equal.go,
// validate.go and tuple.go are what can be done with a tree; none of them
// recurses, and none visits the tasks of a run unless it has to name them.
package result
