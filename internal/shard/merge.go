package shard

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
	"strings"

	"rdnsproxy/check"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/safetext"
)

// Merged is the results of several files, as one run over the whole list would have them.
type Merged struct {
	Versions []string // of the programs that made them, each once

	// Lacking says what a partial merge does without, once Results has ended: files whose
	// run has not ended, and shares that are missing. It is safe to print.
	Lacking []string

	partial bool
	parts   []*part
}

// part is one file of a merge.
type part struct {
	name   string // safe to print
	file   *os.File
	from   int64 // where in the file reading began
	lines  *lines
	begin  *Begin // nil: it has none, so that nobody can tell what is missing
	end    *End
	first  []byte // its first line, if that is a result
	n      int    // results read
	sum    Sum    // of their targets
	result *check.Result
	at     int // its position in the whole list; 0: not known
}

// mergeHint is the hint where files cannot be merged, partialHint where a part can be.
const mergeHint = "--merge takes files that check --format jsonl has written: all shares of one run, each once"

const partialHint = "let that run end, for which --resume goes on with a file; or --partial reports what there is"

// Merge opens files of results in JSON Lines, and reads those that can be read twice to see
// that they are whole. If they are of the shares of a list, all of them have to be there,
// each once, complete and made alike. The error is a Refusal that says in one line what is
// wrong. - is stdin. If partial is set, runs need not have ended and
// not all shares have to be there: see Merged.Lacking.
func Merge(paths []string, stdin *os.File, partial bool) (*Merged, error) {
	m := &Merged{partial: partial}
	for _, path := range paths {
		p, err := openPart(path, stdin)
		if err != nil {
			m.Close()
			return nil, err
		}
		m.parts = append(m.parts, p)
	}
	if err := cmp.Or(m.once(), m.something(), m.fit()); err != nil {
		m.Close()
		return nil, err
	}
	if err := m.sweep(); err != nil {
		m.Close()
		return nil, err
	}
	return m, nil
}

// Close closes the files.
func (m *Merged) Close() {
	for _, p := range m.parts {
		p.file.Close()
	}
}

func openPart(path string, stdin *os.File) (*part, error) {
	p := &part{name: console.InputName(path), file: stdin}
	if path != "-" {
		var err error
		if p.file, err = os.Open(path); err != nil {
			return nil, console.Refuse(exit.Usage, mergeHint, "%s: %s", p.name, console.PlainError(err))
		}
	}
	p.from, _ = p.file.Seek(0, io.SeekCurrent) // 0 for a pipe, which is read once
	p.lines = linesOf(p.file)
	line, err := p.lines.read()
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, p.refuse("%s", console.PlainError(err))
	}
	if b, ok := parseBegin(line); ok {
		p.begin = &b
		b.Options = safe(b.Options)
		p.end = endOf(p.file)
	} else {
		p.first = slices.Clone(line)
	}
	return p, nil
}

// safe makes options from a file safe to print.
func safe(options map[string]string) map[string]string {
	all := map[string]string{}
	for name, value := range options {
		all[safetext.Line(name)] = safetext.Line(value)
	}
	return all
}

// endOf returns the last line of a file that can be read from any place, if that is its
// end; else nil.
func endOf(file *os.File) *End {
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return nil
	}
	tail := make([]byte, min(info.Size(), 4096))
	if _, err := file.ReadAt(tail, info.Size()-int64(len(tail))); err != nil {
		return nil
	}
	last := tail
	for i := len(tail) - 2; i >= 0; i-- {
		if tail[i] == '\n' {
			last = tail[i+1:]
			break
		}
	}
	if e, ok := parseEnd(last); ok {
		return &e
	}
	return nil
}

// fit checks that the parts are one run.
func (m *Merged) fit() error {
	var first *part // with a head
	of := map[string]*part{}
	for _, p := range m.parts {
		if p.begin == nil {
			continue
		}
		if v := safetext.Line(p.begin.Version); !slices.Contains(m.Versions, v) {
			m.Versions = append(m.Versions, v)
		}
		if first == nil {
			first = p
		}
		if d := first.begin.differs(*p.begin); d != "" {
			return p.refuse("it %s, %s was not", d, first.name)
		}
		shard := safetext.Line(p.begin.Shard)
		if other := of[shard]; shard != "" && other != nil {
			return p.refuse("share %s is in %s already", shard, other.name)
		}
		of[shard] = p
		if p.regular() && (p.end == nil || !p.end.Complete) {
			if err := m.lack(partialHint, p.name+": the run that wrote it has not ended"); err != nil {
				return err
			}
		}
	}
	if first == nil {
		return nil
	}
	return m.all(first, of)
}

// lack notes what is missing if that may be; else it returns a Refusal with a hint.
func (m *Merged) lack(hint, what string) error {
	if !m.partial {
		return console.Refuse(exit.Usage, hint, "%s", what)
	}
	if !slices.Contains(m.Lacking, what) {
		m.Lacking = append(m.Lacking, what)
	}
	return nil
}

// all checks that all shares are there.
func (m *Merged) all(first *part, of map[string]*part) error {
	whole, err := Shard{}, error(nil)
	if first.begin.Shard != "" {
		whole, err = Parse(first.begin.Shard, func(string) (string, bool) { return "", false })
	}
	if err != nil {
		return first.refuse("its share is %s", console.Quoted(first.begin.Shard))
	}
	for _, p := range m.parts {
		shard := ""
		if p.begin != nil {
			shard = p.begin.Shard
		}
		i, n := 0, 0
		fmt.Sscanf(shard, "%d/%d", &i, &n)
		if n != whole.N || whole.N > 0 && (i < 1 || i > n) {
			return p.refuse("it is %s, %s is %s", kind(shard), first.name, kind(first.begin.Shard))
		}
	}
	var missing []string
	for i := range whole.N {
		if s := (Shard{i + 1, whole.N}).String(); of[s] == nil {
			missing = append(missing, s)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return m.lack(mergeHint, areMissing(missing))
}

// missingShown is how many of the shares that are missing a message lists.
const missingShown = 10

// areMissing says which shares are missing.
func areMissing(shares []string) string {
	if len(shares) == 1 {
		return "share " + shares[0] + " is missing"
	}
	shown := shares[:min(len(shares), missingShown)]
	text := fmt.Sprintf("%d shares are missing: %s", len(shares), strings.Join(shown, ", "))
	if rest := len(shares) - len(shown); rest > 0 {
		text += fmt.Sprintf(" and %d more", rest)
	}
	return text
}

// kind is what a file holds.
func kind(shard string) string {
	if shard == "" {
		return "no share of a list"
	}
	return "share " + safetext.Line(shard)
}

func (p *part) regular() bool {
	info, err := p.file.Stat()
	return err == nil && info.Mode().IsRegular()
}

func (p *part) refuse(format string, args ...any) error {
	return console.Refuse(exit.Usage, mergeHint, "%s: %s", p.name, fmt.Sprintf(format, args...))
}

// Results yields the results: in the order of the whole list where the files say what
// that is, else file by file. Only one result of each file is in memory. An error, a
// Refusal, ends it.
func (m *Merged) Results() iter.Seq2[*check.Result, error] {
	return func(yield func(*check.Result, error) bool) {
		left := slices.Clone(m.parts)
		for {
			var least *part
			for _, p := range slices.Clone(left) {
				if p.result == nil {
					switch err := m.advance(p); {
					case errors.Is(err, io.EOF):
						left = slices.DeleteFunc(left, func(q *part) bool { return q == p })
						continue
					case err != nil:
						yield(nil, err)
						return
					}
				}
				if least == nil || p.at < least.at {
					least = p
				}
				if p.at == 0 {
					break // without positions the files come one after another
				}
			}
			if least == nil {
				return
			}
			r := least.result
			least.result = nil
			if !yield(r, nil) {
				return
			}
		}
	}
}

// advance reads the next result of a part. The error is io.EOF after the last one.
func (m *Merged) advance(p *part) error {
	for {
		line := p.first
		p.first = nil
		if line == nil {
			var err error
			if line, err = p.lines.read(); errors.Is(err, io.EOF) {
				return m.complete(p)
			} else if err != nil {
				return p.refuse("line %d: %v", p.lines.n, err)
			}
		}
		if len(line) == 0 {
			return io.EOF // an empty file
		}
		if e, ok := parseEnd(line); ok {
			p.end = &e
			continue
		}
		if isRecord(line) {
			continue // of a kind that later versions may have
		}
		if m.partial && line[len(line)-1] != '\n' { // it is being written, or the run was killed
			return cmp.Or(m.lack("", p.name+": its last line is cut"), io.EOF)
		}
		r := new(check.Result)
		if err := json.Unmarshal(line, r); err != nil || !known(r) {
			return p.notResult(p.lines.n)
		}
		r.MakeSafe()
		p.n++
		p.sum.Add(line)
		p.result, p.at = r, positionOf(line)
		return nil
	}
}

// known reports whether a result is one that this program could have made.
func known(r *check.Result) bool {
	return r.Schema == check.Schema && r.Target != "" && slices.Contains(check.Verdicts(), r.Verdict)
}

// complete checks the end of a file that says how long it is.
func (m *Merged) complete(p *part) error {
	switch {
	case p.begin == nil:
		return io.EOF
	case p.end == nil || !p.end.Complete:
		return cmp.Or(m.lack(partialHint, p.name+": the run that wrote it has not ended"), io.EOF)
	}
	return cmp.Or(p.counted(p.end, p.n, p.sum), io.EOF)
}
