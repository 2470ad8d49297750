package confine

import "golang.org/x/sys/unix"

// apply shows the process what it may still open, and promises to call nothing else. With
// "error" a call that was not promised fails; it would end the process otherwise.
func (r Rights) apply() (held Held) {
	promises := "error stdio"
	if r.files() {
		promises += " rpath"
	}
	if r.Replace != "" {
		promises += " wpath cpath fattr flock"
		unix.Unveil(r.Replace, "rwc")
	}
	for _, f := range r.Read {
		unix.Unveil(f, "r")
	}
	if r.sockets() {
		promises += " inet route"
	}
	if r.files() && unix.UnveilBlock() == nil {
		held = append(held, "unveil")
	}
	if unix.PledgePromises(promises) == nil {
		held = append(held, "pledge")
	}
	return held
}
