package confine

import "golang.org/x/sys/unix"

// apply enters capability mode, in which no file can be opened and no address be connected to:
// it comes when neither is needed any more.
func (r Rights) apply() Held {
	if r.files() || r.sockets() || unix.CapEnter() != nil {
		return nil
	}
	return Held{"capability mode"}
}
