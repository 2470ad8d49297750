package replacefile

import "os"

// descriptor is none: they have no paths here.
func descriptor(string) (*os.File, bool) { return nil, false }
