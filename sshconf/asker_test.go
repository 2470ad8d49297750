package sshconf

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var algorithmKeywords = []string{"hostkeyalgorithms", "kexalgorithms", "requiredrsasize"}

// countingSSH is the installed ssh, which notes each of its calls in a file.
func countingSSH(t *testing.T) (program string, calls func() int) {
	t.Helper()
	dir := t.TempDir()
	log, program := filepath.Join(dir, "log"), filepath.Join(dir, "ssh")
	if err := os.WriteFile(program, []byte("#!/bin/sh\necho >>"+log+"\nexec ssh \"$@\"\n"), 0o700); err != nil {
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
		{"for some", "Host web*\n  HostKeyAlgorithms +ssh-rsa\nHost db* !db2\n  KexAlgorithms ^curve25519-sha256\nHost *\n  RequiredRSASize 2048\n", 3},
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
			h, err := a.Ask(t.Context(), c, host)
			if err != nil {
				t.Fatalf("%s: %v", test.what, err)
			}
			got = append(got, h)
		}
		if n := calls(); n != test.calls {
			t.Errorf("%s: ssh -G ran %d times, want %d", test.what, n, test.calls)
		}
		for i, host := range hosts {
			alone, err := q.Asker().Ask(t.Context(), nil, host)
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

func TestWritten(t *testing.T) {
	q := write(t, "Host web*\n  hostkeyalgorithms  +ssh-rsa\n  HostKeyAlgorithms ssh-ed25519\nMatch exec true\n  HostKeyAlgorithms ssh-rsa\n")
	q.Keywords = []string{"hostkeyalgorithms"}
	c, err := q.Read()
	if err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]string{"web1": "", "db": ""} {
		h, err := q.Asker().Ask(t.Context(), c, host)
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
		h, err := q.Asker().Ask(t.Context(), c, host)
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
	if _, err := q.Asker().Ask(t.Context(), nil, "web1"); !errors.As(err, &not) || !strings.Contains(err.Error(), "there is no ssh") {
		t.Error(err)
	}
}

// What ssh says under -v is no part of a complaint.
func TestAskerComplains(t *testing.T) {
	q := write(t, "Nonsense yes\n")
	q.Keywords = algorithmKeywords
	var refused *RefusedError
	_, err := q.Asker().Ask(t.Context(), nil, "web1")
	if !errors.As(err, &refused) || strings.Contains(refused.Text, "debug1") || strings.Contains(refused.Text, "OpenSSH_") || !strings.Contains(refused.Text, "onsense") {
		t.Error(err)
	}
}
