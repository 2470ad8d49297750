package sshconf

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// write puts a configuration into a directory of its own and asks about it.
func write(t testing.TB, text string) Query {
	t.Helper()
	file := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return Query{Host: "web", File: file, Home: filepath.Dir(file), EnvHome: filepath.Dir(file), LocalUser: "me"}
}

// fakeSSH is a program in ssh's place.
func fakeSSH(t *testing.T, script string) string {
	return program(t, `[ "$1" = -V ] && { echo OpenSSH_9.9p1 >&2; exit; }`+"\n"+script)
}

// program writes a script.
func program(t *testing.T, script string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ssh")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

const odd = "Match user nobody\nPort 1\n" // only ssh can judge it

func TestRecursionMarker(t *testing.T) {
	q := write(t, "")
	note := filepath.Join(q.Home, "note")
	text := `Match exec "echo $` + EvaluatingEnv + ` >` + note + `"` + "\nPort 7\n"
	if err := os.WriteFile(q.File, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if h, err := q.Lookup(t.Context()); err != nil || h.Port != 7 || h.By != BySSH {
		t.Fatalf("%+v, %v", h, err)
	}
	if b, err := os.ReadFile(note); err != nil || string(b) != "1\n" {
		t.Errorf("the command of Match exec saw %q, %v", b, err)
	}

	os.Remove(note)
	q.Evaluating = true
	_, err := q.Lookup(t.Context())
	var u *UnevaluatedError
	if !errors.As(err, &u) || u.Doubts[0].Origin != q.File+":1" || !strings.HasPrefix(u.Doubts[0].Construct,
		"Match exec") {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(note); !errors.Is(err, fs.ErrNotExist) {
		t.Error("ssh was run")
	}
}

// TestCertain: what is settled before a doubt, or beside it, is told.
func TestCertain(t *testing.T) {
	q := write(t, "ConnectTimeout 5\nMatch exec \"rdnsproxy check %h\"\nProxyCommand x\nUser u\nHost "+
		"*\nPort 7\nUser v\n")
	q.Evaluating = true
	q.Keywords = []string{"connecttimeout", "port", "user"}
	h, err := q.Lookup(t.Context())
	var u *UnevaluatedError
	if !errors.As(err, &u) || len(u.Doubts) != 1 || !slices.Equal(u.Doubts[0].Keywords, []string{"user"}) {
		t.Fatalf("%v", err)
	}
	if h.Port != 7 || h.Get("connecttimeout") != "5" || h.Get("user") != "" {
		t.Errorf("%+v", h)
	}
	q.Keywords = []string{"connecttimeout", "port"}
	if h, err := q.Lookup(t.Context()); err != nil || h.By != ByFile || h.Port != 7 {
		t.Errorf("%+v, %v: the block bears on neither", h, err)
	}
}

func TestAsk(t *testing.T) {
	for _, c := range []struct {
		name, script, want string
	}{
		{"refusal", `printf 'config line 1: \033[31mbad\r\n' >&2; exit 255`,
			`ssh refuses its configuration: config line 1: \027[31mbad`},
		{"silent refusal", `exit 3`, "ssh refuses its configuration: exit status 3"},
		{"torrent of complaints", `i=0; while [ $i -lt 2000 ]; do echo "complaint $i" >&2; i=$((i+1)); done; exit 1`,
			"ssh refuses"},
		{"torrent of answers",
			`while :; do echo "hostname ` + strings.Repeat("a", 64) + `"; done | head -c 3000000`,
			"ssh -G printed more than 1048576 bytes"},
		{"no answer", `true`, "ssh -G printed no hostname"},
	} {
		t.Run(c.name, func(t *testing.T) {
			q := write(t, odd)
			q.SSH = fakeSSH(t, c.script)
			_, err := q.Lookup(t.Context())
			if err == nil || !strings.HasPrefix(err.Error(), c.want) || len(err.Error()) > 600 {
				t.Errorf("%v, want %s", err, c.want)
			}
		})
	}
}

// TestAskEnds: neither ssh nor a child that keeps its pipes holds us longer
// than the context.
func TestAskEnds(t *testing.T) {
	q := write(t, odd)
	q.SSH = fakeSSH(t, "sleep 30 & sleep 30")
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	start := time.Now()
	if _, err := q.Lookup(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	if d := time.Since(start); d > 20*time.Second {
		t.Errorf("ended after %v", d)
	}
}

// TestChildLivesOn: a command of Match exec that leaves something behind holds
// ssh's stderr and must not hold us.
func TestChildLivesOn(t *testing.T) {
	q := write(t, "Match exec \"sleep 30 &\"\nPort 7\n")
	start := time.Now()
	if h, err := q.Lookup(t.Context()); err != nil || h.Port != 7 {
		t.Errorf("%+v, %v", h, err)
	}
	if d := time.Since(start); d > 20*time.Second {
		t.Errorf("ended after %v", d)
	}
}

func TestAskArgs(t *testing.T) {
	q := write(t, odd)
	record := filepath.Join(q.Home, "args")
	q.SSH = fakeSSH(t, `for a; do echo "$a"; done >`+record+`; echo hostname x; echo port 5`)
	q.User = "me"
	q.Args = []string{"-4fsvE", "log", "-P", "tag", "-Ocheck", "-p7", "-F", q.File, "-oA=b c"}
	q.File = "elsewhere"
	h, err := q.Lookup(t.Context())
	if err != nil || h.HostName != "x" || h.Port != 5 {
		t.Fatalf("%+v, %v", h, err)
	}
	b, err := os.ReadFile(record)
	if err != nil {
		t.Fatal(err)
	}
	want := "-G -o LogLevel=DEBUG -F " + filepath.Join(q.Home, "config") + " -l me -4 -o Tag=tag -p 7 -o A=b c -- web"
	if got := strings.ReplaceAll(strings.TrimSpace(string(b)), "\n", " "); got != want {
		t.Errorf("ssh ran with %s\nwant %s", got, want)
	}
}

func TestBadQueries(t *testing.T) {
	for name, change := range map[string]func(*Query){
		"no name":             func(q *Query) { q.Host = "" },
		"like an option":      func(q *Query) { q.Host = "-oProxyCommand=x" },
		"two lines":           func(q *Query) { q.Host = "a\nb" },
		"no such file":        func(q *Query) { q.File = filepath.Join(q.Home, "none") },
		"a directory":         func(q *Query) { q.File = q.Home; q.SSH = "/nonexistent/ssh" },
		"no option":           func(q *Query) { q.Args = []string{"-4", "host"} },
		"unknown option":      func(q *Query) { q.Args = []string{"-Z"} },
		"option that ends":    func(q *Query) { q.Args = []string{"-p"} },
		"file too large":      func(q *Query) { os.Truncate(q.File, maxFile+1) },
		"other files, no ssh": func(q *Query) { q.File, q.UserFile = "", q.File },
	} {
		t.Run(name, func(t *testing.T) {
			q := write(t, odd)
			change(&q)
			if h, err := q.Lookup(t.Context()); err == nil {
				t.Errorf("%+v", h)
			} else if strings.ContainsAny(err.Error(), "\n\x1b") {
				t.Errorf("%q", err)
			}
		})
	}
}

func TestUnreadable(t *testing.T) {
	if os.Getuid() == 0 {
		q := write(t, "") // root can read every file, so take a path that is not one
		q.File = filepath.Join(q.File, "below")
		if _, err := q.Lookup(t.Context()); err == nil || !strings.Contains(err.Error(), q.File) {
			t.Error(err)
		}
		return
	}
	q := write(t, "Port 1\n")
	if err := os.Chmod(q.File, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := q.Lookup(t.Context()); !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), q.File) {
		t.Error(err)
	}
}

func TestManyIncludes(t *testing.T) {
	q := write(t, "")
	text := "Port 1\nInclude " + strings.Repeat(q.Home+"/e ", maxFiles+1)
	if err := os.WriteFile(filepath.Join(q.Home, "e"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(q.File, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := q.Lookup(t.Context()); err == nil || !strings.Contains(err.Error(), "included") {
		t.Error(err)
	}
}

// TestNoHome: without a home nothing that lies there is guessed at.
func TestNoHome(t *testing.T) {
	for _, text := range []string{"", "Include x", "Include ~/x", "ControlPath ~/%h"} {
		q := write(t, text)
		q.Home, q.EnvHome, q.Evaluating = "", "", true
		var u *UnevaluatedError
		if h, err := q.Lookup(t.Context()); !errors.As(err, &u) {
			t.Errorf("%q: %+v, %v", text, h, err)
		}
		q.File = ""
		if h, err := q.Lookup(t.Context()); !errors.As(err, &u) {
			t.Errorf("%q: %+v, %v", text, h, err)
		}
	}
}

// TestNobody: where there is no ssh, a user without an entry in the user database has no
// configuration, which is not in doubt. It is so in most containers.
func TestNobody(t *testing.T) {
	q := Query{Host: "web1", SystemFile: os.DevNull, SSH: "/nonexistent/ssh"}
	h, err := q.Lookup(t.Context())
	if err != nil || h.HostName != "web1" || h.Port != 22 || h.Get("user") != "" {
		t.Errorf("%+v, %v", h, err)
	}
	q.SSH = os.Args[0] // any program
	var u *UnevaluatedError
	if h, err := q.Lookup(t.Context()); !errors.As(err, &u) {
		t.Errorf("with an ssh: %+v, %v", h, err)
	}
	// What the options say about the user's home stays in doubt.
	q.SSH, q.Args = "/nonexistent/ssh", []string{"-o", "ControlPath ~/%h"}
	if h, err := q.Lookup(t.Context()); !errors.As(err, &u) {
		t.Errorf("ControlPath: %+v, %v", h, err)
	}
}

// TestUnknownUser: ssh runs for nobody who is not in the user database, as a service of
// systemd with DynamicUser is not. That is no fault of the ssh.
func TestUnknownUser(t *testing.T) {
	q := write(t, odd)
	q.SSH = program(t, `printf 'No user exists for uid 61234\r\n' >&2; exit 255`)
	var u *UnevaluatedError
	if _, err := q.Lookup(t.Context()); !errors.As(err, &u) || !strings.Contains(err.Error(), "not in the user database") {
		t.Error(err)
	}
}
