// Package logs reads the logs of SSH servers: names on the command line become inputs in
// their order, their bytes lines, and these events, which are tallied in parallel or handed
// on one by one.
//
// Whatever can be read is read: a bad input is named, and does not stop the others.
package logs
