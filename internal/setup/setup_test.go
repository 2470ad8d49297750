package setup

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"rdnsproxy/internal/console"

	"github.com/rogpeppe/go-internal/txtar"
)

// setup calls Run and returns its exit status and output.
func setup(t *testing.T, o Options, hosts ...string) (status int, out, errs string) {
	t.Helper()
	var files [2]*os.File
	for i := range files {
		f, err := os.CreateTemp(t.TempDir(), "")
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		files[i] = f
	}
	in, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	w := console.World{Env: os.Environ(), In: in, Out: files[0], Err: files[1]}
	if status, err = Run(t.Context(), w, o, hosts); err != nil {
		console.NewVoice(w.Err, false, false).Error(err)
		status = console.StatusOf(err)
	}
	var texts [2]string
	for i, f := range files {
		b, err := os.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		texts[i] = string(b)
	}
	return status, texts[0], texts[1]
}

// sshSays returns the output of ssh -G; nil if ssh refuses.
func sshSays(t *testing.T, file string, args ...string) settingLines {
	t.Helper()
	out, err := exec.Command("ssh", append([]string{"-G", "-F", file}, args...)...).Output()
	if err != nil {
		return nil
	}
	return linesOf(string(out))
}

// question parses an "ask:" line of sshconf's corpus, HOST|ARG|ARG…, into ssh's
// arguments.
func question(ask string) []string {
	words := strings.Split(strings.ReplaceAll(ask, `\n`, "\n"), "|")
	return append(words[1:], "--", words[0])
}

// values matches the cases that are about the values of other settings.
var values = regexp.MustCompile(`^(args|attempts|bind|control|families|flags|gssapi|hostkey|ipqos|` +
	`keyword|known|lists|long|quotes|timeout|value)`)

// TestSetupDisplacesNothing runs ssh -G on the configurations of sshconf's corpus with
// and without the lines: only ProxyCommand may differ, and only where there was none.
// Removing the lines restores the file exactly.
func TestSetupDisplacesNothing(t *testing.T) {
	cases, err := filepath.Glob("../../sshconf/testdata/config/*.txtar")
	if err != nil || len(cases) < 200 {
		t.Fatalf("%d cases, %v", len(cases), err)
	}
	cases = slices.DeleteFunc(cases, func(path string) bool { return values.MatchString(filepath.Base(path)) })
	written := make(chan bool, len(cases))
	least := 60
	if testing.Short() { // each case runs ssh several times
		cases, least = slices.DeleteFunc(cases, everyEighthStays()), 7
	}
	t.Run("case", func(t *testing.T) {
		for i, path := range cases {
			t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
				t.Parallel()
				archive, err := txtar.ParseFile(path)
				if err != nil {
					t.Fatal(err)
				}
				dir := t.TempDir()
				file := filepath.Join(dir, "config")
				for _, f := range archive.Files {
					name := filepath.Join(dir, f.Name)
					if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
						t.Fatal(err)
					}
					data := strings.NewReplacer("$DIR", dir, "$ETC", "/etc/ssh").Replace(string(f.Data))
					if err := os.WriteFile(name, []byte(data), 0o600); err != nil {
						t.Fatal(err)
					}
				}
				old, err := os.ReadFile(file)
				if err != nil {
					return // a case about home directories
				}
				var asks [][]string
				var before []settingLines
				for ln := range strings.Lines(string(archive.Comment)) {
					if ask, ok := strings.CutPrefix(strings.TrimSuffix(ln, "\n"), "ask: "); ok {
						asks = append(asks, question(ask))
						before = append(before, sshSays(t, file, question(ask)...))
					}
				}
				status, _, errs := setup(t, Options{File: file, Yes: true})
				now, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				if status != 0 {
					if status != 1 || string(now) != string(old) || strings.Count(errs, "error: ") != 1 {
						t.Errorf("status %d, %s\n%s", status, errs, now)
					}
					return
				}
				written <- true
				for i, ask := range asks {
					compareSettings(t, ask, before[i], sshSays(t, file, ask...))
				}
				if i%8 == 0 { // not always: ssh is slow
					status, out, errs := setup(t, Options{File: file, Yes: true})
					if status != 0 || !strings.Contains(out, "is up to date") {
						t.Errorf("again: %d, %s%s", status, out, errs)
					}
				}
				if status, out, errs := setup(t, Options{File: file, Yes: true, Remove: true}); status != 0 {
					t.Errorf("--remove: %d, %s%s", status, out, errs)
				}
				if now, err := os.ReadFile(file); err != nil || string(now) != string(old) {
					t.Errorf("%q came back as %q, %v", old, now, err)
				}
			})
		}
	})
	if n := len(written); n < least {
		t.Errorf("only %d files were written", n)
	} else {
		t.Logf("%d of %d files were written", n, len(cases))
	}
}

// everyEighthStays returns a function for slices.DeleteFunc that keeps every eighth
// element.
func everyEighthStays() func(string) bool {
	i := -1
	return func(string) bool {
		i++
		return i%8 != 0
	}
}

func compareSettings(t *testing.T, ask []string, before, after settingLines) {
	t.Helper()
	if (before == nil) != (after == nil) {
		t.Errorf("%q: ssh refuses with the lines or without", ask)
		return
	}
	kind, value := before.proxy()
	nowKind, nowValue := after.proxy()
	if kind != "" && (nowKind != kind || nowValue != value) {
		t.Errorf("%q: %s %s became %s %s", ask, kind, value, nowKind, nowValue)
	}
	if d := slices.DeleteFunc(before.differing(after), func(k string) bool { return k == "proxycommand" }); len(d) > 0 {
		t.Errorf("%q: %q differ", ask, d)
	}
}

// TestSetupForNamedHosts: only the connections of the named hosts are passed to ssh.
func TestSetupForNamedHosts(t *testing.T) {
	file := filepath.Join(t.TempDir(), "config")
	text := "Host jump\n\tProxyJump gate\nHost own\n\tProxyCommand nc %h %p\nHost passes\n\tProxyUseFdpass no\n"
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	unchanged := func() {
		t.Helper()
		if b, err := os.ReadFile(file); err != nil || string(b) != text {
			t.Errorf("%q, %v", b, err)
		}
	}
	for _, bad := range []string{"*", "a*", "?", "!a", "a,b", "-x", "a b", "vsock/3", "a#b", `a"b`, ""} {
		t.Run("bad "+bad, func(t *testing.T) {
			status, _, errs := setup(t, Options{File: file, Yes: true, FDPass: true}, bad)
			if status != 2 || strings.Count(errs, "\n") != 1 {
				t.Errorf("%d, %s", status, errs)
			}
			unchanged()
		})
	}
	for _, all := range [][]string{{"jump"}, {"own"}, {"jump", "own"}, {"passes"}} {
		t.Run("skipped "+strings.Join(all, ","), func(t *testing.T) {
			status, out, errs := setup(t, Options{File: file, Yes: true, FDPass: true}, all...)
			if status != 1 || !strings.Contains(errs, "nothing was written") {
				t.Errorf("%d, %s%s", status, out, errs)
			}
			unchanged()
		})
	}
	status, out, errs := setup(t, Options{File: file, Yes: true, FDPass: true}, "own", "a", "b.example.com")
	if status != 0 || !strings.Contains(errs, "own is skipped: it already has a ProxyCommand: nc %h %p") ||
		!strings.Contains(errs, "mosh fail on a, b.example.com") {
		t.Errorf("%d, %s%s", status, out, errs)
	}
	if status, out, errs := setup(t, Options{File: file, Yes: true}); status != 0 {
		t.Errorf("%d, %s%s", status, out, errs)
	}
	for host, want := range map[string]string{
		"a": "yes", "b.example.com": "yes", "c": "no", "jump": "no", "own": "no", "passes": "no",
	} {
		t.Run("fdpass of "+host, func(t *testing.T) {
			s := sshSays(t, file, host)
			_, command := s.proxy()
			if s["proxyusefdpass"][0] != want || strings.Contains(command, "--fdpass") != (want == "yes") {
				t.Errorf("ProxyUseFdpass %s, %s", s["proxyusefdpass"], command)
			}
		})
	}
	// ssh -J overrides the ProxyCommand, and fdpass with it.
	if s := sshSays(t, file, "-J", "gate", "a"); s["proxyjump"] == nil || s["proxycommand"] != nil {
		t.Errorf("-J: %v", s)
	}
	if status, _, _ := setup(t, Options{File: file, Yes: true, Remove: true}); status != 0 {
		t.Error("--remove")
	}
	unchanged()
	if st, err := os.Stat(file); err != nil || st.Mode().Perm() != 0o644 {
		t.Errorf("%v, %v", st.Mode(), err)
	}
}
