package hostsfile_test

import (
	"crypto/sha256"
	"fmt"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"testing"

	"rdnsproxy/hostsfile"
)

var (
	article = netip.MustParseAddr("192.168.1.243")
	note    = hostsfile.Note{Written: day("2026-11-22"), Verdict: "unresolvable"}
)

// newLine ends the lines of a file that has no whole line yet.
var newLine = map[bool]string{true: "\r\n", false: "\n"}[runtime.GOOS == "windows"]

const pin = "192.168.1.243  my.example.com  # rdnsproxy 2026-11-22 unresolvable"

func parse(t testing.TB, text string) *hostsfile.File {
	t.Helper()
	f, err := hostsfile.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	f.Path = "/etc/hosts"
	return f
}

func add(t testing.TB, f *hostsfile.File, names ...string) *hostsfile.Edit {
	t.Helper()
	e := f.Edit()
	if err := e.Add(article, note, names...); err != nil {
		t.Fatal(err)
	}
	return e
}

func TestAdd(t *testing.T) {
	for text, want := range map[string]string{
		"":                      pin + newLine,
		"127.0.0.1 localhost\n": "127.0.0.1 localhost\n" + pin + "\n",
		"127.0.0.1 localhost": "127.0.0.1 localhost" + newLine + pin + noNewline("127.0.0.1 localhost") +
			newLine,
		"127.0.0.1 localhost\r\n":        "127.0.0.1 localhost\r\n" + pin + "\r\n",
		"127.0.0.1 a\r\n127.0.0.1 b":     "127.0.0.1 a\r\n127.0.0.1 b\r\n" + pin + noNewline("127.0.0.1 b") + "\r\n",
		"\ufeff":                         "\ufeff" + newLine + pin + noNewline("\ufeff") + newLine,
		"# nothing\n\n":                  "# nothing\n\n" + pin + "\n",
		"127.0.0.1 localhost\r\n#\x00\n": "127.0.0.1 localhost\r\n#\x00\n" + pin + "\n",
	} {
		if got := string(add(t, parse(t, text), "my.example.com").Bytes()); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

// Windows reads nine names of a line.
func TestAddManyNames(t *testing.T) {
	names := strings.Fields("a b c d e f g h i j k l m n o p q r s")
	e := add(t, parse(t, "::1 x"), names...)
	f := parse(t, string(e.Bytes()))
	var got []string
	for _, l := range f.Pinned() {
		if len(l.Names) > hostsfile.MaxNames {
			t.Errorf("%d names in %q", len(l.Names), l.Raw)
		}
		got = append(got, l.Names...)
	}
	if !slices.Equal(got, names) || len(f.Pinned()) != 3 {
		t.Errorf("%q in %d lines", got, len(f.Pinned()))
	}
	if string(removePins(t, f).Bytes()) != "::1 x" {
		t.Error("not what it was")
	}
}

func TestAddRefuses(t *testing.T) {
	f := parse(t, "")
	long := strings.Repeat("a", 64)
	for _, name := range []string{"", ".", "a.", ".a", "a..b", "a b", "a_b", "a#b", "a\nb", "a\x00b", "é", "-a", "a-.b",
		"*.a", long, strings.Repeat("a.", 127) + "a"} {
		if err := f.Edit().Add(article, note, "fine", name); err == nil || strings.ContainsAny(err.Error(), "\n\x00") {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, a := range []netip.Addr{{}, netip.MustParseAddr("fe80::1%eth0")} {
		if err := f.Edit().Add(a, note, "a"); err == nil {
			t.Errorf("%v was taken", a)
		}
	}
	for _, n := range []hostsfile.Note{
		{}, {Verdict: "mismatch"}, {Written: day("2026-11-22")}, {Written: day("2026-11-22"), Verdict: "a\nb"},
		{Written: day("2026-11-22"), Verdict: "exact", Fingerprint: "SHA256:x\n1.2.3.4 evil"},
	} {
		if err := f.Edit().Add(article, n, "a"); err == nil {
			t.Errorf("%+v was taken", n)
		}
	}
	if err := f.Edit().Add(article, note); err == nil {
		t.Error("a line without a name")
	}
	full := parse(t, strings.Repeat("#", hostsfile.MaxSize))
	if err := full.Edit().Add(article, note, "a"); err != hostsfile.ErrTooLong {
		t.Errorf("a full file: %v", err)
	}
}

func removePins(t testing.TB, f *hostsfile.File) *hostsfile.Edit {
	t.Helper()
	e := f.Edit()
	for _, l := range f.Pinned() {
		if err := e.Remove(l.N); err != nil {
			t.Fatal(err)
		}
	}
	return e
}

// noNewline is the word of a note for the line above that had no end.
func noNewline(above string) string {
	return fmt.Sprintf(" no-newline=%x", sha256.Sum256([]byte(above)))[:len(" no-newline=")+8]
}

func TestRemove(t *testing.T) {
	marked := pin + noNewline("a") + "\n"
	for text, want := range map[string]string{
		pin + "\n":     "",
		"a\n" + marked: "a",
		"a\r\n" + strings.TrimSpace(marked) + "\r\n": "a",
		"a\r\n" + pin + noNewline("a\r") + "\n":      "a\r",    // the newline alone was ours
		"a\n" + strings.TrimSpace(marked):            "a",      // somebody took the last one
		"a\n" + marked + "b\n":                       "a\nb\n", // b needs it
		"a\n" + marked + "b":                         "a\nb",
		"a\n" + marked + pin + "\n":                  "a",
		marked:                                       "",
		"a\nb\n" + marked:                            "a\nb\n", // b came between with a newline of its own
		"a b\n" + marked:                             "a b\n",  // somebody has written the line anew
		"b\n" + marked + pin + "\n":                  "b\n",
		"\n" + marked:                                "\n",
	} {
		if got := string(removePins(t, parse(t, text)).Bytes()); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
	e := parse(t, "a\n").Edit()
	if e.Remove(0) == nil || e.Remove(2) == nil {
		t.Error("lines that are not there")
	}
}

// Two lines that were added one after the other go in either order.
func TestRemoveInTurn(t *testing.T) {
	for _, order := range [][]string{{"one.example", "two.example"}, {"two.example", "one.example"}} {
		f := parse(t, string(add(t, parse(t, "::1 x"), "one.example").Bytes()))
		f = parse(t, string(add(t, f, "two.example").Bytes()))
		for _, name := range order {
			e := f.Edit()
			for _, l := range f.PinnedFor(name) {
				e.Remove(l.N)
			}
			f = parse(t, string(e.Bytes()))
		}
		if string(f.Bytes()) != "::1 x" {
			t.Errorf("%q: %q", order, f.Bytes())
		}
	}
}

// A mark is inherited only while it is true, and replaces one that is not.
func TestRemoveInherits(t *testing.T) {
	second := "192.0.2.7  other.example  # rdnsproxy 2026-11-22 missing"
	for _, c := range [][2]string{
		{"a\n" + pin + noNewline("a") + "\n" + second + "\n", "a\n" + second + noNewline("a") + "\n"},
		{"a\n" + pin + noNewline("a") + "\n" + second + noNewline(pin+noNewline("a")) + "\n",
			"a\n" + second + noNewline("a") + "\n"},
		{"b\n" + pin + noNewline("a") + "\n" + second + "\n", "b\n" + second + "\n"},
	} {
		f := parse(t, c[0])
		e := f.Edit()
		e.Remove(2)
		if got := string(e.Bytes()); got != c[1] {
			t.Errorf("%q became %q, want %q", c[0], got, c[1])
		}
	}
}

// A line may go and another come in one edit.
func TestRefresh(t *testing.T) {
	f := parse(t, string(add(t, parse(t, "::1 x"), "my.example.com").Bytes()))
	e := removePins(t, f)
	if err := e.Add(netip.MustParseAddr("192.0.2.7"), note, "my.example.com"); err != nil {
		t.Fatal(err)
	}
	want := "::1 x" + newLine + "192.0.2.7  my.example.com  # rdnsproxy 2026-11-22 unresolvable" + noNewline("::1 x") +
		newLine
	if got := string(e.Bytes()); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestDrop(t *testing.T) {
	for text, want := range map[string]string{
		"1.2.3.4 drop\n":               "",
		"1.2.3.4\tdrop  b # c\r\n":     "1.2.3.4  b # c\r\n",
		"  1.2.3.4 a DROP\n":           "  1.2.3.4 a\n",
		"1.2.3.4 a drop#drop":          "1.2.3.4 a#drop",
		"1.2.3.4 a drop b drop c\x00d": "1.2.3.4 a b c\x00d",
		"1.2.3.4 drop drop #drop\n":    "",
	} {
		e := parse(t, text).Edit()
		if err := e.Drop(1, "Drop"); err != nil {
			t.Fatal(err)
		}
		if got := string(e.Bytes()); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
		if e.Drop(1, "other") == nil || e.Drop(2, "drop") == nil || e.Drop(0, "drop") == nil {
			t.Error("a name that is not there")
		}
	}
}

func TestPins(t *testing.T) {
	f := parse(t, "192.168.1.243 my.example.com\n"+pin+"\n192.0.2.1 MY.example.com # "+
		"rdnsproxy\n::ffff:192.168.1.243 my.example.com\n"+
		"192.0.2.2 other  # rdnsproxy 2026-11-22 exact\n")
	for what, lines := range map[string][]*hostsfile.Line{
		"[2 5]": f.Pinned(), "[2]": f.PinnedFor("MY.example.com"), "[3]": f.Conflicts("my.example.com", article),
		"[1 2 3 4]": f.Conflicts("my.example.com", netip.MustParseAddr("192.0.2.9")),
		"[1 2 4]":   f.Conflicts("my.example.com", netip.MustParseAddr("192.0.2.1")),
		"[]":        f.Conflicts("my.example.com", article, netip.MustParseAddr("192.0.2.1")),
	} {
		var got []string
		for _, l := range lines {
			got = append(got, string(rune('0'+l.N)))
		}
		if s := "[" + strings.Join(got, " ") + "]"; s != what {
			t.Errorf("lines %s, want %s", s, what)
		}
	}
}

// What is added can be found, nothing else changes, and removing it again restores every
// byte.
func FuzzEdit(f *testing.F) {
	for _, s := range []string{
		"", "a", "a\n", "a\r\n", "a\r\nb", "a\r", "x\r\na\r", "\ufeff", "\ufeff127.0.0.1 localhost\r\n", "\x00",
		"a\x00", "\n\n", "\r",
		"127.0.0.1 localhost\n" + pin + "\n", pin, pin + noNewline("a"), "a\n" + pin + noNewline("a") + "\n",
		"# a # rdnsproxy",
	} {
		f.Add(s, uint8(1))
		f.Add(s, uint8(11))
	}
	f.Fuzz(func(t *testing.T, text string, n uint8) {
		var names []string
		for i := range int(n)%26 + 1 {
			names = append(names, "host"+string(rune('a'+i))+".example")
		}
		before := parse(t, text)
		e := add(t, before, names...)
		if string(before.Bytes()) != text || e.Empty() || e.Diff() == "" {
			t.Fatal("the file was changed, or the edit is none")
		}
		after := parse(t, string(e.Bytes()))
		if !strings.HasPrefix(string(after.Bytes()), text) {
			t.Fatalf("%q became %q", text, after.Bytes())
		}
		undo := after.Edit()
		for _, name := range names {
			lines := after.PinnedFor(name)
			if len(lines) != 1 || lines[0].Addr != article {
				t.Fatalf("%s is in %d lines of %q", name, len(lines), after.Bytes())
			}
			undo.Remove(lines[0].N)
		}
		if got := string(undo.Bytes()); got != text {
			t.Fatalf("%q came back as %q", text, got)
		}
		for _, c := range undo.Diff() {
			if c < ' ' && c != '\n' && c != '\t' || c == 0x7f {
				t.Fatalf("not safe to print: %q", undo.Diff())
			}
		}
	})
}
