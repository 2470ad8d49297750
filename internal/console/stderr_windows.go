package console

import (
	"os"
	"time"
)

// readable is false: ssh on Windows has no ControlPersist and leaves stderr alone.
func readable(*os.File) bool { return false }

// takes is true: a pipe cannot be polled here.
func takes(*os.File, time.Duration) bool { return true }
