package hostsfile

import "net/netip"

// Forward returns the lines with a name, in file order, as glibc's files module finds
// them with "multi on". ASCII letters are compared without case. A final dot is a
// character like any other, so "db." finds only lines that say "db.". Line.IPv4 and
// Line.IPv6 say which address a lookup of one family takes from a line.
func (f *File) Forward(name string) []*Line {
	var lines []*Line
	name = fold(name)
	if f.scan() {
		for i := range f.Lines {
			if f.Lines[i].hasName(name) {
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

// Reverse returns the first line with an address, or nil. Its Canonical name is libc's
// answer. For an IPv4 address, lines count that Line.IPv4 reads as this address. The
// zone of an address is ignored.
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

// scans is how many lookups search the lines from the top before an index is built. The
// index of a block list costs more than many searches, and a connection makes only a few.
const scans = 16

// scan reports whether to search the lines. Otherwise the index is built.
func (f *File) scan() bool {
	if f.lookups.Load() < scans && f.lookups.Add(1) <= scans {
		return true
	}
	f.once.Do(f.index)
	return false
}

// hasName takes a folded name.
func (l *Line) hasName(name string) bool {
	for _, n := range l.Names {
		if len(n) == len(name) && fold(n) == name {
			return true
		}
	}
	return false
}

// index is run once.
func (f *File) index() {
	f.names = make(map[string][]int32, len(f.Lines))
	f.addrs = make(map[netip.Addr]int32)
	one := make([]int32, 0, len(f.Lines)) // most names are in one line only: this saves an allocation for each
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
			} else if at[len(at)-1] != int32(i) { // a name that is twice in a line counts once
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

// fold lowers ASCII letters, as strcasecmp does in the C locale. strings.ToLower would
// change other letters as well.
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
