package knownhosts_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"rdnsproxy/internal/knownhosts"
)

// parse reads texts as one known_hosts after the other.
func parse(t testing.TB, texts ...string) *knownhosts.File {
	t.Helper()
	f := &knownhosts.File{}
	for i, text := range texts {
		lines, err := knownhosts.Parse(strings.NewReader(text), "file"+string(rune('0'+i)))
		if err != nil {
			t.Fatal(err)
		}
		f.Lines = append(f.Lines, lines...)
	}
	return f
}

func TestParse(t *testing.T) {
	c := newKeys(t)
	text := c.lines.Replace("# known\n\n@cert-authority *.example.com {ca}\nbad\r\nHost,192.0.2.1 {ed} me\r\n")
	lines, err := knownhosts.Parse(strings.NewReader(text), "/home/ada/.ssh/known\x1b_hosts")
	if err != nil || len(lines) != 2 {
		t.Fatalf("%d lines, %v", len(lines), err)
	}
	ca, host := lines[0], lines[1]
	if ca.Marker != knownhosts.CertAuthority || ca.Hosts.Raw() != "*.example.com" || ca.N != 3 ||
		!equal(ca.Key, c.keys["ca"].PublicKey()) {
		t.Errorf("authority: %+v", ca)
	}
	if host.Marker != knownhosts.Plain || host.Hosts.Raw() != "Host,192.0.2.1" || host.N != 5 ||
		!equal(host.Key, c.keys["ed"].PublicKey()) {
		t.Errorf("host: %+v", host)
	}
	if got := host.String(); got != `/home/ada/.ssh/known\027_hosts:5` {
		t.Errorf("evidence %s", got)
	}
}

func equal(a, b ssh.PublicKey) bool { return bytes.Equal(a.Marshal(), b.Marshal()) }

// A file or line that is too long is refused as a whole: the rest may have a @revoked.
func TestTooLong(t *testing.T) {
	c := newKeys(t)
	line := c.lines.Replace("host.example.com {ed}\n")
	text := line + strings.Repeat("#", knownhosts.MaxSize-len(line))
	if lines, err := knownhosts.Parse(strings.NewReader(text), ""); err != nil || len(lines) != 1 {
		t.Errorf("just short enough: %d lines, %v", len(lines), err)
	}
	if lines, err := knownhosts.Parse(strings.NewReader(text+"#"), ""); !errors.Is(err, knownhosts.ErrTooLong) ||
		lines != nil {
		t.Errorf("one byte more: %d lines, %v", len(lines), err)
	}
}

func TestParseFiles(t *testing.T) {
	c, dir := newKeys(t), t.TempDir()
	paths := write(t, "known", c.expand([]string{"a {ed}\n", "b {ed}\nc {ed}\n"}))
	f, errs := knownhosts.ParseFiles(dir, paths[1], filepath.Join(dir, "absent"), "none", os.DevNull, paths[0])
	var evidence []string
	for _, l := range f.Lines {
		evidence = append(evidence, l.String())
	}
	if want := []string{paths[1] + ":1", paths[1] + ":2", paths[0] + ":1"}; !slices.Equal(evidence, want) {
		t.Errorf("lines %q, want %q", evidence, want)
	}
	if len(errs) != 1 || errs[0].Error() != "known_hosts file "+dir+": is a directory" {
		t.Errorf("errors %q", errs)
	}
}

func TestParseRelease(t *testing.T) {
	for said, want := range map[string]knownhosts.Release{
		"OpenSSH_9.2p1 Debian-2+deb12u10, OpenSSL 3.0.19 27 Jan 2026": {Major: 9, Minor: 2},
		"OpenSSH_10.5": {Major: 10, Minor: 5},
		"OpenSSH_for_Windows_9.5p1, LibreSSL 3.8.2": {Major: 9, Minor: 5},
		"Sun_SSH_1.1": {}, "": {}, "OpenSSH_": {}, "OpenSSH_9": {}, "OpenSSH_99999999999999999999.1": {},
	} {
		got, ok := knownhosts.ParseRelease(said)
		if ok != (want != knownhosts.Release{}) || ok && got != want {
			t.Errorf("%q: %v, %v", said, got, ok)
		}
	}
}

// FuzzParse: Parse and Judge take anything, and lines that are skipped change
// nothing: without them the same lines are there, and say the same.
func FuzzParse(f *testing.F) {
	c := newKeys(f)
	for _, s := range cases() {
		for _, text := range c.expand(slices.Concat(s.user, s.global)) {
			if len(text) < 2000 {
				f.Add(text, s.host.Name, s.host.Port)
			}
		}
	}
	f.Fuzz(func(t *testing.T, text, name string, port uint16) {
		all := parse(t, text)
		raw := slices.Collect(strings.Lines(text))
		var kept strings.Builder
		for _, l := range all.Lines {
			kept.WriteString(strings.TrimSuffix(raw[l.N-1], "\n") + "\n")
		}
		alone := parse(t, kept.String())
		if len(alone.Lines) != len(all.Lines) {
			t.Fatalf("%d lines, alone %d", len(all.Lines), len(alone.Lines))
		}
		h := knownhosts.Host{Name: name, Port: port}
		for _, key := range []string{"ed", "rsa", "cert"} {
			a, b := judge(all, h, c.keys[key].PublicKey()), judge(alone, h, c.keys[key].PublicKey())
			if a.Status != b.Status || len(a.Others) != len(b.Others) || (a.Line == nil) != (b.Line == nil) {
				t.Errorf("%s: %+v, without skipped lines %+v", key, a, b)
			}
			switch a.Status {
			case knownhosts.StatusUnknown, knownhosts.StatusKnown, knownhosts.StatusCertified,
				knownhosts.StatusChanged, knownhosts.StatusRevoked:
			default:
				t.Errorf("status %q", a.Status)
			}
		}
		if a, b := algorithms(all, h, nil), algorithms(alone, h, nil); !slices.Equal(a, b) ||
			len(a) != len(knownhosts.DefaultAlgorithms()) {
			t.Errorf("algorithms %q, without skipped lines %q", a, b)
		}
		if !slices.Equal(all.Names(), alone.Names()) {
			t.Errorf("names %v, without skipped lines %v", all.Names(), alone.Names())
		}
	})
}

// Lines that ssh skips change no verdict, wherever they stand.
func TestSkippedLines(t *testing.T) {
	c := newKeys(t)
	junk := c.lines.Replace("# comment\n\n\r\nhost.example.com\n@new host.example.com {ed}\n@revoked * " +
		"ssh-ed25519 AAA=\n" +
		"host.example.com ssh-rsa {ed.blob}\n* ssh-mldsa-44 AAAA\n\x00* {alien}\n@revoked @revoked * {ed}\n|1|x|y " +
		"{alien}\n* {rsa768}\n")
	for _, s := range cases() {
		text := c.expand(s.user)
		plain := parse(t, text...)
		for i := range text {
			text[i] = junk + strings.ReplaceAll(strings.TrimSuffix(text[i], "\n")+"\n", "\n", "\n"+junk)
		}
		littered := parse(t, text...)
		for _, key := range []string{"ed", "rsa", "cert"} {
			a, b := judge(plain, s.host, c.keys[key].PublicKey()), judge(littered, s.host, c.keys[key].PublicKey())
			if a.Status != b.Status || len(a.Others) != len(b.Others) {
				t.Errorf("%s: %s is %s, among bad lines %s", s.name, key, a.Status, b.Status)
			}
		}
	}
}
