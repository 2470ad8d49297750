package sshconf

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rdnsproxy/safetext"

	"github.com/rogpeppe/go-internal/txtar"
)

// seeds are the configurations of the corpus.
func seeds(f *testing.F) []string {
	var texts []string
	for _, path := range corpus(f) {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range archive.Files {
			if file.Name == "config" {
				texts = append(texts, string(file.Data))
			}
		}
	}
	return texts
}

// harmful reports that ssh might run a program, ask the network or read another
// file because of a text: nothing of that may come out of a fuzzer.
func harmful(text string) bool {
	bare := strings.NewReplacer(`"`, "", `'`, "", `\`, "").Replace(lower(text))
	return slices.ContainsFunc([]string{"exec", "include", "canonical", "localnetwork", "$"},
		func(w string) bool { return strings.Contains(bare, w) })
}

// newlyRefused reports whether an ssh since 9.6 refuses the word on its command line, whatever
// its files say, which one before that does not (ssh.c, valid_hostname).
func newlyRefused(host string) bool {
	return strings.ContainsFunc(host, func(r rune) bool {
		return strings.ContainsRune("'`\"$\\;&<>|(){}", r) || r <= ' ' || r == 0x7f
	})
}

// FuzzReader: whatever a file holds, what is said of a host is what ssh -G says,
// or that it could not be told.
func FuzzReader(f *testing.F) {
	for _, text := range seeds(f) {
		f.Add(text, "web")
	}
	f.Add("Host other\n\"Host\" web\nPort 7\n", "web")
	f.Add("Hostname b\n", "w\b\beb")
	f.Add("Hostname b\n", "w\u0085eb")
	f.Fuzz(func(t *testing.T, text, host string) {
		if len(text) > 4<<10 || len(host) > 100 || harmful(text) || checkHost(host) != nil || newlyRefused(host) {
			return
		}
		file := filepath.Join(t.TempDir(), "config")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		q := Query{Host: host, File: file, Home: home(t), EnvHome: home(t), LocalUser: localUser(t), Evaluating: true}
		relay := q
		relay.Keywords = []string{"addressfamily", "bindaddress", "bindinterface", "connecttimeout",
			"connectionattempts", "tcpkeepalive", "ipqos"}
		all, errAll := q.Lookup(t.Context())
		some, errSome := relay.Lookup(t.Context())
		var open *UnevaluatedError
		if errors.As(errAll, &open) && errors.As(errSome, &open) {
			return // nothing is claimed of the whole, and ssh is slow
		}
		want := truth(t, q)
		if errAll == nil && want == nil {
			t.Fatalf("%q, %s: answered, and ssh refuses", text, host)
		}
		if errAll == nil {
			compare(t, host, all, want, order(), false)
		}
		if errSome == nil && want != nil {
			compare(t, host, some, want, relay.Keywords, false)
		}
		if t.Failed() {
			t.Logf("%q", text)
		}
	})
}

// FuzzFiles: hostile bytes end, in whichever way a file is read, and what is said
// of them can be shown.
func FuzzFiles(f *testing.F) {
	for _, text := range seeds(f) {
		f.Add([]byte(text), []byte("Host inc\nMatch final all\n"))
	}
	f.Add([]byte("Include */../inc //inc ~/x $DIR/[a]\nInclude config\n"), []byte("Include config\n"))
	f.Fuzz(func(t *testing.T, text, included []byte) {
		dir := t.TempDir()
		file := filepath.Join(dir, "config")
		text = bytes.ReplaceAll(text, []byte("/dev/"), []byte(dir+"/"))
		for name, content := range map[string][]byte{"config": text, ".ssh/inc": included} {
			path := filepath.Join(dir, name)
			if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700),
				os.WriteFile(path, content, 0o600)); err != nil {
				t.Fatal(err)
			}
		}
		q := Query{Host: "web", UserFile: file, SystemFile: os.DevNull, Home: dir, EnvHome: dir, LocalUser: "me",
			Evaluating: true}
		h, err := q.Lookup(t.Context())
		safe(t, err)
		if h != nil {
			for _, v := range h.Values() {
				if shown := v.Origin + v.String(); safetext.Line(shown) != shown {
					t.Errorf("%q", shown)
				}
			}
		}
		_, err = q.Aliases()
		safe(t, err)
		samples, conditions, err := q.Blocks()
		safe(t, err)
		for _, s := range samples {
			if checkHost(s.Host) != nil || safetext.Line(s.Pattern) != s.Pattern || !MatchPattern(s.Pattern, s.Host) {
				t.Errorf("%q", s)
			}
		}
		for _, c := range conditions {
			if safetext.Line(c.Origin) != c.Origin {
				t.Errorf("%+v", c)
			}
		}
	})
}

// FuzzServerValue: sshd's configuration is read by the same rules.
func FuzzServerValue(f *testing.F) {
	f.Add([]byte("UseDNS yes # x\nMatch all\nUseDNS no\n"))
	f.Add([]byte("Include inc\nusedns=\"no\"\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		file := filepath.Join(t.TempDir(), "sshd_config")
		text = bytes.ReplaceAll(text, []byte("/dev/"), []byte("/nosuch/"))
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		v, set, err := ServerValue(file, "usedns")
		safe(t, err)
		if set && (v.Keyword != "usedns" || safetext.Line(v.Origin) != v.Origin ||
			!bytes.Contains(bytes.ToLower(text), []byte("usedns"))) {
			t.Errorf("%+v", v)
		}
		if !set && v != (Value{}) {
			t.Errorf("%+v is not set", v)
		}
	})
}

// A program in ssh's place may print anything.
func FuzzAnswer(f *testing.F) {
	f.Add("hostname web\nport 22\n")
	f.Add("user a\r\nhostname \x1b[2J\nport 99999\n\nPORT 7\nhostname x\x00y")
	f.Fuzz(func(t *testing.T, out string) {
		h, err := Query{Host: "web"}.take(out)
		safe(t, err)
		if err != nil {
			return
		}
		for _, v := range h.Values() {
			if !slices.Contains(order(), v.Keyword) || strings.ContainsAny(v.Value, "\n") || v.Value == "" {
				t.Errorf("%q", v)
			}
			if safetext.Line(v.String()) != v.String() {
				t.Errorf("%q is not safe", v.String())
			}
		}
		h.ConnectTimeout()
	})
}

// safe demands that an error can be shown as it is.
func safe(t *testing.T, err error) {
	t.Helper()
	if err != nil && safetext.Line(err.Error()) != err.Error() {
		t.Errorf("%q", err)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		t.Error(time.Now(), err)
	}
}
