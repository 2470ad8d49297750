package inputs

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rdnsproxy/internal/console"
	"rdnsproxy/limits"
)

// write writes a file and returns its path.
func write(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// show returns items as lines: what there is, and why not. The directory of a place is
// left out.
func show(items Items) (lines []string) {
	for item, err := range items {
		if err != nil {
			return append(lines, "end: "+unplaced(err.Error()))
		}
		line := item.Text
		if item.Where != "" {
			line = filepath.Base(item.Where) + " " + line
		}
		if item.Address.IsValid() {
			line += " only " + item.Address.String()
		}
		if item.DNSOnly {
			line += " dns-only"
		}
		if item.Err != nil {
			line = unplaced(fmt.Sprintf("%s bad: %v", line, item.Err))
		}
		lines = append(lines, line)
	}
	return lines
}

// unplaced drops the directories of absolute paths.
func unplaced(s string) string {
	words := strings.Split(s, " ")
	for i, w := range words {
		if filepath.IsAbs(w) {
			words[i] = filepath.Base(w)
		}
	}
	return strings.Join(words, " ")
}

func TestLines(t *testing.T) {
	long := strings.Repeat("x", limits.ListLine)
	tests := []struct {
		name, text string
		want       []string
	}{
		{"plain", "one\ntwo\n", []string{"list:1 one", "list:2 two"}},
		{"comments and blanks", "# all\n\n  one # here\n\t\ntwo", []string{"list:3 one", "list:5 two"}},
		{"from Windows", "\xef\xbb\xbfone\r\ntwo\r\n", []string{"list:1 one", "list:2 two"}},
		{"as long as may be", long + "\ntwo", []string{"list:1 " + long, "list:2 two"}},
		{"as long as may be, from Windows", long + "\r\ntwo", []string{"list:1 " + long, "list:2 two"}},
		{"too long by one", long + "x\ntwo", []string{"list:1 " + long[:256] + " bad: the line is longer than 4096 bytes", "list:2 two"}},
		{"too long", long + "xyz\ntwo", []string{"list:1 " + long[:256] + " bad: the line is longer than 4096 bytes", "list:2 two"}},
		{"too long to the end", "one\n" + strings.Repeat("x", 1<<20), []string{
			"list:1 one", "list:2 " + long[:256] + " bad: the line is longer than 4096 bytes"}},
		{"NUL", "one\nt\x00wo\nthree", []string{"list:1 one", "list:2 t\x00wo bad: the line has a NUL byte", "list:3 three"}},
		{"UTF-16", "\xff\xfeo\x00n\x00e\x00\n\x00", []string{"end: list: the file is in UTF-16, not UTF-8"}},
		{"UTF-16, big-endian", "\xfe\xff\x00o\x00n\x00e\x00\n", []string{"end: list: the file is in UTF-16, not UTF-8"}},
		{"pairs", "web1,192.0.2.1\nroot@web1 , 2001:db8::1 # six\nweb1,::ffff:192.0.2.1\nweb1:22,192.0.2.1", []string{
			"list:1 web1 only 192.0.2.1", "list:2 root@web1 only 2001:db8::1", "list:3 web1 only 192.0.2.1",
			"list:4 web1:22 only 192.0.2.1"}},
		{"bad pairs", "web1\nweb1,web2\n,192.0.2.1\nweb1,\n192.0.2.1,192.0.2.2\n192.0.2.0/24,192.0.2.1\na,b,192.0.2.1", []string{
			"list:1 web1", `list:2 web1,web2 bad: "web2" is not an address`, "list:3 ,192.0.2.1 bad: there is no name before 192.0.2.1",
			`list:4 web1, bad: "" is not an address`,
			`list:5 192.0.2.1,192.0.2.2 bad: "192.0.2.1" is paired with an address, but is not a name`,
			`list:6 192.0.2.0/24,192.0.2.1 bad: "192.0.2.0/24" is paired with an address, but is not a name`,
			`list:7 a,b,192.0.2.1 bad: "b,192.0.2.1" is not an address`}},
		{"a pair with a mistake at first", "web1,192.0.2.300", []string{`list:1 web1,192.0.2.300 bad: "192.0.2.300" is not an address`}},
		{"empty", "", nil},
		{"only a mark", "\xef\xbb\xbf", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := show(Lines(write(t, "list", tt.text), nil)); !slices.Equal(got, tt.want) {
				t.Errorf("%q\nwant %q", got, tt.want)
			}
		})
	}
}

// TestNoList: what a file is instead of a list is said once, by its first line.
func TestNoList(t *testing.T) {
	tests := []struct{ text, want, hint string }{
		{"# plan\nhostname,address\nweb1,192.0.2.1\n", "list:2: this looks like a table", "the first row is hostname, address"},
		{"web1,dc1,192.0.2.1\n", "list:1: this looks like a table", "the first row is web1, dc1, 192.0.2.1"},
		{"\"web1\",\"192.0.2.1\"\n", "list:1: this looks like a table", "the first row is web1, 192.0.2.1"},
		{"host;\x1b[2J\n", "list:1: this looks like a table", `the first row is host, \027[2J`},
		{"web1\t192.0.2.1\n", "list:1: this looks like a table", "--column NAME,ADDRESS for pairs"},
		{`{"host":{"name":"web1","n":1},"host":"x","ip":["192.0.2.1"],"list":[{"a":""},{"a":""}]}` + "\n", "list:1: this looks like JSON Lines",
			"the fields are host.name, host, ip, list.a"},
		{"{\n  \"_meta\": {}\n}\n", "list:1: this looks like JSON", "--ansible"},
	}
	for _, tt := range tests {
		n := 0
		for item, err := range Lines("-", strings.NewReader(tt.text)) {
			if n++; err == nil || err.Error() != strings.Replace(tt.want, "list", "stdin", 1) || !strings.Contains(hintOf(err), tt.hint) || n > 1 {
				t.Errorf("%q: %+v, %v (%s)\nwant %s (%s)", tt.text, item, err, hintOf(err), tt.want, tt.hint)
			}
		}
		if n == 0 {
			t.Errorf("%q: nothing is said", tt.text)
		}
	}
}

// TestConcat: streams come one after the other, and an error ends them all.
func TestConcat(t *testing.T) {
	one, broken := Of(FromArgs([]string{"a", "web1,192.0.2.1"})), Lines("missing", nil)
	if got := show(Concat(one, nil, one)); !slices.Equal(got, []string{"a", "web1 only 192.0.2.1", "a", "web1 only 192.0.2.1"}) {
		t.Errorf("%q", got)
	}
	if got := show(Concat(broken, one)); len(got) != 1 || !strings.HasPrefix(got[0], "end: missing: ") {
		t.Errorf("%q", got)
	}
}

// TestLinesUnreadable: what cannot be read ends the list, and the message has its name.
func TestLinesUnreadable(t *testing.T) {
	_, err := os.Stat("missing")
	if got := show(Lines("missing", nil)); !slices.Equal(got, []string{"end: missing: " + reason(err).Error()}) {
		t.Errorf("%q", got)
	}
	broken := io.MultiReader(strings.NewReader("one\ntwo"), failing{})
	if got := show(Lines("-", broken)); !slices.Equal(got, []string{"stdin:1 one", "stdin:2 two", "end: stdin: broken"}) {
		t.Errorf("%q", got)
	}
}

// TestLinesAreTakenOneByOne: no more is read than is asked for, so that a list can be
// longer than memory, or have no end.
func TestLinesAreTakenOneByOne(t *testing.T) {
	n := 0
	for item, err := range Lines("-", endless{}) {
		if err != nil || item.Text != "host" {
			t.Fatalf("%+v, %v", item, err)
		}
		if n++; n == 100_000 {
			return
		}
	}
	t.Errorf("an endless list ended after %d lines", n)
}

// TestEveryBadLineHasAHint: the user can act on each.
func TestEveryBadLineHasAHint(t *testing.T) {
	for item := range Lines("-", strings.NewReader(strings.Repeat("x", 5000)+"\n\x00")) {
		var r *console.Refusal
		if !errors.As(item.Err, &r) || r.Hint == "" {
			t.Errorf("%v: no hint", item.Err)
		}
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("broken") }

type endless struct{}

func (endless) Read(b []byte) (int, error) { return copy(b, "host\n"), nil }

// hintOf returns the hint of a Refusal; "" if there is none.
func hintOf(err error) string {
	var r *console.Refusal
	if errors.As(err, &r) {
		return r.Hint
	}
	return ""
}
