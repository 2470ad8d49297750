// Package accepted keeps the mappings of names and addresses that the user has
// accepted as they are: what known_hosts is for host keys, in a file of the
// user's own.
//
// One line is one mapping, of five fields with spaces or tabs between them:
//
//	# name         address       verdict      reverse names             accepted
//	my.example.com 192.168.1.243 unresolvable 192-168-1-243.foo.bar.net 2026-03-01T12:00:00Z
//	nas.home.arpa  10.0.0.7      missing      -                         2026-03-01T12:00:00Z
//
// The name is the host that was asked for: lower case, no final dot, A-labels,
// or an address where ssh was given one. The address is IPv4 or IPv6 without a
// zone. The verdict is one word of check's closed set. The reverse names are the
// whole set of the address's PTRs, sorted bytewise, with commas between; a
// hyphen says that there is none, and the name that is a hyphen itself stands
// with its final dot. In all names every byte but letters, digits, hyphen,
// underscore and the dots between labels is \DDD in decimal (RFC 1035, section
// 5.1). The time is RFC 3339 in UTC, to the second. A name with several
// addresses has a line for each.
//
// Lines that are blank or begin with # say nothing and are kept. A line that
// does not parse is kept too and ignored, it alone, so that a form that a later
// version writes costs no more than a warning too many. No line is longer than
// 16 KiB, no file than 1 MiB.
//
// The file is 0600 in a folder that only its owner may write. It is replaced as
// a whole, so readers take no lock and see one state or another. Writers take
// turns by a lock, a file beside it, its name with .lock, which is there no longer
// than a write takes.
package accepted

import (
	"net/netip"
	"strings"
	"time"
)

// Mapping is a name and an address as the user has seen and accepted them.
type Mapping struct {
	Name    string     // of the host, as for ssh
	Addr    netip.Addr // a zone does not count, and ::ffff:192.0.2.1 is 192.0.2.1
	Verdict string     // a word of check's closed set
	PTR     []string   // all names of the address, whole, as check prints them
	Since   time.Time  // when it was accepted
}

// File is what stood in a file when it was read. It is not changed any more and
// so is safe for many goroutines.
type File struct {
	text    string // whole: an edit copies what lies between the mappings
	entries []entry
	ignored []Ignored
}

// entry is a mapping and where its line lies in the text, its end included.
type entry struct {
	Mapping
	from, to int
}

// Ignored is a line that is no mapping, and why. Its text is safe to print.
type Ignored struct {
	Line int // from 1
	Err  error
}

// Parse reads what a file holds. There is nothing that it refuses: what is no
// mapping is ignored, and Ignored tells.
func Parse(text string) *File {
	f := &File{text: text}
	number, from := 0, 0
	for line := range strings.Lines(text) {
		number++
		to := from + len(line)
		switch m, holds, err := parseLine(line); {
		case err != nil:
			f.ignored = append(f.ignored, Ignored{number, err})
		case holds:
			f.entries = append(f.entries, entry{m, from, to})
		}
		from = to
	}
	return f
}

// Text gives back what was parsed, byte for byte. It may hold anything, so it
// is for a file and not for a terminal.
func (f *File) Text() string { return f.text }

// Ignored tells which lines do not count although they are neither blank nor
// comments: the user should hear of them.
func (f *File) Ignored() []Ignored { return f.ignored }

// All gives the mappings in the file's order. Everything in them is safe to
// print.
func (f *File) All() []Mapping {
	return f.where(func(Mapping) bool { return true })
}

// Of gives the mappings of a name in the file's order. Names compare as DNS
// compares them.
func (f *File) Of(name string) []Mapping {
	host, err := foldHost(name)
	if err != nil {
		return nil // such a name is never accepted
	}
	return f.where(func(m Mapping) bool { return m.Name == host })
}

func (f *File) where(wanted func(Mapping) bool) []Mapping {
	var ms []Mapping
	for _, e := range f.entries {
		if wanted(e.Mapping) {
			ms = append(ms, e.Mapping)
		}
	}
	return ms
}

// with is the text of the file when ms stand in it instead of what there was of
// their names: in its place, or at the end. The ms are in their normal form.
func (f *File) with(ms []Mapping) string {
	fresh := map[string]string{}
	for _, m := range ms {
		fresh[m.Name] += m.String() + "\n"
	}
	text := f.edited(func(name string) (string, bool) {
		lines, ok := fresh[name]
		if ok {
			fresh[name] = "" // further lines of the name just go
		}
		return lines, ok
	})
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	for _, m := range ms {
		text += fresh[m.Name]
		fresh[m.Name] = ""
	}
	return text
}

// edited is the text of the file with other text for the mappings of those
// names for which there is some, be it empty.
func (f *File) edited(instead func(name string) (text string, ok bool)) string {
	var b strings.Builder
	done := 0
	for _, e := range f.entries {
		if text, ok := instead(e.Name); ok {
			b.WriteString(f.text[done:e.from])
			b.WriteString(text)
			done = e.to
		}
	}
	b.WriteString(f.text[done:])
	return b.String()
}
