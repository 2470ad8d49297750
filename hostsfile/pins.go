package hostsfile

import (
	"net/netip"
	"slices"
	"strings"
)

// Pinned gives the lines that carry rdnsproxy's note, in file order.
func (f *File) Pinned() []*Line {
	var lines []*Line
	for i := range f.Lines {
		if !strings.Contains(f.Lines[i].Raw, notePrefix) {
			continue // most of a block list: cheaper than reading each as a note
		}
		if _, ours := f.Lines[i].Note(); ours {
			lines = append(lines, &f.Lines[i])
		}
	}
	return lines
}

// PinnedFor gives those of Forward's lines that carry rdnsproxy's note.
func (f *File) PinnedFor(name string) []*Line {
	return slices.DeleteFunc(f.Forward(name), func(l *Line) bool {
		_, ours := l.Note()
		return !ours
	})
}

// Conflicts gives those of Forward's lines that give name another address than
// these. An IPv4-mapped address is the IPv4 one, for that is where a connection
// to it goes.
func (f *File) Conflicts(name string, addrs ...netip.Addr) []*Line {
	return slices.DeleteFunc(f.Forward(name), func(l *Line) bool {
		return slices.ContainsFunc(addrs, func(a netip.Addr) bool { return a.Unmap() == l.Addr.Unmap() })
	})
}

// About reports whether a name is the line's first or the first labels of it: of a
// line that rdnsproxy has written, the name that it is about, in full or short.
func (l *Line) About(name string) bool {
	return name != "" && strings.HasPrefix(fold(l.Canonical())+".", fold(name)+".")
}
