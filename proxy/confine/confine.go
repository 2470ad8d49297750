// Package confine takes from this process the rights that it no longer needs, for good:
// whoever takes over a relay through what the network sends finds its open descriptors, and
// little else.
//
// It is a leaf: what a process still needs is said to it.
package confine

import "strings"

// Rights are what a process keeps besides its open descriptors, memory, threads, clocks and
// signals to itself. The zero Rights are nothing: no file, socket or program is opened any
// more.
type Rights struct {
	// Replace is a directory: files in it may be read, made, replaced and removed, and
	// directories made. It must exist. If "", no file may be written.
	Replace string

	// Read are files that may be read. Those that do not exist are left out, and so is what
	// takes the place of one later.
	Read []string

	// Ports are those of DNS servers. If there are any, sockets for IP and for routes
	// (rtnetlink) may be made; TCP connects to these ports alone, UDP to any.
	Ports []uint16
}

func (r Rights) files() bool   { return r.Replace != "" || len(r.Read) > 0 }
func (r Rights) sockets() bool { return len(r.Ports) > 0 }

// Held names what the system enforces from now on; nothing if it can enforce nothing.
type Held []string

func (h Held) String() string { return strings.Join(h, ", ") }

// Apply gives up all other rights, in every thread, now and in those to come. Rights that
// were given up before do not come back. What the system cannot enforce is left out of
// Held; that is not an error, since the process works in either case.
//
//   - Linux: no_new_privs (prctl(2)), Landlock (landlock(7)) and a seccomp(2) filter, whose
//     refusals are EPERM. Each is used as far as the kernel has it.
//   - OpenBSD: unveil(2) and pledge(2), whose refusals are ENOSYS.
//   - FreeBSD: capsicum(4), which can only give up everything: Rights that are not zero are
//     left for later.
func (r Rights) Apply() Held { return r.apply() }
