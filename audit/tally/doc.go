// Package tally counts what a log of SSH servers says: events become connections, and
// connections are counted at their clients. Tallies of consecutive parts of a log merge into
// exactly the tally of the whole, however it was cut.
//
// Everything that a stranger can make grow has a bound (package limits), and nothing here
// believes a clock: lines belong together by the distance in lines of their host.
package tally
