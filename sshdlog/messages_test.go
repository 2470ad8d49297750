package sshdlog

import (
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write what the messages of the corpus are now taken for into it")

// shape prints an event in one line.
func (e *Event) shape() string {
	var b strings.Builder
	b.WriteString(e.Kind.String())
	switch {
	case e.Sure:
		fmt.Fprintf(&b, " %s", e.Addr)
		if e.Port != 0 {
			fmt.Fprintf(&b, ":%d", e.Port)
		}
	case e.Addr.IsValid():
		b.WriteString(" unsure-but-" + e.Addr.String())
	case e.Port != 0:
		fmt.Fprintf(&b, " :%d", e.Port)
	}
	for _, f := range []struct {
		set  bool
		name string
	}{{e.Suspect, "suspect"}, {e.Listener, "listener"}, {e.Preauth, "preauth"}, {e.Invalid, "invalid"}, {e.Unchecked, "unchecked"}} {
		if f.set {
			b.WriteString(" " + f.name)
		}
	}
	if e.Repeat != 1 {
		fmt.Fprintf(&b, " x%d", e.Repeat)
	}
	if e.HasUser {
		fmt.Fprintf(&b, " user=%q", e.User)
	}
	for _, t := range []struct {
		name string
		text []byte
	}{{"name", e.Name}, {"method", e.Method}, {"rest", e.Rest}, {"at", e.At}} {
		if len(t.text) > 0 {
			fmt.Fprintf(&b, " %s=%q", t.name, t.text)
		}
	}
	if m := e.Masked(); string(m) != string(e.Text) {
		fmt.Fprintf(&b, " masked=%q", m)
	}
	return b.String()
}

// parse reads a message as if a frame had it, of Dropbear if that stands before it.
func parse(msg string, cut int) (*Event, bool) {
	f := &Frame{Cut: cut, Repeat: 1, Trust: Unknown}
	if r, ok := strings.CutPrefix(msg, "dropbear: "); ok {
		msg, f.Program = r, Dropbear
	}
	f.Msg = []byte(msg)
	var e Event
	return &e, ParseEvent(f, &e)
}

// TestMessages reads files of messages, with what they are on the next line.
func TestMessages(t *testing.T) {
	for _, file := range []string{"testdata/messages.txt", "testdata/forged.txt"} {
		t.Run(file, func(t *testing.T) { messages(t, file) })
	}
}

func messages(t *testing.T, file string) {
	const arrow = "  → "
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	msg, known, cut := "", true, 500
	for i, line := range strings.Split(strings.TrimSuffix(string(b), "\n"), "\n") {
		want, isEvent := strings.CutPrefix(line, arrow)
		if !isEvent && !known && !*update {
			t.Errorf("%s:%d: the message before has no event", file, i+1)
		}
		switch {
		case isEvent:
			e, ok := parse(msg, cut)
			if got := e.shape(); got != want && !*update {
				t.Errorf("%s:%d: %s\n got %s\nwant %s", file, i+1, msg, got, want)
			}
			if ok != (e.Kind != Other) {
				t.Errorf("%s:%d: ParseEvent returns %v, and Kind is %v", file, i+1, ok, e.Kind)
			}
			known = true
			continue
		case line == "" || line[0] == '#':
			known = true
			if n, ok := strings.CutPrefix(line, "## cut "); ok {
				if cut, err = strconv.Atoi(n); err != nil {
					t.Fatal(err)
				}
			}
			out.WriteString(line + "\n")
			continue
		}
		msg, known = line, false
		e, _ := parse(msg, cut)
		out.WriteString(line + "\n" + arrow + e.shape() + "\n")
	}
	if *update {
		if err := os.WriteFile(file, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestAllocations: a log has a hundred million messages.
func TestAllocations(t *testing.T) {
	b, err := os.ReadFile("testdata/messages.txt")
	if err != nil {
		t.Fatal(err)
	}
	var frames []Frame
	for line := range strings.Lines(string(b)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' && !strings.HasPrefix(line, "→") {
			frames = append(frames, Frame{Cut: 500, Repeat: 1, Msg: []byte(line)})
		}
	}
	var e Event
	events := 0
	n := testing.AllocsPerRun(10, func() {
		for i := range frames {
			if ParseEvent(&frames[i], &e) {
				events++
			}
		}
	})
	if n != 0 || events == 0 {
		t.Errorf("%v allocations in %d messages, of which %d are events", n, len(frames), events/11)
	}
}
