//go:build !linux

package cli

import "time"

// begun is not asked for here.
func begun() (age time.Duration, known bool) { return 0, false }
