package attributes

import "os"

// Copy has nothing to do: new files are journals and backups, which get their
// directory's access list.
func Copy(_, _ *os.File) error { return nil }
