package sshconf

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var algorithmKeywords = []string{"hostkeyalgorithms", "kexalgorithms", "requiredrsasize"}

// countingSSH is the installed ssh, which notes in a file each time that it is asked
// for a configuration.
func countingSSH(t *testing.T) (program string, calls func() int) {
	t.Helper()
	dir := t.TempDir()
	log, program := filepath.Join(dir, "log"), filepath.Join(dir, "ssh")
	if err := os.WriteFile(program, []byte("#!/bin/sh\n[ \"$1\" != -G ] || echo >>"+log+"\nexec ssh \"$@\"\n"),
		0o700); err != nil {
		t.Fatal(err)
	}
	return program, func() int {
		b, err := os.ReadFile(log)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		return strings.Count(string(b), "\n")
	}
}

// Hosts with the same lines share an answer, which is the one that each would get
// alone; and where only ssh can tell which lines hold, each is asked about.
func TestAsker(t *testing.T) {
	hosts := []string{"web1", "web2", "db1", "db2", "other", "192.0.2.7", "web1"}
	for _, test := range []struct {
		what, text string
		calls      int
	}{
		{"nothing", "Host web1\n  Port 7\n", 1},
		{"nothing, and a second pass", "Match final all\n  Port 7\n", 1},
		{"nothing, and a criterion", "Match exec true\n  Port 7\n", 1},
		{"for all", "HostKeyAlgorithms -ssh-rsa*\n", 1},
		{"for some", "Host web*\n  HostKeyAlgorithms +ssh-rsa\nHost db* !db2\n  KexAlgorithms " +
			"^curve25519-sha256\nHost *\n  RequiredRSASize 2048\n", 3},
		{"a quoted block", "Host \"web1\"\n  HostKeyAlgorithms +ssh-rsa\n", 6},
		{"a criterion", "Match host web1\n  HostKeyAlgorithms +ssh-rsa\n", 6},
		{"a second pass", "Match final all\n  Port 7\nHost web1\n  HostKeyAlgorithms +ssh-rsa\n", 6},
	} {
		q := write(t, test.text)
		q.Keywords = algorithmKeywords
		var calls func() int
		q.SSH, calls = countingSSH(t)
		c, err := q.Read()
		if err != nil {
			t.Fatal(err)
		}
		a := q.Asker()
		var got []*Host
		for _, host := range hosts {
			h, err := a.Ask(t.Context(), c, &Host{Name: host})
			if err != nil {
				t.Fatalf("%s: %v", test.what, err)
			}
			got = append(got, h)
		}
		if n := calls(); n != test.calls {
			t.Errorf("%s: ssh -G ran %d times, want %d", test.what, n, test.calls)
		}
		for i, host := range hosts {
			alone, err := q.Asker().Ask(t.Context(), nil, &Host{Name: host})
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(got[i].Version(), "OpenSSH_") || got[i].Version() != alone.Version() {
				t.Errorf("%s: %s: ssh calls itself %q", test.what, host, got[i].Version())
			}
			for _, k := range algorithmKeywords {
				if got[i].Get(k) == "" || got[i].Get(k) != alone.Get(k) || got[i].Name != host {
					t.Errorf("%s: %s: %s %q, alone %q", test.what, host, k, got[i].Get(k), alone.Get(k))
				}
			}
		}
	}
}

// TestOneQuestion: what ssh was asked for in a Lookup it is not asked for again, so
// that a command of Match exec runs once.
func TestOneQuestion(t *testing.T) {
	for _, test := range []struct {
		what, text string
		hosts      []string
		calls      int
	}{
		{"a block of any host", "Match exec \"echo >>$RAN\"\n  Port 7\n", []string{"web1"}, 1},
		{"a block of any host, several hosts", "Match exec \"echo >>$RAN\"\n  Port 7\n", []string{"web1", "web2", "db"},
			3},
		{"a block with algorithms", "Match exec \"echo >>$RAN\"\n  Port 7\n  HostKeyAlgorithms ssh-ed25519\n",
			[]string{"web1", "web2"}, 2},
		{"a path of its own for each host", "RevokedHostKeys /x/%h\n", []string{"web1", "web2"}, 2},
		{"files that are read here", "Host web1\n  Port 7\n", []string{"web1", "web2"}, 1},
	} {
		t.Run(test.what, func(t *testing.T) {
			q := write(t, "")
			ran := filepath.Join(q.Home, "ran")
			if err := os.WriteFile(q.File, []byte(strings.ReplaceAll(test.text, "$RAN", ran)), 0o600); err != nil {
				t.Fatal(err)
			}
			var calls func() int
			q.SSH, calls = countingSSH(t)
			q.Keywords = []string{"hostname", "port", "user", "loglevel"}
			c, err := q.Read()
			if err != nil {
				t.Fatal(err)
			}
			q.Keywords = append(slices.Clone(algorithmKeywords), "revokedhostkeys")
			classes, err := q.Read()
			if err != nil {
				t.Fatal(err)
			}
			asker := q.Asker()
			for _, host := range test.hosts {
				h, err := c.Lookup(t.Context(), host)
				if err != nil {
					t.Fatal(err)
				}
				if h.Get("loglevel") != "INFO" {
					t.Errorf("%s: loglevel is %q", host, h.Get("loglevel"))
				}
				got, err := asker.Ask(t.Context(), classes, h)
				if err != nil {
					t.Fatal(err)
				}
				if text, _ := got.Written("revokedhostkeys"); text != "" {
					if got, err = asker.Ask(t.Context(), nil, got); err != nil {
						t.Fatal(err)
					}
				}
				alone := q
				alone.SSH = "ssh"
				want, err := alone.Asker().Ask(t.Context(), nil, &Host{Name: host})
				if err != nil {
					t.Fatal(err)
				}
				for _, k := range q.Keywords {
					if got.Get(k) != want.Get(k) {
						t.Errorf("%s: %s is %q, alone %q", host, k, got.Get(k), want.Get(k))
					}
				}
				if got.Version() == "" || got.Version() != want.Version() {
					t.Errorf("%s: ssh calls itself %q, alone %q", host, got.Version(), want.Version())
				}
			}
			if n := calls(); n != test.calls {
				t.Errorf("ssh -G ran %d times, want %d", n, test.calls)
			}
			if b, err := os.ReadFile(ran); err == nil && strings.Count(string(b), "\n") != test.calls+len(test.hosts) {
				t.Errorf("the command of Match exec ran %d times", strings.Count(string(b), "\n"))
			}
		})
	}
}

func TestWritten(t *testing.T) {
	q := write(t, "Host web*\n  hostkeyalgorithms  +ssh-rsa\n  HostKeyAlgorithms ssh-ed25519\nMatch exec true\n  "+
		"HostKeyAlgorithms ssh-rsa\n")
	q.Keywords = []string{"hostkeyalgorithms"}
	c, err := q.Read()
	if err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]string{"web1": "", "db": ""} {
		h, err := q.Asker().Ask(t.Context(), c, &Host{Name: host})
		if err != nil {
			t.Fatal(err)
		}
		if text, sure := h.Written("hostkeyalgorithms"); text != want || sure {
			t.Errorf("%s: %q, %v", host, text, sure)
		}
	}
	q = write(t, "Host web*\n  hostkeyalgorithms  +ssh-rsa\n  HostKeyAlgorithms ssh-ed25519\n")
	q.Keywords = []string{"hostkeyalgorithms"}
	if c, err = q.Read(); err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]string{"web1": "+ssh-rsa", "db": ""} {
		h, err := q.Asker().Ask(t.Context(), c, &Host{Name: host})
		if err != nil {
			t.Fatal(err)
		}
		if text, sure := h.Written("hostkeyalgorithms"); text != want || !sure {
			t.Errorf("%s: %q, %v", host, text, sure)
		}
	}
}

func TestAskerWithoutSSH(t *testing.T) {
	q := write(t, "")
	q.Keywords, q.SSH = algorithmKeywords, filepath.Join(t.TempDir(), "none")
	var not *NotAskedError
	if _, err := q.Asker().Ask(t.Context(), nil, &Host{Name: "web1"}); !errors.As(err, &not) ||
		!strings.Contains(err.Error(), "there is no ssh") {
		t.Error(err)
	}
}

// ssh's output under -v is not part of a complaint.
func TestAskerComplains(t *testing.T) {
	q := write(t, "Nonsense yes\n")
	q.Keywords = algorithmKeywords
	var refused *RefusedError
	_, err := q.Asker().Ask(t.Context(), nil, &Host{Name: "web1"})
	if !errors.As(err, &refused) || strings.Contains(refused.Text, "debug1") || strings.Contains(refused.Text,
		"OpenSSH_") || !strings.Contains(refused.Text, "onsense") {
		t.Error(err)
	}
}
