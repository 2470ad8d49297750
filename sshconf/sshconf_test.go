package sshconf

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/kevinburke/ssh_config"
)

func TestOrigins(t *testing.T) {
	q := write(t, "")
	inc := filepath.Join(q.Home, "inc\x1b")
	for file, text := range map[string]string{q.File: "\n# x\nHost web\n  Port 7\nInclude " + q.Home + "/in*\n",
		inc: "\n\nBindAddress b\n"} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	q.Args = []string{"-l", "me"}
	q.Keywords = []string{"port", "tcpkeepalive", "bindaddress", "user", "ipqos"}
	h, err := q.Lookup(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []Value{
		{"user", "me", "command line"},
		{"port", "7", q.File + ":4"},
		{"tcpkeepalive", "yes", "default"},
		{"bindaddress", "b", q.Home + `/inc\027:3`},
	}
	if d := cmp.Diff(want, h.Values()); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	for k, set := range map[string]bool{"user": true, "port": true, "tcpkeepalive": false, "ipqos": false,
		"hostname": false} {
		if h.Set(k) != set {
			t.Errorf("Set(%s) = %v", k, !set)
		}
	}
	if s := (Value{"bindaddress", "a\x1bb", ""}).String(); s != `bindaddress a\027b` {
		t.Error(s)
	}
}

// TestOneConfigManyHosts: what was read once holds for each host what a reading
// of its own would, whatever was asked for before and beside it.
func TestOneConfigManyHosts(t *testing.T) {
	for _, text := range []string{
		"",
		"Host web*\n  Port 7\n  HostName %h.example.com\nHost db\n  BindAddress 192.0.2.1\nHost *\n  " +
			"ConnectTimeout 3\n",
		"Host web1\n  ProxyJump none\nMatch exec true\n  Port 9\nHost *\n  Port 10\n",
		"CanonicalizeHostname yes\nHost web1\n  Port 7\n",
	} {
		q := write(t, "")
		q.UserFile, q.File = q.File, ""
		if err := os.WriteFile(q.UserFile, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		q.SystemFile = os.DevNull
		q.Keywords = []string{"hostname", "port", "bindaddress", "connecttimeout", "proxyjump"}
		c, err := q.Read()
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for _, host := range []string{"web1", "web2", "db", "192.0.2.7", "Other.example", "web1"} {
			wg.Go(func() {
				alone := q
				alone.Host = host
				want, wantErr := alone.Lookup(t.Context())
				got, err := c.Lookup(t.Context(), host)
				if fmt.Sprint(err) != fmt.Sprint(wantErr) {
					t.Errorf("%q, %s: %v, alone %v", text, host, err, wantErr)
				}
				if d := cmp.Diff(want.Values(), got.Values()); d != "" || got.Name != host ||
					got.HostName != want.HostName {
					t.Errorf("%q, %s: -alone +got\n%s", text, host, d)
				}
			})
		}
		wg.Wait()
	}
}

func TestConnectTimeout(t *testing.T) {
	for text, want := range map[string]time.Duration{"": 0, "ConnectTimeout none": 0, "ConnectTimeout 0": 0,
		"ConnectTimeout 1m30": 90 * time.Second} {
		h, err := write(t, text).Lookup(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if d, ok := h.ConnectTimeout(); d != want || ok != (want > 0) {
			t.Errorf("%q: %v, %v", text, d, ok)
		}
	}
}

// TestOtherFiles: the user's and the system's file by name, without ssh.
func TestOtherFiles(t *testing.T) {
	q := write(t, "Host web\nPort 1\n")
	system := filepath.Join(q.Home, "system")
	if err := os.WriteFile(system, []byte("Host *\nPort 2\nUser s\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	q.UserFile, q.SystemFile, q.File = q.File, system, ""
	if h, err := q.Lookup(t.Context()); err != nil || h.Port != 1 || h.Get("user") != "s" {
		t.Errorf("%+v, %v", h, err)
	}
	q.Host = "db"
	if h, err := q.Lookup(t.Context()); err != nil || h.Port != 2 {
		t.Errorf("%+v, %v", h, err)
	}
}

// FuzzShapes: whatever the allow-list takes, the library reads as one setting
// with just that text, or as one Host line; and nothing makes a lookup without
// ssh panic.
func FuzzShapes(f *testing.F) {
	for _, s := range []string{
		"Port 22", "port=022", "Host a *.b !c", "ProxyCommand sh -c \"nc %h\"", "ConnectTimeout 1m30", "\tUser = a",
		"User a#b", "User \"a b\"", "Host a?", "ProxyJump a@b:22,c", "Match all", "Include /x", "IPQoS ef", "Port\r1",
		"SetEnv A=b", "LocalForward 1 a:2", "ControlPath ~/%r", "\ufeffPort 1", "Host [a]{b}^$|(c", "Port==1",
		"User \\", "KexAlgorithms +curve25519-sha256",
	} {
		f.Add(s)
	}
	file := filepath.Join(f.TempDir(), "config")
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(lower(text), "include") && strings.Contains(text, "/") {
			return // it could name a file of this machine
		}
		scan(text, func(ln line) bool { checkShape(t, ln); return true })
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		q := Query{Host: "web", File: file, SSH: "/nonexistent/ssh"}
		if h, err := q.Lookup(t.Context()); err == nil && h == nil {
			t.Error("neither a host nor an error")
		}
		q.Keywords = []string{"port"}
		if h, err := q.Lookup(t.Context()); err == nil && h == nil {
			t.Error("neither a host nor an error for the port alone")
		}
	})
}

func checkShape(t *testing.T, ln line) {
	shown, ok := allowed(ln.keyword, ln.rest)
	if ln.keyword == "host" {
		shown, ok = "x", hostLine(ln.rest)
	}
	if !ok {
		return
	}
	if shown == "" || strings.ContainsAny(shown, "\n\r\t") {
		t.Errorf("%q is shown as %q", ln.raw, shown)
	}
	config, err := ssh_config.DecodeBytes([]byte("Host *\n" + ln.raw + "\n"))
	if err != nil {
		t.Errorf("%q is allowed, and the library says %v", ln.raw, err)
		return
	}
	last := config.Hosts[len(config.Hosts)-1]
	if ln.keyword == "host" {
		for i, p := range words(ln.rest) {
			if len(config.Hosts) != 3 || i >= len(last.Patterns) || last.Patterns[i].String() != p {
				t.Errorf("%q: the library reads %v", ln.raw, last.Patterns)
			}
		}
		return
	}
	kv, isKV := last.Nodes[0].(*ssh_config.KV)
	if len(last.Nodes) != 1 || !isKV || strings.TrimPrefix(ln.keyword, "tcp") != strings.TrimPrefix(lower(kv.Key),
		"tcp") || kv.Value != ln.rest {
		t.Errorf("%q: the library reads %+v", ln.raw, last.Nodes[0])
	}
}
