package shard

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/safetext"
)

// Begin is the first line of a file of results that has to be put together with others,
// or goes on after the run was killed: whose results these are. Readers that want results
// skip lines that have a "record".
type Begin struct {
	Record  string            `json:"record"` // "begin"
	Schema  int               `json:"schema"` // of the results
	Shard   string            `json:"shard,omitempty"`
	Options map[string]string `json:"options"` // the flags that decide what a result says, those that are not the default
	Time    time.Time         `json:"time,omitzero"`
	Version string            `json:"version,omitempty"`
}

// End is the last line of such a file, unless the run was killed.
type End struct {
	Record   string         `json:"record"` // "end"
	Complete bool           `json:"complete"`
	Targets  int            `json:"targets"` // results in the file
	By       map[string]int `json:"severities"`
	Sum      string         `json:"sum,omitempty"` // Sum of their targets; versions before had none
	Time     time.Time      `json:"time,omitzero"`
}

// Line returns the record as a line of JSON.
func (b Begin) Line() []byte {
	b.Record, b.Schema = "begin", check.Schema
	if b.Options == nil {
		b.Options = map[string]string{}
	}
	return line(b)
}

// Line returns the record as a line of JSON.
func (e End) Line() []byte {
	e.Record = "end"
	if e.By == nil {
		e.By = map[string]int{}
	}
	return line(e)
}

// began reports whether first is what a run like this one has left that was killed while it
// wrote its first line. Such a file is begun anew, so nothing counts that somebody else may
// have written: it has the line's kind, and up to the time what this run would write.
func (b Begin) began(first []byte) bool {
	const kind, stamp = `{"record":"begin",`, `"time":"`
	b.Time = time.Unix(0, 0)
	before, _, _ := bytes.Cut(b.Line(), []byte(stamp))
	head := append(before, stamp...)
	n := min(len(first), len(head))
	return n >= len(kind) && bytes.Equal(first[:n], head[:n]) && !bytes.HasSuffix(first, []byte("\n"))
}

func line(record any) []byte {
	b, err := json.Marshal(record)
	if err != nil {
		panic(err) // there is nothing in a record that JSON does not have
	}
	return append(b, '\n')
}

// isRecord reports whether a line is a record and not a result.
func isRecord(line []byte) bool { return bytes.HasPrefix(line, []byte(`{"record":`)) }

// parseBegin parses a first line; false if it is something else.
func parseBegin(line []byte) (b Begin, ok bool) {
	ok = isRecord(line) && json.Unmarshal(line, &b) == nil && b.Record == "begin"
	return b, ok
}

// parseEnd parses a last line; false if it is something else.
func parseEnd(line []byte) (e End, ok bool) {
	ok = isRecord(line) && json.Unmarshal(line, &e) == nil && e.Record == "end"
	return e, ok
}

// differs says in what another run differs, so that its results do not belong with these;
// "" if in nothing. The version of the program may differ.
func (b Begin) differs(other Begin) string {
	if b.Schema != other.Schema {
		return fmt.Sprintf("has results of schema %d, not %d", other.Schema, b.Schema)
	}
	names := slices.Sorted(maps.Keys(b.Options))
	for name := range other.Options {
		if _, both := b.Options[name]; !both {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		ours, theirs := b.Options[name], other.Options[name]
		switch {
		case ours == theirs:
		case theirs == "":
			return "was made without --" + safetext.Line(name)
		default:
			return "was made with --" + safetext.Line(name) + " " + safetext.Cut(safetext.Line(theirs), 80)
		}
	}
	return ""
}

// position is the member that says where in the whole list the target of a result stands,
// counted from 1. It is the last one of a line.
const position = `,"position":`

// AppendPosition adds its position to the last line of dst, a result in JSON.
func AppendPosition(dst []byte, n int) []byte {
	end := len(dst)
	for end > 0 && dst[end-1] != '}' {
		end--
	}
	if end == 0 {
		return dst
	}
	return append(strconv.AppendInt(append(dst[:end-1], position...), int64(n), 10), "}\n"...)
}

// pair is the member that says which address of its target a result is about, if the list
// has one with it.
const pair = `,"pair":"`

// AppendPair adds the address of a pair to the last line of dst, a result in JSON.
func AppendPair(dst []byte, a netip.Addr) []byte {
	end := len(dst)
	for end > 0 && dst[end-1] != '}' {
		end--
	}
	if end == 0 {
		return dst
	}
	return append(a.AppendTo(append(dst[:end-1], pair...)), "\"}\n"...)
}

// Identity is what tells targets of a list apart: their text as results have it, and the
// address if they are pairs.
func Identity(target string, a netip.Addr) string {
	if !a.IsValid() {
		return target
	}
	return target + "," + a.String()
}

// pairOf returns the address in a line; an invalid one if it has none.
func pairOf(line []byte) netip.Addr {
	i := bytes.LastIndex(line, []byte(pair))
	if i < 0 {
		return netip.Addr{}
	}
	text, _, _ := bytes.Cut(line[i+len(pair):], []byte(`"`))
	a, _ := netip.ParseAddr(string(text))
	return a
}

// positionOf returns the position in a line; 0 if it has none.
func positionOf(line []byte) int {
	i := bytes.LastIndex(line, []byte(position))
	if i < 0 {
		return 0
	}
	n, err := strconv.Atoi(strings.TrimRight(string(line[i+len(position):]), "}\n"))
	if err != nil {
		return 0
	}
	return n
}

// identityOf returns the Identity of a line that is a result; false if it is none.
func identityOf(line []byte) (string, bool) {
	target, ok := targetOf(line)
	return Identity(target, pairOf(line)), ok
}

// targetOf returns the target of a line that is a result; false if it is none.
func targetOf(line []byte) (string, bool) {
	const head = `{"schema":1,"target":"`
	if rest, ok := bytes.CutPrefix(line, []byte(head)); ok {
		if i := bytes.IndexByte(rest, '"'); i >= 0 && bytes.IndexByte(rest[:i], '\\') < 0 && bytes.HasSuffix(rest, []byte("}\n")) {
			return string(rest[:i]), true
		}
	}
	var r struct {
		Schema int     `json:"schema"`
		Target *string `json:"target"`
	}
	if json.Unmarshal(line, &r) != nil || r.Schema != check.Schema || r.Target == nil {
		return "", false
	}
	return *r.Target, true
}

// severitiesIn returns the severities that a result's line names: those of its findings,
// and their worst.
func severitiesIn(line []byte) (found []check.Severity) {
	for s := check.Pass; s <= check.Error; s++ {
		if bytes.Contains(line, []byte(`"severity":"`+s.String()+`"`)) {
			found = append(found, s)
		}
	}
	return found
}

// has reports whether a result's line has a finding of a code.
func has(line []byte, code check.Code) bool {
	return bytes.Contains(line, []byte(`{"code":"`+string(code)+`"`))
}
