package attributes

import "os"

// copyFlags has nothing to do: inode flags either say how to store a file or forbid
// writing it, and then it could not have been opened.
func copyFlags(_, _ *os.File) error { return nil }
