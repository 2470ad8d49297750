package hostsfile

import (
	"net/netip"
	"slices"
	"strings"
)

// Pinned returns the lines with a Note, in file order.
func (f *File) Pinned() []*Line {
	var lines []*Line
	for i := range f.Lines {
		if !strings.Contains(f.Lines[i].Raw, notePrefix) {
			continue // most lines of a block list: cheaper than parsing a note
		}
		if _, ours := f.Lines[i].Note(); ours {
			lines = append(lines, &f.Lines[i])
		}
	}
	return lines
}

// PinnedFor returns those of Forward's lines that have a Note.
func (f *File) PinnedFor(name string) []*Line {
	return slices.DeleteFunc(f.Forward(name), func(l *Line) bool {
		_, ours := l.Note()
		return !ours
	})
}

// Conflicts returns those of Forward's lines whose address is none of these. An
// IPv4-mapped address counts as the IPv4 address, since a connection to it goes there.
func (f *File) Conflicts(name string, addrs ...netip.Addr) []*Line {
	return slices.DeleteFunc(f.Forward(name), func(l *Line) bool {
		return slices.ContainsFunc(addrs, func(a netip.Addr) bool { return a.Unmap() == l.Addr.Unmap() })
	})
}

// About reports whether a name is the line's canonical name or the first labels of it. A
// line that rdnsproxy has written is about its canonical name, in full or short.
func (l *Line) About(name string) bool {
	return name != "" && strings.HasPrefix(fold(l.Canonical())+".", fold(name)+".")
}
