package hostsfile

import "net/netip"

// Forward gives the lines that bear name, in file order, as glibc's files
// module does it with "multi on": letters of ASCII are folded, and a final dot
// is a character like any other, so "db." finds only a line that says "db.".
// Line.IPv4 and Line.IPv6 say what a look-up in one family takes from a line.
func (f *File) Forward(name string) []*Line {
	var lines []*Line
	name = fold(name)
	if f.scan() {
		for i := range f.Lines {
			if f.Lines[i].bears(name) {
				lines = append(lines, &f.Lines[i])
			}
		}
		return lines
	}
	for _, i := range f.names[name] {
		lines = append(lines, &f.Lines[i])
	}
	return lines
}

// Reverse gives the first line that has the address, or nil: its Canonical name
// is what libc answers. For an IPv4 address, lines that say it as IPv6 count
// too, as in Line.IPv4. A zone is looked up without.
func (f *File) Reverse(a netip.Addr) *Line {
	a = a.WithZone("")
	if !a.IsValid() {
		return nil
	}
	if f.scan() {
		for i := range f.Lines {
			if l := &f.Lines[i]; l.Addr == a || a.Is4() && l.IPv4() == a {
				return l
			}
		}
		return nil
	}
	if i, ok := f.addrs[a]; ok {
		return &f.Lines[i]
	}
	return nil
}

// scans is how many look-ups go through the lines from the top: of a block list
// an index costs more than many of them, and a connection makes but a few.
const scans = 16

// scan reports whether to go through the lines; otherwise the index stands.
func (f *File) scan() bool {
	if f.lookups.Load() < scans && f.lookups.Add(1) <= scans {
		return true
	}
	f.once.Do(f.index)
	return false
}

// bears wants name folded.
func (l *Line) bears(name string) bool {
	for _, n := range l.Names {
		if len(n) == len(name) && fold(n) == name {
			return true
		}
	}
	return false
}

// index is made once.
func (f *File) index() {
	f.names = make(map[string][]int32, len(f.Lines))
	f.addrs = make(map[netip.Addr]int32)
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
	if _, ok := f.addrs[a]; !ok {
		f.addrs[a] = int32(line)
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
