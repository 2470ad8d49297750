package replacefile

import (
	"io/fs"
	"os"
)

// openCarefully has no counterpart here: ordinary users cannot make symbolic
// links, and there are no FIFOs among files.
const openCarefully = 0

// OwnedByUser is true: whose a file is shows in its access list, which Windows
// gives a user's own folders so that nobody else can write there.
func OwnedByUser(fs.FileInfo) bool { return true }

func sameOwner(_, _ fs.FileInfo) bool { return true }

// syncFolder has nothing to do: folders cannot be synced, NTFS journals renames.
func syncFolder(*os.Root) error { return nil }
