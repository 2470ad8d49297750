package krb5conf

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// TestCorpus reads each case of testdata and compares with what MIT's library
// (1.20.1: krb5_init_context, profile_get_string, profile_get_boolean) makes of
// it, which stands under "want". The first line names the list of files.
func TestCorpus(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "*.txtar"))
	if err != nil || len(files) < 70 {
		t.Fatal(len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			dir, want := unpack(t, ar)
			list, _ := strings.CutPrefix(strings.TrimSpace(string(ar.Comment)), "paths: ")
			var paths []string
			for _, p := range strings.Fields(list) {
				paths = append(paths, filepath.Join(dir, p))
			}
			if diff := cmp.Diff(want, summary(paths)); diff != "" {
				t.Error("MIT's library reads it differently (-):\n", diff)
			}
		})
	}
}

func unpack(t *testing.T, ar *txtar.Archive) (dir, want string) {
	t.Helper()
	dir = t.TempDir()
	for _, f := range ar.Files {
		text := strings.ReplaceAll(string(f.Data), "$DIR", dir)
		if f.Name == "want" {
			want = text
			continue
		}
		write(t, filepath.Join(dir, f.Name), text)
	}
	return dir, want
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// summary includes default_realm, which shows how strings are read.
func summary(paths []string) string {
	c, err := ParseFiles(paths...)
	if err != nil {
		return "refused\n"
	}
	return fmt.Sprintf("rdns %s\ndns_canonicalize_hostname %s\ndefault_realm %q\n",
		c.RDNS.Value, c.Canonicalize.Value, c.DefaultRealm.Value)
}

func TestOrigins(t *testing.T) {
	dir := t.TempDir()
	main, more, none := filepath.Join(dir, "krb5.conf"), filepath.Join(dir, "more"), filepath.Join(dir, "none")
	write(t, main, "# ours\n[libdefaults]\n\tdefault_realm = A\ninclude "+more+"\n")
	write(t, more, "[libdefaults]\n\n\trdns = off\n")
	c, err := ParseFiles(none, main)
	if err != nil {
		t.Fatal(err)
	}
	want := &Config{
		RDNS:         Setting{False, more + ":3"},
		Canonicalize: Setting{True, "default"},
		Files:        []string{main},
		DefaultRealm: Setting{"A", main + ":3"},
	}
	if diff := cmp.Diff(want, c); diff != "" {
		t.Error(diff)
	}
	if c.RDNS.On() || !c.Canonicalize.On() {
		t.Error("On")
	}
}

// TestErrors wants an error to say where it is, through each file that led there.
func TestErrors(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	write(t, path("loop"), "include "+path("loop")+"\n")
	write(t, path("wide"), strings.Repeat("includedir "+path("many")+"\n", 3))
	for i := range 100 {
		write(t, path(fmt.Sprintf("many/%d", i)), "")
	}
	write(t, path("large"), strings.Repeat("# a comment\n", maxBytes/12+1))
	write(t, path("outer"), "[realms]\ninclude "+path("inner")+"\n")
	write(t, path("inner"), "[libdefaults]\nrdns\n")
	write(t, path("gone"), "\nincludedir "+path("nowhere")+"\n")
	write(t, path("folder/include"), "include "+path("nowhere")+"\n")
	write(t, path("module"), "module /usr/lib/ours.so:x\n")
	_, err := os.Stat(path("nowhere"))
	missing := errors.Unwrap(err).Error() // in the system's words
	write(t, path("value"), "[libdefaults]\ndns_canonicalize_hostname = \x1b[2J\n")
	errorsOf := map[string]string{
		"loop":   "deep",
		"wide":   "more than 256 files",
		"large":  "more than 4194304 bytes",
		"outer":  path("outer") + ":2: " + path("inner") + ":2: neither a section nor name = value",
		"gone":   path("gone") + ":2: " + path("nowhere") + ": " + missing,
		"folder": missing,
		"module": path("module") + ":1: a module provides the configuration",
		"value":  `value:2: dns_canonicalize_hostname: \027[2J is neither`,
	}
	if runtime.GOOS != "windows" { // which has no such names
		write(t, path("bad\x1b[2Jname"), "[libdefaults]\n}\n")
		errorsOf["bad\x1b[2Jname"] = `bad\027[2Jname:2: unexpected }`
	}
	for name, want := range errorsOf {
		c, err := ParseFiles(path(name))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, %v; want an error with %q", name, c, err, want)
		}
	}
}

// TestNoFile holds that a list without a file is not an error: Kerberos then works
// by its defaults, and Files says that nobody has set it up.
func TestNoFile(t *testing.T) {
	for _, paths := range [][]string{nil, {filepath.Join(t.TempDir(), "none")}} {
		c, err := ParseFiles(paths...)
		if err != nil || len(c.Files) > 0 || !c.RDNS.On() {
			t.Errorf("%v: %+v, %v", paths, c, err)
		}
	}
	if c, err := ParseFiles(os.DevNull); err != nil || len(c.Files) != 1 {
		t.Errorf("%+v, %v", c, err)
	}
}

// FuzzParse: hostile files end in a value of the closed sets or an error whose
// text can be printed; and a file's meaning does not hang on its last newline.
func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob(filepath.Join("testdata", "*.txtar"))
	for _, file := range files {
		ar, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, x := range ar.Files {
			f.Add(string(x.Data))
		}
	}
	f.Add("[libdefaults]\nrdns = \"\\")
	f.Add("[libdefaults]*\x00x\nrdns\v=\fno\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, "include") {
			return // the fuzzer has no business on this machine's disk
		}
		c, err := parseText(text)
		if err != nil {
			for _, r := range err.Error() {
				if r < ' ' || r == 0x7f {
					t.Fatalf("%q", err)
				}
			}
			return
		}
		if c.RDNS.Value != True && c.RDNS.Value != False {
			t.Errorf("rdns %q", c.RDNS.Value)
		}
		if v := c.Canonicalize.Value; v != True && v != False && v != Fallback {
			t.Errorf("dns_canonicalize_hostname %q", v)
		}
		if !strings.HasSuffix(text, "\n") {
			again, err := parseText(text + "\n")
			if err != nil || again.RDNS != c.RDNS || again.Canonicalize != c.Canonicalize {
				t.Errorf("with a last newline: %+v, %v; without: %+v", again, err, c)
			}
		}
	})
}

func parseText(text string) (*Config, error) {
	p := profile{}
	if err := (&budget{}).parse(strings.NewReader(text), "f", p, 0); err != nil {
		return nil, err
	}
	return config([]profile{p}, []string{"f"})
}

// TestRealms: which realm a host is in, by the nearest of its domains.
func TestRealms(t *testing.T) {
	dir := t.TempDir()
	first, second := filepath.Join(dir, "first"), filepath.Join(dir, "second")
	write(t, first, "[libdefaults]\nqualify_shortname = \"\"\n[domain_realm]\n.example.com = A\nweb.example.com = B\n"+
		"corp = {\n.deep.example.com = NO\n}\nUpper.example.com = NO\n10.0.0.1 = NO\n.0.0.1 = NO\n")
	write(t, second, "[domain_realm]\n.example.com = NO\nexample.com = C\ncom = D\n.org = E\n")
	c, err := ParseFiles(first, second)
	if err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]string{
		"web.example.com": "B", "db.example.com": "A", "a.deep.example.com": "A", "upper.example.com": "A",
		"example.com": "C", "example.net": "", "other.com": "D", "com": "D", "www.example.org": "E", "org": "",
		"10.0.0.1": "", "2001:db8::1": "", "": "",
	} {
		if got, ok := c.RealmOf(host); got.Value != want || ok != (want != "") {
			t.Errorf("%s: %+v, %v, want %s", host, got, ok, want)
		}
	}
	if c.Domain == nil || c.Domain.Value != "" {
		t.Errorf("qualify_shortname: %+v", c.Domain)
	}
	write(t, first, "[domain_realm]*\n.example.com = A\n")
	if c, err = ParseFiles(first, second); err != nil {
		t.Fatal(err)
	}
	if got, ok := c.RealmOf("example.com"); ok {
		t.Errorf("after a final section: %+v", got)
	}
}
