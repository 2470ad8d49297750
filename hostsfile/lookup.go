package hostsfile

import "net/netip"

// Forward gives the lines that bear name, in file order, as glibc's files
// module does it with "multi on": letters of ASCII are folded, and a final dot
// is a character like any other, so "db." finds only a line that says "db.".
// Line.IPv4 and Line.IPv6 say what a look-up in one family takes from a line.
func (f *File) Forward(name string) []*Line {
	f.once.Do(f.index)
	at := f.names[fold(name)]
	if len(at) == 0 {
		return nil
	}
	lines := make([]*Line, len(at))
	for i, n := range at {
		lines[i] = &f.Lines[n]
	}
	return lines
}

// Reverse gives the first line that has the address, or nil: its Canonical name
// is what libc answers. For an IPv4 address, lines that say it as IPv6 count
// too, as in Line.IPv4. A zone is looked up without.
func (f *File) Reverse(a netip.Addr) *Line {
	f.once.Do(f.index)
	a = a.WithZone("")
	if n, ok := f.addrs[addrKey(a)]; ok {
		return &f.Lines[n]
	}
	return nil
}

// addrKey tells an IPv4 address from the IPv4-mapped IPv6 one, as netip does.
type addrKey netip.Addr

// index is made once, at the first look-up.
func (f *File) index() {
	f.names = make(map[string][]int32, len(f.Lines))
	f.addrs = make(map[addrKey]int32)
	one := make([]int32, 0, len(f.Lines)) // most names stand in one line: no allocation for each
	for i := range f.Lines {
		l := &f.Lines[i]
		if !l.Addr.IsValid() {
			continue
		}
		for _, name := range l.Names {
			key := fold(name)
			if at, ok := f.names[key]; !ok {
				one = append(one, int32(i))
				f.names[key] = one[len(one)-1 : len(one) : len(one)]
			} else if at[len(at)-1] != int32(i) { // a name that stands twice in its line counts once
				f.names[key] = append(at, int32(i))
			}
		}
		f.first(l.IPv4(), i)
		f.first(l.IPv6(), i)
	}
}

func (f *File) first(a netip.Addr, line int) {
	if !a.IsValid() {
		return
	}
	if _, ok := f.addrs[addrKey(a)]; !ok {
		f.addrs[addrKey(a)] = int32(line)
	}
}

// fold is strcasecmp's notion of equal in the C locale; strings.ToLower would
// fold letters beyond ASCII as well.
func fold(s string) string {
	for i := range len(s) {
		if c := s[i]; c >= 'A' && c <= 'Z' {
			b := []byte(s)
			for ; i < len(b); i++ {
				if c := b[i]; c >= 'A' && c <= 'Z' {
					b[i] = c + 'a' - 'A'
				}
			}
			return string(b)
		}
	}
	return s
}
