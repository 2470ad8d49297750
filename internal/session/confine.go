package session

import (
	"os"

	"rdnsproxy/internal/owndir"
	"rdnsproxy/proxy/confine"
)

// confine gives up, before the first byte of the session, what this process no longer needs.
// While lookups go on that the connection has not waited for, they may ask DNS, and what they
// find may be kept; programs they may not run.
func (s *session) confine() {
	if !s.confines() {
		return
	}
	var rights confine.Rights
	if s.asksLate() {
		s.resolver.EndPrograms()
		rights = confine.Rights{Replace: s.keepsIn(), Read: s.resolver.Files(), Ports: s.resolver.Ports()}
	}
	held := rights.Apply()
	switch {
	case !s.o.Verbose:
	case len(held) > 0:
		s.voice.Notice("this process has given up its rights: " + held.String())
	default:
		s.voice.Notice("this system takes no rights from this process")
	}
}

// confineWholly gives up the rest, once nothing is asked or kept any more.
func (s *session) confineWholly() {
	if s.confines() && s.asksLate() {
		confine.Rights{}.Apply()
	}
}

// confines reports whether rights are given up: not those of a process that does other work
// too; and with fdpass it ends at once.
func (s *session) confines() bool { return s.w.Own && !s.o.NoSandbox && !s.o.FDPass }

// asksLate reports whether there can be lookups, or answers to be kept, after the
// connection stands.
func (s *session) asksLate() bool { return s.o.Policy != Off && s.unseen == nil }

// keepsIn is the directory in which answers are kept; "" if none can be. It has to exist
// before the right to write in it can be kept.
func (s *session) keepsIn() string {
	if s.memory.dir == "" || os.MkdirAll(s.memory.dir, 0o700) != nil {
		return ""
	}
	dir, err := owndir.Open(s.memory.dir)
	if err != nil {
		return ""
	}
	dir.Close()
	return s.memory.dir
}
