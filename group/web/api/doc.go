// Package api is groups and results as JSON over HTTP.
//
// The objects are those that the command line prints with -o json, from package
// encoding/jsonline: a line there is an object here. An id may be any text, also
// one that browsers and proxies would change in a path, such as ".." or "a/b"; so
// ids stand in the query, and paths are fixed:
//
//	GET  groups     a page of saved groups, the newest first: as ls; state, label, since, before
//	GET  group      one group, saved or nested, without what it names
//	GET  members    a page of its direct members: a level of the tree
//	GET  results    a page of the results below an id: as results; state
//	GET  result     the result of one task
//	GET  events     how far a group is, as server-sent events: as watch
//	POST revoke retry forget delete purge   what they did: as the verbs of these names
//
// All but groups take an id, in the query for POST too. A parameter that a path
// does not know, or that comes twice, is refused.
//
// # Pages
//
// What may be long comes in pages: limit is how many are wanted, 1 to 1,000 and 100
// unless given; next is the cursor to go on with, null after the last page. A page
// may have fewer, even none, and a next: it ends after a mebibyte of values, or
// when 50,000 results were looked at for those in a state. Since and before are
// moments by RFC 3339. Who asks for results with "Accept: application/x-ndjson" gets
// all of them, one a line; a stream that breaks off ends without HTTP's last chunk.
//
// A state is a task's, such as FAILURE, or "forgotten"; of a group it is running,
// settled, successful or failed. A member that is a group has len, its direct
// members, and leaves, all tasks below it; one that is a task has a state.
//
// # Events
//
// A stream begins with how far the group is. Each event is "progress", at most ten
// a second and 125 for all streams together, or "end", after which the server
// closes: with the last progress when the group has settled, with an error when it
// was deleted or the store is closed.
// Nothing polls: events are pushed out of Backend.Watch.
//
// # Errors
//
// An error is {"error": TEXT}: 400 for what cannot be taken, 403 for a change where
// only looking is allowed, 404 for an id that names nothing, 409 for waiting for what
// was forgotten, 503 for a store that is closed or busy, 504 if the answer took longer
// than 30 seconds (a change: ten minutes), 507 for a full disk.
//
// # Limits
//
// Sixteen requests are worked on at once and more wait; there are at most 512
// streams of events and 16 of results, more get 503. A client has ten seconds to
// take an event or a page. No commit waits for a client.
package api
