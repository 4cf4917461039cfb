// Package celery is Celery's stored documents: what its backends keep under
// celery-taskset-meta-<id> for a saved group and under celery-task-meta-<id> for a
// task, with the JSON serializer. [Parse] reads one, [AppendGroup] and [AppendTask]
// write one that Celery loads.
//
//	group  {"result": [[id, parent], [members]]}
//	task   {"status", "result", "traceback", "children", "date_done",
//	        "group_id", "parent_id", "name", "args", "kwargs", "worker",
//	        "retries", "queue", ..., "task_id"}
//
// A document with a status is a task's. The result of a FAILURE, a REVOKED or a
// RETRY is the exception: {"exc_type", "exc_message", "exc_module"}. It stays
// data: nothing is looked up or made by these names. A field that a
// [result.Async] has no place for, or holds what does not fit there, is kept in
// [result.Request].Extra under its name, so that writing the document again
// loses nothing. Of a group's document only the result means anything to Celery,
// and only that is kept.
//
// Values pass from JSON to CBOR and back unchanged: whole numbers of any size,
// floats, NaN and Infinity as Python writes them, NUL and any Unicode in text.
// Half of a surrogate pair, which Python may write and no UTF-8 can hold, makes a
// document bad; so do a field that comes twice and a tree that names a member
// twice.
//
// Reading goes over the bytes without recursion, so a tree may have
// [result.MaxDepth] levels; other values nest to [encoding.MaxNesting].
//
// # Files
//
// scan.go finds where the fields are; parse.go, task.go, exception.go, date.go
// and tuple.go read them; write.go and ascii.go write them.
package celery
