//go:build !linux

package console

import "time"

// Age is not asked for here.
func Age() (age time.Duration, known bool) { return 0, false }
