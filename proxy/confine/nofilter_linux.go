//go:build !(amd64 || 386 || arm || arm64)

package confine

import "errors"

// seccomp has no table of calls for this architecture.
func (r Rights) seccomp() error { return errors.ErrUnsupported }
