package sshconf

import (
	"errors"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// The corpus is testdata/config: one file each, which holds a configuration and
// the questions that are asked of it. Every answer is compared with what the
// installed ssh -G says to the same question.
//
// Lines of a file's comment: "ask: HOST|ARG|ARG…" is a question; "by: …" is how
// it must be answered (file or default: without ssh; ssh -G; refused, by ssh); "mode: FILE
// OCTAL [cut]" sets the mode of a file and takes its final newline away; "home: DIR"
// sets $HOME, or takes it away if DIR is "unset", in cases with a home. In the
// files $DIR is the case's directory. Cases with files under home/ and etc/ see
// them as the user's home and as /etc/ssh; see home_linux_test.go.

// configCase is one file of the corpus, unpacked.
type configCase struct {
	name string
	dir  string
	asks []string
	by   string
	own  bool   // has a home of its own
	home string // $HOME: "" is the user's, "unset" is none
}

func corpus(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "config", "*.txtar"))
	if err != nil || len(files) < 60 {
		t.Fatalf("%d cases, %v", len(files), err)
	}
	return files
}

// unpack writes the files of a case into dir.
func unpack(t testing.TB, file, dir string) *configCase {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	c := &configCase{name: strings.TrimSuffix(filepath.Base(file), ".txtar"), dir: dir}
	modes, cut := map[string]os.FileMode{}, map[string]bool{}
	for ln := range strings.Lines(string(archive.Comment)) {
		key, value, _ := strings.Cut(strings.TrimSuffix(ln, "\n"), ": ")
		switch key {
		case "ask":
			c.asks = append(c.asks, value)
		case "by":
			c.by = value
		case "home":
			c.home = strings.ReplaceAll(value, "$DIR", dir)
		case "mode":
			f := strings.Fields(value)
			m, err := strconv.ParseUint(f[1], 8, 9)
			if err != nil {
				t.Fatal(err)
			}
			modes[f[0]], cut[f[0]] = os.FileMode(m), len(f) > 2
		}
	}
	for _, f := range archive.Files {
		c.own = c.own || strings.HasPrefix(f.Name, "home/")
		text := strings.NewReplacer("$DIR", dir, "$ETC", "/etc/ssh").Replace(string(f.Data))
		if cut[f.Name] {
			text = strings.TrimSuffix(text, "\n")
		}
		path := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if m := modes[f.Name]; m != 0 {
			if err := os.Chmod(path, m); err != nil {
				t.Fatal(err)
			}
		}
	}
	return c
}

// home and localUser are what the user database says, as ssh asks it.
func home(t testing.TB) string      { return current(t).HomeDir }
func localUser(t testing.TB) string { return current(t).Username }

func current(t testing.TB) *user.User {
	t.Helper()
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	return me
}

// queries gives the questions of a case.
func (c *configCase) queries(t testing.TB) []Query {
	t.Helper()
	var out []Query
	for _, a := range c.asks {
		words := strings.Split(strings.ReplaceAll(a, `\n`, "\n"), "|")
		q := Query{Host: words[0], Args: words[1:], Home: home(t), EnvHome: os.Getenv("HOME"), LocalUser: localUser(t)}
		if !c.own {
			q.File = filepath.Join(c.dir, "config")
		}
		out = append(out, q)
	}
	return out
}

// truth is what ssh -G itself prints, read independently of the package; nil
// where it refuses.
func truth(t testing.TB, q Query) map[string]string {
	t.Helper()
	args := []string{"-G"}
	if q.File != "" {
		args = append(args, "-F", q.File)
	}
	args = append(append(args, q.Args...), "--", q.Host)
	out, err := exec.Command("ssh", args...).Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return nil
	}
	if err != nil {
		t.Fatal(err) // no ssh: that is a failure, not a reason to skip
	}
	values := make(map[string]string)
	for ln := range strings.Lines(string(out)) {
		k, v, _ := strings.Cut(strings.TrimSuffix(ln, "\n"), " ")
		if k == "loglevel" && v == "SILENT" {
			v = "QUIET" // in Debian's ssh the level has both names
		}
		if _, ok := values[k]; !ok && slices.Contains(order(), k) {
			values[k] = v
		}
	}
	return values
}

// buildDependent reports a keyword that may be left out when nothing sets it.
func buildDependent(k string) bool { return k == "ipqos" || strings.HasPrefix(k, "gssapi") }

// compare demands that the Host says of the keywords what ssh says; with
// partial it may say less.
func compare(t *testing.T, label string, h *Host, want map[string]string, keywords []string, partial bool) {
	t.Helper()
	for _, k := range keywords {
		v, ok := h.Value(k)
		w, set := want[k]
		switch {
		case ok && (!set || v.Value != w):
			t.Errorf("%s: %s is %q (%s), ssh says %q", label, k, v.Value, v.Origin, w)
		case !ok && set && !partial && !buildDependent(k):
			t.Errorf("%s: nothing said of %s, ssh says %q", label, k, w)
		}
		if !ok && partial {
			continue
		}
		if k == "hostname" && h.HostName != w || k == "port" && strconv.Itoa(int(h.Port)) != w {
			t.Errorf("%s: HostName %q, Port %d; ssh says %q", label, h.HostName, h.Port, w)
		}
	}
}

// check asks one question in every way.
func (c *configCase) check(t *testing.T, q Query) {
	want := truth(t, q)
	label := q.Host + " " + strings.Join(q.Args, " ")

	h, err := q.Lookup(t.Context())
	var refused *RefusedError
	by := "refused"
	switch {
	case err == nil && want == nil:
		t.Errorf("%s: answered by %s, and ssh refuses", label, h.By)
		return
	case err == nil:
		by = h.By
		compare(t, label, h, want, order(), false)
	case want != nil:
		t.Errorf("%s: %v, and ssh answers", label, err)
	case !errors.As(err, &refused):
		t.Logf("%s: refused without ssh: %v", label, err)
	}
	if c.by != "" && by != c.by && !(c.by == ByFile && by == ByDefault) {
		t.Errorf("%s: answered by %s, want %s", label, by, c.by)
	}
	count(by)
	c.checkWithoutSSH(t, label+" (no ssh)", q, want)
}

// checkWithoutSSH demands an equal answer or an openly stated doubt, for all
// keywords together and for each alone.
func (c *configCase) checkWithoutSSH(t *testing.T, label string, q Query, want map[string]string) {
	q.SSH = filepath.Join(c.dir, "no", "ssh")
	sets := [][]string{nil, {"addressfamily", "bindaddress", "bindinterface", "connecttimeout", "connectionattempts",
		"tcpkeepalive", "ipqos", "loglevel"}}
	for _, k := range order() {
		sets = append(sets, []string{k})
	}
	for _, keywords := range sets {
		q.Keywords = keywords
		if keywords == nil {
			keywords = order()
		}
		h, err := q.Lookup(t.Context())
		var unevaluated *UnevaluatedError
		switch {
		case errors.As(err, &unevaluated):
			if h == nil || len(unevaluated.Doubts) == 0 || unevaluated.Doubts[0].Origin == "" ||
				unevaluated.Doubts[0].Construct == "" {
				t.Errorf("%s: %+v says too little", label, unevaluated)
			} else if want != nil {
				compare(t, label, h, want, keywords, true)
			}
		case err != nil && want != nil:
			t.Errorf("%s: %v, and ssh answers", label, err)
		case err == nil && want == nil && q.Keywords == nil:
			t.Errorf("%s: answered by %s, and ssh refuses", label, h.By)
		case err == nil && want != nil:
			compare(t, label+" "+strings.Join(q.Keywords, ","), h, want, keywords, false)
		}
	}
}

// tally counts how questions were answered.
var tally struct {
	sync.Mutex
	by map[string]int
}

func count(by string) {
	tally.Lock()
	defer tally.Unlock()
	if tally.by == nil {
		tally.by = make(map[string]int)
	}
	tally.by[by]++
}

func TestCorpus(t *testing.T) {
	files := corpus(t)
	t.Run("case", func(t *testing.T) {
		for i, file := range files {
			if testing.Short() && i%4 != 0 {
				continue // each asks ssh
			}
			t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
				t.Parallel()
				c := unpack(t, file, t.TempDir())
				if len(c.asks) == 0 {
					t.Fatal("no question")
				}
				if c.own {
					return // TestHomes
				}
				for _, q := range c.queries(t) {
					c.check(t, q)
				}
			})
		}
	})
	t.Logf("%d cases; questions answered by: %v", len(files), tally.by)
}
