// Package accepted keeps the mappings of names to addresses that the user has accepted.
// It does for mappings what known_hosts does for host keys, in a file of the user's own.
//
// # The file
//
// One line is one mapping, of five fields with spaces or tabs between them:
//
//	# name         address       verdict      reverse names             accepted
//	my.example.com 192.168.1.243 unresolvable 192-168-1-243.foo.bar.net 2026-03-01T12:00:00Z
//	nas.home.arpa  10.0.0.7      missing      -                         2026-03-01T12:00:00Z
//
// The name is the host that ssh was given: lower case, no final dot, A-labels, or an
// address. The address is IPv4 or IPv6 without a zone. The verdict is a word of package
// check's closed set. The reverse names are all PTR names of the address, sorted
// bytewise and separated by commas. A hyphen means none; a name that is itself a hyphen
// is written with its final dot. In all names every byte but letters, digits, hyphen,
// underscore and the dots between labels is \DDD in decimal (RFC 1035, section 5.1). The
// time is RFC 3339 in UTC, to the second. A name with several addresses has a line for
// each.
//
// Lines that are blank or begin with # are kept. A line that does not parse is kept and
// ignored, so that a form that a later version writes costs no more than one warning too
// many. No line is longer than 16 KiB, no file than 1 MiB.
//
// # Safety
//
// The file is 0600 in a directory that only its owner may write to. It is replaced as a
// whole, so readers take no lock and see one state or another. Writers take turns by a
// lock file beside it, named after it with .lock, which exists only while one writes.
package accepted

import (
	"net/netip"
	"strings"
	"time"
)

// Mapping is a name and an address that the user has accepted.
type Mapping struct {
	Name    string     // of the host, as given to ssh
	Addr    netip.Addr // unmapped, without its zone
	Verdict string     // a word of package check's closed set
	PTR     []string   // all PTR names of the address, in full, as package check prints them
	Since   time.Time  // when it was accepted
}

// File is the content of a file as it was read. It never changes, so it is safe for
// concurrent use.
type File struct {
	text    string // the whole file: an edit copies what is between the mappings
	entries []entry
	ignored []Ignored
}

// entry is a mapping and the offsets of its line in the text, with the line's end.
type entry struct {
	Mapping
	from, to int
}

// Ignored is a line that is not a mapping. The text of the error is safe to print.
type Ignored struct {
	Line int // from 1
	Err  error
}

// Parse reads the content of a file. It refuses nothing: Ignored returns the lines that are
// not mappings.
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

// Text returns what was parsed, byte for byte. It may hold anything: do not print it to a
// terminal.
func (f *File) Text() string { return f.text }

// Ignored returns the lines that are neither mappings nor blank nor comments. The user
// should be told about them.
func (f *File) Ignored() []Ignored { return f.ignored }

// All returns the mappings in the file's order. Everything in them is safe to print.
func (f *File) All() []Mapping {
	return f.where(func(Mapping) bool { return true })
}

// Of returns the mappings of a name in the file's order. Names compare as in DNS.
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

// with returns the text of the file with ms in place of the mappings that it has for their
// names, or at the end. ms must be in normal form.
func (f *File) with(ms []Mapping) string {
	fresh := map[string]string{}
	for _, m := range ms {
		fresh[m.Name] += m.String() + "\n"
	}
	text := f.edited(func(name string) (string, bool) {
		lines, ok := fresh[name]
		if ok {
			fresh[name] = "" // further lines of the name are removed
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

// edited returns the text of the file with the lines of mappings replaced for those names
// for which instead returns a text, which may be empty.
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
