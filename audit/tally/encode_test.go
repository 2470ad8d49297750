package tally

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// encoded returns a tally's lines.
func encoded(t *testing.T, y *Tally) []string {
	t.Helper()
	var b bytes.Buffer
	if err := y.Encode(&b); err != nil {
		t.Fatal(err)
	}
	return slices.Collect(strings.Lines(b.String()))
}

func TestDecodeRefuses(t *testing.T) {
	lines := encoded(t, tallied(NewPart(Options{}), colliding(rand.New(rand.NewPCG(1, 1)), 300)))
	whole := strings.Join(lines, "")
	if _, err := Decode(strings.NewReader(whole)); err != nil {
		t.Fatal(err)
	}
	first := func(old, new string) string {
		return strings.Replace(lines[0], old, new, 1) + strings.Join(lines[1:], "")
	}
	// record returns the tally with a record in the place of its first one of that kind.
	record := func(kind, new string) string {
		var b strings.Builder
		done := false
		for _, l := range lines {
			if !done && strings.HasPrefix(l, `{"`+kind+`":`) {
				l, done = new+"\n", true
			}
			b.WriteString(l)
		}
		if !done {
			t.Fatalf("no %s", kind)
		}
		return b.String()
	}
	for _, c := range []struct{ name, text, want string }{
		{"nothing", "", "the end is missing"},
		{"a log", "Nov 25 20:08:24 fs1 sshd[1]: x\n", "this is no tally"},
		{"a report", `{"schema": 1, "kind": "audit"}` + "\n", "this is no tally"},
		{"another schema", first(`"Schema":1`, `"Schema":2`), "another version"},
		{"another hash", first(`"Hash":"`, `"Hash":"0`), "another version"},
		{"other kinds of events", first(`"Messages":[`, `"Messages":[0,`), "another version"},
		{"cut", strings.Join(lines[:len(lines)-1], ""), "the end is missing"},
		{"a line is missing", lines[0] + strings.Join(lines[2:], ""), "lines are missing"},
		{"more behind it", whole + lines[1], "something follows"},
		{"an unknown member", record("Host", `{"Host":{"Name":"x","N":1,"Seq":1,"Colour":"red"}}`), "unknown field"},
		{"an empty record", record("Hour", `{}`), "empty record"},
		{"a host in the future", record("Host", `{"Host":{"Name":"x","N":1,"Seq":99999}}`), "out of order"},
		{"a negative place", record("Host", `{"Host":{"Name":"x","N":-1,"Seq":1}}`), "out of order"},
		{"a host that is none", record("Open", `{"Open":{"Host":99,"PID":1,"Addr":""}}`), "a process that cannot be"},
		{"an edge that is none", record("Open", `{"Open":{"PID":99,"Addr":"","Edge":99,"Place":[1,1,1,1]}}`), "without its edge"},
		{"a kind that is none", record("Open", `{"Open":{"PID":99,"Addr":"","Place":[1,1,1,1],"Kinds":[200,0]}}`), "cannot be"},
		{"a client without address", record("Client", `{"Client":{"Addr":""}}`), "without an address"},
		{"a client with a zone", record("Client", `{"Client":{"Addr":"fe80::1%eth0"}}`), "without an address"},
		{"a sample that is too large", record("Client",
			`{"Client":{"Addr":"192.0.2.200","Users":[`+strings.Repeat(`{"Name":"x","N":1},`, 8)+`{"Name":"x","N":1}]}}`), "too large"},
		{"a client twice", strings.Replace(whole, lines[len(lines)-1], lines[len(lines)-2]+lines[len(lines)-1], 1), "twice"},
		{"a long line", lines[0] + `{"Host":{"Name":"` + strings.Repeat("x", longestLine) + `"}}` + "\n", "too long"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Decode(strings.NewReader(c.text))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, not %q", err, c.want)
			}
			if strings.Contains(c.want, "version") != errors.Is(err, ErrVersion) {
				t.Errorf("%v is ErrVersion: %v", err, errors.Is(err, ErrVersion))
			}
		})
	}
}

// endless is a line that does not end.
type endless struct{}

func (endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 'x'
	}
	return len(b), nil
}

func TestDecodeStopsReading(t *testing.T) {
	_, err := Decode(io.MultiReader(strings.NewReader(`{"Kind":"`), endless{}))
	if err == nil || !strings.Contains(err.Error(), "line 1 of the tally: too long") {
		t.Error(err)
	}
}

func TestOptionsHaveToBeTheSame(t *testing.T) {
	a, b := New(Options{}), NewPart(Options{Since: 1})
	if err := a.Merge(b); err == nil {
		t.Error("merged with other options")
	}
	a.Finish()
	if err := a.Merge(NewPart(Options{})); err == nil {
		t.Error("merged into a finished tally")
	}
	if err := a.Encode(io.Discard); err == nil {
		t.Error("encoded a finished tally")
	}
}
