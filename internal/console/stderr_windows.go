package console

import (
	"os"
	"time"
)

// readable: Windows' ssh has no ControlPersist, and leaves stderr as it is.
func readable(*os.File) bool { return false }

// takes: there is nothing to ask a pipe with here.
func takes(*os.File, time.Duration) bool { return true }
