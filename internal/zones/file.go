package zones

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/miekg/dns"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/limits"
	"rdnsproxy/resolve"
	"rdnsproxy/safetext"
)

// zoneHint is the hint where a zone file cannot be used.
const zoneHint = "--zone takes a zone file (RFC 1035), which has a SOA record or is given as ZONE=FILE"

// File reads a zone file and what it includes. The name is FILE, or ZONE=FILE, which
// says what names without a final dot are relative to; a file does so itself with
// $ORIGIN, or by the name of its SOA record. The FILE - is stdin. An error is a Refusal
// with file and line.
func (s *Set) File(name string, stdin io.Reader) error {
	origin, path := "", name
	if zone, file, given := strings.Cut(name, "="); given && !exists(name) {
		origin, path = zone, file
	}
	if origin != "" {
		if _, ok := dns.IsDomainName(origin); !ok {
			return console.Refuse(exit.Usage, zoneHint, "%s: %s is not the name of a zone",
				console.Quoted(name), console.Quoted(origin))
		}
		origin = dns.Fqdn(origin)
	}
	in := stdin
	if path != "-" {
		file, err := openRegular(path)
		if err != nil {
			return console.Refuse(exit.Usage, zoneHint, "%s: %v", safetext.Line(path), reason(err))
		}
		defer file.Close()
		in = file
	}
	r := &reader{set: s, origin: origin}
	defer r.closeAll()
	if err := r.open(in, nil, path, absolute(path)); err != nil {
		return err
	}
	return r.read()
}

// reader reads one zone file and those that it includes.
type reader struct {
	set     *Set
	origin  string // "": not given
	zone    *zone
	sources []*source // open; the last one is being read
	opened  int
	left    *source // the included file that has been closed last
	refused error   // why a file could not be included
}

// open begins to read a file.
func (r *reader) open(in io.Reader, closer io.Closer, name, path string) error {
	if r.opened++; r.opened > limits.ZoneFiles {
		return errors.New("too many files are included")
	}
	index, err := r.set.file(name)
	if err != nil {
		return err
	}
	s, err := newSource(in, console.InputName(name), index)
	s.file, s.path = closer, path
	if len(r.sources) > 0 {
		s.ttl = r.top().ttl
	}
	r.sources = append(r.sources, s)
	if err != nil {
		return console.Refuse(exit.Usage, "'iconv -f UTF-16 -t UTF-8' converts it", "%s: %v", s.name, err)
	}
	return nil
}

// top is the file that is being read.
func (r *reader) top() *source { return r.sources[len(r.sources)-1] }

func (r *reader) closeAll() {
	for _, s := range r.sources {
		if s.file != nil {
			s.file.Close()
		}
	}
}

// read reads all records.
func (r *reader) read() error {
	first := r.sources[0]
	parser := dns.NewZoneParser(first, r.origin, first.path)
	parser.SetDefaultTTL(3600)
	parser.SetIncludeAllowed(true)
	parser.SetIncludeFS(r)
	var early []placed // records before the SOA record
	for rr, ok := parser.Next(); ok; rr, ok = parser.Next() {
		p := placed{rr, r.top().index, r.top().line()}
		soa, isSOA := rr.(*dns.SOA)
		switch {
		case rr.Header().Name == "":
			return r.refuse("the record has no owner, and none before it has one")
		case empty(rr):
			return r.refuse(noData)
		case r.zone != nil && isSOA && resolve.NameOf(soa.Hdr.Name) != r.zone.apex:
			return r.refuse("a second SOA record, of %s: a file holds one zone", soa.Hdr.Name)
		case r.zone != nil:
		case isSOA:
			if err := r.begin(soa.Hdr.Name); err != nil {
				return err
			}
			if r.origin == "" && len(r.sources) == 1 && !first.origin {
				first.insert = "$ORIGIN " + soa.Hdr.Name + "\n"
			}
		default:
			if early = append(early, p); len(early) > limits.ZoneRecords {
				return errTooMany()
			}
			continue
		}
		if err := r.set.add(r.zone, rr, p.file, p.line); err != nil {
			return err
		}
	}
	if err := parser.Err(); err != nil {
		return r.syntax(err)
	}
	return r.end(early)
}

// placed is a record with its place.
type placed struct {
	rr   dns.RR
	file uint16
	line int
}

// begin starts the zone of the file.
func (r *reader) begin(apex string) error {
	var err error
	r.zone, err = r.set.begin(resolve.NameOf(apex), r.sources[0].name)
	return err
}

// end adds the records that came before the SOA record, or that have none.
func (r *reader) end(early []placed) error {
	if r.zone == nil {
		if r.origin == "" {
			return console.Refuse(exit.Usage, zoneHint, "%s: there is no SOA record", r.sources[0].name)
		}
		if err := r.begin(r.origin); err != nil {
			return err
		}
	}
	for _, p := range early {
		if err := r.set.add(r.zone, p.rr, p.file, p.line); err != nil {
			return err
		}
	}
	return nil
}

// Open opens an included file for dns.ZoneParser, which has made the path absolute, and
// has taken its first slash away. It has to be below the directory of the zone file.
func (r *reader) Open(given string) (fs.File, error) {
	name := rooted(given, r.top().path)
	shown := filepath.FromSlash(name)
	if dir, err := filepath.Abs("."); err == nil {
		if short, err := filepath.Rel(dir, shown); err == nil && !strings.HasPrefix(short, "..") {
			shown = short
		}
	}
	file, err := openBelow(filepath.Dir(filepath.FromSlash(r.sources[0].path)), filepath.FromSlash(name))
	if err == nil {
		if err = r.open(file, file, shown, given); err != nil {
			file.Close()
		}
	}
	if err != nil {
		r.refused = fmt.Errorf("%s: %w", safetext.Line(shown), reason(err))
		return nil, err
	}
	return &included{r.top(), r}, nil
}

// included is a file that another one includes.
type included struct {
	*source
	reader *reader
}

func (f *included) Stat() (fs.FileInfo, error) { return nil, fs.ErrInvalid }

// Close is called by dns.ZoneParser at the end of the file.
func (f *included) Close() error {
	r := f.reader
	r.left, r.sources = f.source, r.sources[:len(r.sources)-1]
	return f.source.file.Close()
}

// refuse returns a Refusal about the line that has just been read.
func (r *reader) refuse(format string, args ...any) error {
	s := r.top()
	return console.Refuse(exit.Usage, "", "%s:%d: "+format, append([]any{s.name, s.line()}, args...)...)
}

// syntax returns a Refusal for an error of dns.ZoneParser, or of reading.
func (r *reader) syntax(err error) error {
	s := r.top()
	if r.left != nil && (r.left.err != nil || strings.HasPrefix(err.Error(), r.left.path+": ")) {
		s = r.left // the parser has closed it already
	}
	var syntax *dns.ParseError
	text, hint := "", ""
	switch {
	case s.err != nil:
		text = reason(s.err).Error()
	case r.refused != nil:
		text = "$INCLUDE: " + r.refused.Error()
		if errors.Is(r.refused, errOutside) {
			hint = "a zone from stdin, --zone ZONE=-, may include what is below the working directory"
		}
	case errors.As(err, &syntax):
		text = strings.TrimPrefix(strings.TrimPrefix(err.Error(), s.path+": "), "dns: ")
		if i := strings.LastIndex(text, " at line: "); i >= 0 {
			text = text[:i] // of a $GENERATE, it counts its own lines
		}
		if text = plain(text); strings.HasPrefix(text, badName) && r.origin == "" {
			hint = "names without a final dot need $ORIGIN in the file, or the zone's name: --zone ZONE=FILE"
		}
	default:
		text = err.Error()
	}
	return console.Refuse(exit.Usage, hint, "%s:%d: %s", s.name, s.line(), safetext.Cut(safetext.Line(text), 160))
}
