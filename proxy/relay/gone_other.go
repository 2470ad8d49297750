//go:build !unix

package relay

import "os"

// endSocket has nothing to do: ssh's descriptors are pipes, and a close says it.
func endSocket(*os.File) {}

// Await has nothing to wait with here.
func Await(*os.File, func()) (stop func()) { return func() {} }

// watchReader has nothing to wait with here: a write that fails tells that the
// reader has gone, and the end of In that ssh has.
func watchReader(*os.File, func()) (stop func()) { return func() {} }
