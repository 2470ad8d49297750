//go:build !linux

package session

import "time"

// processAge is known on Linux only.
func processAge() (age time.Duration, known bool) { return 0, false }
