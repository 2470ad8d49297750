//go:build cgo

package buildinfo

// The program imports net, which has parts in C: with the tag, the C library is linked.
const cgo = true
