package hostsfile

import (
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func parseText(t testing.TB, text string) *File {
	t.Helper()
	f, err := Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// Each row was tried against glibc 2.36's files module.
func TestLine(t *testing.T) {
	for _, tt := range []struct{ raw, addr, names string }{
		{"127.0.0.1 localhost\n", "127.0.0.1", "localhost"},
		{"192.168.1.243\tmy.example.com  my\r\n", "192.168.1.243", "my.example.com my"},
		{"  5.6.7.8   foo.example#x y\n", "5.6.7.8", "foo.example"},
		{"1.2.3.4 a\v\fb", "1.2.3.4", "a b"},
		{"::1 localhost ip6-localhost", "::1", "localhost ip6-localhost"},
		{"::ffff:9.9.9.9 mapped", "::ffff:9.9.9.9", "mapped"},
		{"1.2.3.5 dot.", "1.2.3.5", "dot."},
		{"1.2.3.4 a\x00b c", "1.2.3.4", "a"},
		{"", "", ""},
		{"\n", "", ""},
		{"# 1.2.3.4 comment", "", ""},
		{"#1.2.3.4 comment", "", ""},
		{"1.2.3.4", "", ""},
		{"1.2.3.4 # nobody", "", ""},
		{"1.2.3.4#x y", "", ""},
		{"1.2.3 short", "", ""},
		{"127.1 short", "", ""},
		{"010.1.1.1 octal", "", ""},
		{"fe80::1%lo zoned", "", ""},
		{"name 1.2.3.4", "", ""},
		{"[::1] brackets", "", ""},
	} {
		f := parseText(t, tt.raw)
		var l Line
		if len(f.Lines) > 0 {
			l = f.Lines[0]
		}
		addr := ""
		if l.Addr.IsValid() {
			addr = l.Addr.String()
		}
		if addr != tt.addr || strings.Join(l.Names, " ") != tt.names {
			t.Errorf("%q: %s %q, want %s %q", tt.raw, addr, l.Names, tt.addr, tt.names)
		}
	}
}

const sample = `# local
::1 six
127.0.0.1 localhost four
1.2.3.4 Foo.Example alias1
5.6.7.8   foo.EXAMPLE foo.example # twice
::ffff:9.9.9.9 mapped
9.9.9.9 plain
1.2.3.5 dot.
2001:db8::1 foo.example
`

// bothWays runs a test on a file that is searched, and on one with an index.
func bothWays(t *testing.T, test func(*testing.T, *File)) {
	t.Run("scan", func(t *testing.T) { test(t, parseText(t, sample)) })
	t.Run("index", func(t *testing.T) {
		f := parseText(t, sample)
		f.lookups.Store(scans)
		test(t, f)
	})
}

func TestForward(t *testing.T) { bothWays(t, testForward) }

func testForward(t *testing.T, f *File) {
	for name, want := range map[string][]int{
		"foo.example":  {4, 5, 9},
		"FOO.example":  {4, 5, 9},
		"alias1":       {4},
		"foo.example.": nil,
		"dot.":         {8},
		"dot":          nil,
		"":             nil,
		"1.2.3.4":      nil,
	} {
		var got []int
		for _, l := range f.Forward(name) {
			got = append(got, l.N)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: lines %v, want %v", name, got, want)
		}
	}
}

func TestReverse(t *testing.T) { bothWays(t, testReverse) }

func testReverse(t *testing.T, f *File) {
	for addr, want := range map[string]string{
		"127.0.0.1":      "six", // ::1 reads as 127.0.0.1, and stands first
		"::1":            "six",
		"1.2.3.4":        "Foo.Example",
		"9.9.9.9":        "mapped",
		"::ffff:9.9.9.9": "mapped",
		"2001:db8::1%lo": "foo.example",
		"2001:db8::2":    "",
		"192.168.1.243":  "",
		"::ffff:1.2.3.4": "", // an IPv6 lookup does not see an IPv4 line
		"":               "",
	} {
		a, _ := netip.ParseAddr(addr)
		got := ""
		if l := f.Reverse(a); l != nil {
			got = l.Canonical()
		}
		if got != want {
			t.Errorf("%s: %q, want %q", addr, got, want)
		}
	}
}

func TestFamilies(t *testing.T) {
	for _, tt := range []struct{ addr, four, six string }{
		{"192.0.2.1", "192.0.2.1", ""},
		{"::1", "127.0.0.1", "::1"},
		{"::ffff:192.0.2.1", "192.0.2.1", "::ffff:192.0.2.1"},
		{"2001:db8::1", "", "2001:db8::1"},
	} {
		l := Line{Addr: netip.MustParseAddr(tt.addr)}
		if got := text(l.IPv4()); got != tt.four {
			t.Errorf("%s as IPv4: %q, want %q", tt.addr, got, tt.four)
		}
		if got := text(l.IPv6()); got != tt.six {
			t.Errorf("%s as IPv6: %q, want %q", tt.addr, got, tt.six)
		}
	}
}

func TestParseFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "hosts")
	if err := os.WriteFile(path, []byte(sample), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := ParseFile(path)
	if err != nil || f.Path != path || string(f.Bytes()) != sample {
		t.Fatalf("%+v, %v", f, err)
	}

	long := filepath.Join(dir, "long") // sparse: refused by its size, not by reading it
	if err := os.WriteFile(long, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(long, 100<<20); err != nil {
		t.Fatal(err)
	}
	_, err = os.Stat(filepath.Join(dir, "missing"))
	missing := errors.Unwrap(err).Error() // in the system's words
	for path, want := range map[string]string{
		long:                           "longer than 100 MB or four million lines; name a smaller one",
		dir:                            "is a directory; name a file",
		filepath.Join(dir, "missing"):  missing,
		filepath.Join(dir, "a\x1b[2J"): `a\027[2J: `,
	} {
		f, err := ParseFile(path)
		if f != nil || err == nil || !strings.Contains(err.Error(), want) || strings.ContainsAny(err.Error(),
			"\x1b\n") {
			t.Errorf("%q: %v, %v", path, f, err)
		}
	}
	if _, err := ParseFile(long); !errors.Is(err, ErrTooLong) {
		t.Errorf("%v is not ErrTooLong", err)
	}
	if _, err := ParseFile(filepath.Join(dir, "missing")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v is not ErrNotExist", err)
	}
}

func TestParseLimit(t *testing.T) {
	for text, ok := range map[string]bool{
		strings.Repeat("#", MaxSize):     true,
		strings.Repeat("#", MaxSize+1):   false,
		strings.Repeat("\n", MaxLines):   true,
		strings.Repeat("\n", MaxLines+1): false,
	} {
		if _, err := Parse(strings.NewReader(text)); ok != (err == nil) || !ok && !errors.Is(err, ErrTooLong) {
			t.Errorf("%d bytes, %d lines: %v", len(text), strings.Count(text, "\n"), err)
		}
	}
}

// No byte is lost, lookups do not panic, and every name and address of a line is found.
func FuzzParse(f *testing.F) {
	for _, s := range []string{sample, "", "\n", "1.2.3.4 a", "\r\n\r\n", "1.2.3.4 \x00", "::1\tA b #c\n\n#",
		"1.2.3.4 a a a\n1.2.3.4 a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		file := parseText(t, text)
		if got := string(file.Bytes()); got != text {
			t.Fatalf("%q came back as %q", text, got)
		}
		file.Forward(text)
		for i := range file.Lines {
			l := &file.Lines[i]
			if l.N != i+1 || l.Addr.IsValid() != (len(l.Names) > 0) {
				t.Fatalf("line %d: %+v", i+1, l)
			}
			for _, name := range l.Names { // soon by the index, first without
				if !slices.Contains(file.Forward(name), l) {
					t.Fatalf("%q is in line %d and not found", name, l.N)
				}
			}
			if l.Addr.IsValid() && file.Reverse(l.Addr) == nil {
				t.Fatalf("%s is in line %d and not found", l.Addr, l.N)
			}
		}
	})
}

// BenchmarkBlockList is a file as large as they come, of half a million names:
// parse, then one lookup each way.
func BenchmarkBlockList(b *testing.B) {
	var text strings.Builder
	for i := 0; text.Len() < 16<<20; i++ {
		text.WriteString("0.0.0.0 ads")
		for n := i; n > 0; n /= 10 {
			text.WriteByte(byte('0' + n%10))
		}
		text.WriteString(".tracker.example\n")
	}
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		f := parseText(b, text.String())
		f.Forward("ads1.tracker.example")
		f.Reverse(netip.MustParseAddr("0.0.0.0"))
	}
}

func text(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}
