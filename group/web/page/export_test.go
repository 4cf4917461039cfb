package page

// For tests of how an id stands in a path, and of what a page asks the backend.
var (
	Segment      = segment
	ParseSegment = parseSegment
	Slice        = slice
)
