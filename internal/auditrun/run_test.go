package auditrun

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rdnsproxy/audit"
	"rdnsproxy/check"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/logs"
	"rdnsproxy/sshconf"
)

const refusedLog = `2026-11-24T20:08:24+00:00 fs1 sshd[381]: reverse mapping checking getaddrinfo for 179.cureconsulting.deru.net [140.99.28.179] failed.
2026-11-24T20:08:24+00:00 fs1 sshd[381]: Authentication tried for backup with correct key but not from a permitted host (host=140.99.28.179, ip=140.99.28.179, required=*.deru.net).
`

// world returns a World with files for its streams, and a function that reads what was
// written to stdout and stderr.
func world(t *testing.T) (console.World, func() (out, err string)) {
	t.Helper()
	dir := t.TempDir()
	open := func(name string) *os.File {
		f, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		return f
	}
	w := console.World{Env: []string{"TZ=UTC"}, In: open("in"), Out: open("out"), Err: open("err")}
	read := func(f *os.File) string {
		b, err := os.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	return w, func() (string, string) { return read(w.Out), read(w.Err) }
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestRun: options become a report and a status, without a command line.
func TestRun(t *testing.T) {
	log := write(t, "auth.log", refusedLog)
	for name, c := range map[string]struct {
		set    func(*Options)
		status int
		out    string
	}{
		"text":       {func(*Options) {}, exit.Found, "warning  fs1: 1 client was refused because a rule asks for its host name\n"},
		"never":      {func(o *Options) { o.FailOn = check.Error + 1 }, exit.OK, "warning  fs1: "},
		"nagios":     {func(o *Options) { o.Format = "nagios" }, 1, "RDNSPROXY WARNING - 140.99.28.179: "},
		"events":     {func(o *Options) { o.Format = "events" }, exit.OK, `{"kind":"map.failed",`},
		"tally":      {func(o *Options) { o.Format = "tally" }, exit.OK, `{"Kind":"`},
		"another":    {func(o *Options) { o.Names = append(o.Names, "/nosuch/file") }, exit.Found, "warning  fs1: "},
		"since":      {func(o *Options) { o.Since = time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC) }, exit.OK, "ok  nothing in this log matches: since"},
		"no sshd":    {func(o *Options) { o.Names = []string{write(t, "empty", "")} }, exit.Unknown, "unknown  no line of an SSH server"},
		"interrupt":  {func(o *Options) { o.Names = nil }, 0, ""},
		"wrong name": {func(o *Options) { o.Format = "table" }, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			w, written := world(t)
			o := Defaults()
			o.Names, o.DNS, o.SSHDConfig = []string{log}, None, "none"
			c.set(&o)
			if name == "interrupt" {
				cancel()
			}
			status, err := Run(ctx, w, o)
			out, said := written()
			if c.out == "" {
				if err == nil || out != "" {
					t.Errorf("%d, %v: %s", status, err, out)
				}
				return
			}
			if err != nil || status != c.status || !strings.HasPrefix(out, c.out) || strings.Contains(said, "error") {
				t.Errorf("%d, %v: %s%s\nwant %d, %s", status, err, out, said, c.status, c.out)
			}
		})
	}
}

// TestOutputStays: if the report cannot be written, the old one stays.
func TestOutputStays(t *testing.T) {
	old := write(t, "report", "old")
	r := &run{o: Options{Output: old}}
	broken := errors.New("broken")
	if err := r.output(func(w io.Writer) error { io.WriteString(w, "half"); return broken }); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	if b, err := os.ReadFile(old); err != nil || string(b) != "old" {
		t.Errorf("%q, %v", b, err)
	}
}

// TestMergedText: what a tally says about its logs can be a stranger's, and a report is safe to print.
func TestMergedText(t *testing.T) {
	const bad = "\x1b]0;x\a\u202e"
	run := func(o Options) string {
		w, written := world(t)
		o.DNS, o.SSHDConfig = None, "none"
		if _, err := Run(t.Context(), w, o); err != nil {
			t.Fatal(err)
		}
		out, _ := written()
		return out
	}
	o := Defaults()
	o.Names, o.Format = []string{write(t, "auth.log", refusedLog)}, "tally"
	head, rest, _ := strings.Cut(run(o), "\n")
	var of counted
	if err := json.Unmarshal([]byte(head), &of); err != nil {
		t.Fatal(err)
	}
	in := &of.Inputs[0]
	in.Name, in.Framing, in.Trust, in.Error, in.Shapes, in.Unread = bad, bad, bad, bad, []string{bad}, 1000
	of.Time.Zone, of.Time.YearBy, of.Time.Assumed = bad, bad, []string{bad}
	b, err := json.Marshal(of)
	if err != nil {
		t.Fatal(err)
	}
	o = Defaults()
	o.Merge, o.Format = true, "json"
	o.Names = []string{write(t, "tally", string(b)+"\n"+rest)}
	if out := run(o); strings.ContainsAny(out, "\x1b\a\u202e") || strings.Contains(out, `\u001b`) || !strings.Contains(out, `"unread": 1000`) {
		t.Error(out)
	}
}

// TestRotatedParts: the files of one log come in the order of their names, whatever a clock that was
// wrong for a while has put into them.
func TestRotatedParts(t *testing.T) {
	named := func(name, first string) *part {
		at, err := time.Parse(time.DateOnly, first)
		if err != nil {
			t.Fatal(err)
		}
		return &part{name: name + ".tally", of: counted{Inputs: []audit.Input{{Name: name, First: &at}}}}
	}
	parts := []*part{
		named("auth.log", "2019-02-14"), // its clock was not set yet
		named("auth.log.1", "2026-11-20"),
		named("other/auth.log", "2026-11-19"),
		named("auth.log.2.gz", "2026-11-13"),
	}
	inOrder(parts)
	got := ""
	for _, p := range parts {
		got += p.of.Inputs[0].Name + " "
	}
	if want := "auth.log.2.gz auth.log.1 auth.log other/auth.log "; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// TestHint: whoever may not read a log learns who may.
func TestHint(t *testing.T) {
	for err, want := range map[error]string{
		&fs.PathError{Err: fs.ErrPermission}: "run it as root",
		&fs.PathError{Err: fs.ErrNotExist}:   "a FILE is a log, such as",
		errors.New("a device, not a log"):    "a FILE is a log of sshd",
	} {
		if got := hint(err); !strings.HasPrefix(got, want) {
			t.Errorf("%v: %s", err, got)
		}
	}
}

// TestProgress: bytes, lines, rate, and the time that is left.
func TestProgress(t *testing.T) {
	for want, c := range map[string]struct {
		p    logs.Progress
		took time.Duration
	}{
		"read 9 lines":                               {logs.Progress{Lines: 9}, 0},
		"read 1.5 KiB of 3.0 MiB, 9 lines":           {logs.Progress{Bytes: 1536, Total: 3 << 20, Lines: 9}, 0},
		"read 12 million lines, 1.2 million lines/s": {logs.Progress{Lines: 12_345_678}, 10 * time.Second},
		"read 1.0 GiB of 4.0 GiB, 61,000 lines, 6100 lines/s, 30s left": {
			logs.Progress{Bytes: 1 << 30, Total: 4 << 30, Lines: 61_000}, 10 * time.Second},
	} {
		if got := progress(c.p, c.took); got != want {
			t.Errorf("%s, not %s", got, want)
		}
	}
}

// TestByName: rules of sshd_config that can go by a client's name.
func TestByName(t *testing.T) {
	for v, want := range map[sshconf.Value]string{
		{Keyword: "allowusers", Value: "anna backup@*.deru.net root@192.0.2.1 x@2001:db8::/32"}: "AllowUsers backup@*.deru.net;",
		{Keyword: "denyusers", Value: `"*@evil.example.net"`}:                                   "DenyUsers *@evil.example.net;",
		{Keyword: "match", Value: "User git Host *.deru.net"}:                                   "Match Host *.deru.net;",
		{Keyword: "match", Value: "Address 192.0.2.0/24"}:                                       "",
		{Keyword: "match", Value: "all"}:                                                        "",
	} {
		got := ""
		for _, r := range byName(v) {
			got += r.Keyword + " " + r.Pattern + ";"
		}
		if got != want {
			t.Errorf("%s %s: %s", v.Keyword, v.Value, got)
		}
	}
}

// TestIsNew: a finding is written once, again if it changes, and again after a day.
func TestIsNew(t *testing.T) {
	f := &follower{written: map[finding]state{}}
	found := audit.Finding{Finding: check.Finding{Code: audit.LoginBadlyMapped, Address: netip.MustParseAddr("192.0.2.1")}, Hosts: []string{"a"}}
	now := time.Now()
	for i, c := range []struct {
		hosts []string
		s     state
		want  bool
	}{
		{[]string{"a"}, state{check.Warning, audit.Still, now}, true},
		{[]string{"a"}, state{check.Warning, audit.Still, now.Add(time.Hour)}, false},
		{[]string{"a", "b"}, state{check.Warning, audit.Still, now.Add(time.Hour)}, true},
		{[]string{"a", "b"}, state{check.Pass, audit.Fixed, now.Add(time.Hour)}, true},
		{[]string{"a", "b"}, state{check.Pass, audit.Fixed, now.Add(2 * time.Hour)}, false},
		{[]string{"a"}, state{check.Pass, audit.Fixed, now.Add(26 * time.Hour)}, true},
	} {
		found.Hosts = c.hosts
		if got := f.isNew(found, c.s); got != c.want {
			t.Errorf("%d: %t", i, got)
		}
	}
}

// TestLater: lookups run beside the reading, and say when they have something new.
func TestLater(t *testing.T) {
	a := netip.MustParseAddr("192.0.2.1")
	release := make(chan struct{})
	l := &later{run: &run{o: Options{DNS: All}}, known: map[netip.Addr]*check.Result{}}
	l.check = func(context.Context, netip.Addr) *check.Result {
		<-release
		return &check.Result{Verdict: check.Confirmed, Addresses: []check.Address{{Address: a}}}
	}
	l.look(t.Context(), []netip.Addr{a})
	if !l.waits(a) || l.news() {
		t.Error("it is known before it was looked up")
	}
	l.look(t.Context(), []netip.Addr{netip.MustParseAddr("192.0.2.2")}) // the first are still under way
	close(release)
	for until := time.Now().Add(10 * time.Second); l.waits(a) && time.Now().Before(until); {
		time.Sleep(time.Millisecond)
	}
	if got := l.results(); got[a] == nil || len(got) != 1 {
		t.Errorf("%v", got)
	}
}
