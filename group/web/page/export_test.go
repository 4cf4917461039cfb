package page

// For tests of how an id stands in a path.
var (
	Segment      = segment
	ParseSegment = parseSegment
)
