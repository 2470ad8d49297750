// Package tally counts what a log of SSH servers says: events become connections, and
// connections are counted for their clients. The tallies of consecutive parts of a log merge
// into exactly the tally of the whole, wherever it was cut and in whatever bracketing.
//
// For that, everything that is kept can be added in any order (sums, minima, maxima, the names
// with the smallest hashes), or goes by its position in the log. Bounds work the same way:
// what stays is what has the smallest hashes, not what came first.
//
// Everything that a stranger can make grow has a bound (package limits). Which lines belong
// to one connection does not depend on clocks, but on how many lines are between them.
package tally
