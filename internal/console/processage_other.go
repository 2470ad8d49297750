//go:build !linux

package console

import "time"

// ProcessAge is known on Linux only.
func ProcessAge() (age time.Duration, known bool) { return 0, false }
