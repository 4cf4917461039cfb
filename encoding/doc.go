// Package encoding is the bytes: it alone says what is written to disk for a
// result, a tree and a saved group, and how users' values become bytes.
//
// All of it is CBOR (RFC 8949). The records, which only the engine reads and
// writes, are put together and taken apart by hand: one form, the deterministic
// one, is written, and only that form is read. So equal records have equal
// bytes, what was read is written again as it was, damage that is still CBOR is
// noticed, and nothing is allocated to write a record into a buffer that is
// there. Users' values go through package fxamacker/cbor with modes that are
// built once ([Marshal], [Unmarshal]); a value that comes as bytes is stored as
// it came, in any form of CBOR.
//
// Reading is safe for any bytes: there is no recursion over records, room is
// made only for what the bytes left can hold, and an error says at which byte
// what was wanted, but never what stood there.
//
// # Records
//
// A record is one version byte, 1 until the format changes, and one CBOR item.
// A version above the one that is known gives a *[result.VersionError]. Whatever
// was written once stays readable: testdata/v1 has a record of each kind as a
// golden. In CDDL (RFC 8610), without the version byte:
//
//	result = {
//	  ? 1 => state,             ; PENDING if forgotten
//	  ? 2 => any,               ; value: the item as it was given
//	  ? 3 => error,
//	  ? 4 => micros,            ; done
//	  ? 5 => 1..4294967295,     ; attempt
//	  ? 6 => true,              ; forgotten
//	  ? 7 => [uint, uint],      ; blob: sequence, bytes; never beside a value
//	  ? 8 => [* tree],          ; children; absent if nobody said
//	  ? 9 => request
//	}
//
//	request = {
//	  ? 1 => tstr,              ; name of the task's function
//	  ? 2 => any,               ; args
//	  ? 3 => any,               ; kwargs
//	  ? 4 => tstr,              ; worker
//	  ? 5 => tstr,              ; queue
//	  ? 6 => int,               ; retries
//	  ? 7 => tstr,              ; parent_id
//	  ? 8 => tstr,              ; group_id
//	  ? 9 => {+ tstr => any}    ; further fields of the document it came from
//	}
//
//	state  = 1..9 / tstr        ; see StateCode; text of a custom state
//	error  = [type: tstr, args: [* any], module: tstr, traceback: tstr]
//	micros = int                ; microseconds since 1970, UTC
//
//	head = {
//	  ? 1 => uint,              ; creation sequence
//	  ? 2 => uint .size 4,      ; version of the tree
//	  ? 3 => uint .size 4,      ; chunks
//	  ? 4 => micros,            ; created
//	  ? 5 => micros,            ; settled
//	  ? 6 => micros,            ; expires
//	  ? 7 => uint .size 8,      ; maximum age, nanoseconds
//	  ? 8 => true,              ; has nested groups
//	  ? 9 => true,              ; names minted ids of its own root
//	  ? 10 => uint,             ; members
//	  ? 11 => uint,             ; members that succeeded
//	  ? 12 => uint,             ; forgotten leaves
//	  ? 13 => {+ state => uint} ; leaves in each state
//	}
//
//	labels = {+ tstr => tstr}
//
//	tree = [* token]            ; empty for the zero Tree
//
// What is zero is left out, in every map. Maps are in the order of RFC 8949,
// section 4.2.1: by the bytes of their keys.
//
// # Trees
//
// A tree is one flat array of tokens in the order of a walk, however deep it is,
// so nothing has to nest and a reader needs no stack of its own but for the
// groups that are open:
//
//	tree   = ? parent, (id / group)
//	       / run                        ; a member, or by itself
//	group  = 1, id, * tree, 2
//	parent = 3, tree                    ; its parent, written before it
//	       / 4                          ; the same one as that written last
//	id     = bstr .size 16              ; a UUID in canonical spelling
//	       / tstr                       ; any other id, 1 to 255 bytes
//	run    = [bstr .size 12, first: uint .size 4, count: uint]
//
// A run is at least two minted tasks that follow each other; a million of them
// are 20 bytes. Tasks that could be one run must be one. Marker 4 must be used
// where the parent equals the one written last, and must not be used inside a
// parent: trees that share parents which share parents would be short to write
// and endless to walk.
//
// An array of arrays, Celery's as_tuple, would be as deep as the tree, which may
// have 10,000 levels, and no reader of CBOR takes that. [result.Tree.AppendJSON]
// writes as_tuple.
//
// # Files
//
// wire.go and reader.go are the two halves of the format, state.go its numbers;
// record.go (with taskerror.go), head.go, labels.go, tree.go and treeparse.go (with
// treeids.go) are one record each. value.go, scan.go and diagnose.go are about users' values;
// tojson.go, fromjson.go and jsonscalar.go turn them into JSON and back.
package encoding
