//go:build !unix

package relay

import "os"

// endSocket does nothing: ssh's descriptors are pipes, and a close is enough.
func endSocket(*os.File) {}

// Await does nothing on this system.
func Await(*os.File, func()) (stop func()) { return func() {} }

// watchReader does nothing on this system: a failed write shows that the reader has
// gone, and the end of In that ssh has.
func watchReader(*os.File, func()) (stop func()) { return func() {} }

// Gone cannot be determined here.
func Gone(*os.File) bool { return false }
