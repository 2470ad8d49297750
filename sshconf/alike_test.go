package sshconf

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// TestAlike compares what one Config tells about many hosts with what it tells about each
// alone, and with ssh, for random configurations.
func TestAlike(t *testing.T) {
	hosts := []string{"web", "web2", "WEB", "db", "db2", "x.example.com", "y.example.com", "Y.Example.com",
		"192.0.2.1", "192.0.2.2", "2001:db8::1", "0x7f.1", "a", "b", "gate", "real", "127.1", "fe80::1%lo"}
	seeds, shared := uint64(400), 0
	for seed := range seeds {
		dir := t.TempDir()
		c := composer{rand.New(rand.NewPCG(seed, 11)), []int{0, 0, 0, 12}[seed%4], dir}
		config := c.compose(1 + c.IntN(4))
		texts := map[string]string{
			"inc1":   strings.ReplaceAll(c.compose(1), "Include", "#"),
			"inc2":   strings.ReplaceAll(c.compose(2), "Include", "#"),
			"config": config,
		}
		for name, text := range texts {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		q := Query{File: filepath.Join(dir, "config"), Home: home(t), EnvHome: home(t), LocalUser: localUser(t),
			Evaluating: true, Strict: true} // without ssh, which is slow: what only it knows is an error
		if seed%2 == 0 {
			q.Keywords = []string{"hostname", "port", "user", "proxycommand", "userknownhostsfile", "controlpath"}
		}
		many, err := q.Read()
		if err != nil {
			t.Fatal(err)
		}
		for _, host := range hosts {
			alone := q
			alone.Host = host
			want, wantErr := alone.Lookup(t.Context())
			got, err := many.Lookup(t.Context(), host)
			if fmt.Sprint(err) != fmt.Sprint(wantErr) {
				t.Fatalf("%s: %v, alone %v\n%s", host, err, wantErr, config)
			}
			if got == nil {
				continue
			}
			if !reflect.DeepEqual(got.Values(), want.Values()) || got.Name != want.Name || got.HostName != want.HostName ||
				got.Port != want.Port || got.By != want.By || got.Get("hostname") != want.Get("hostname") {
				t.Fatalf("%s is %+v, alone %+v\n%s", host, got, want, config)
			}
			if _, ok := many.Class(host); ok {
				shared++
			}
			if seed%10 == 1 && err == nil && !harmful(config) { // and ssh says so
				compare(t, host, got, truth(t, alone), order(), false)
			}
		}
	}
	if shared < 1000 {
		t.Errorf("%d answers could be shared: too few to compare", shared)
	}
}

// TestClass: which hosts are in one class, and which are in none.
func TestClass(t *testing.T) {
	for _, test := range []struct {
		config string
		same   [2]string // "": in no class
	}{
		{"", [2]string{"a", "b"}},
		{"Port 7", [2]string{"a", "b"}},
		{"Host *.example.com\nPort 7", [2]string{"a.example.com", "b.example.com"}},
		{"Host *\nProxyCommand rdnsproxy %h %p", [2]string{"a", "b"}}, // which ssh -G does not expand
		{"Host a\nHostName b\nHost *\nPort 7", [2]string{"b", "c"}},
		{"Host a\nHostName b", [2]string{"", "a"}},
		{"HostName %h.example.com", [2]string{"", "a"}},
		{"ControlPath /x/%h", [2]string{"", "a"}},
		{"ControlPath /x/y", [2]string{"a", "b"}},
		{"ProxyJump gate", [2]string{"", "gate"}},
		{"Match exec true\nPort 7", [2]string{"", "a"}},
		{"Match host a\nPort 7", [2]string{"", "a"}},
		{"Match final all\nPort 7", [2]string{"", "a"}},
		{"CanonicalizeHostname yes", [2]string{"", "a"}},
		{"CASignatureAlgorithms x", [2]string{"", "a"}},
		{"", [2]string{"", "127.1"}},
	} {
		file := filepath.Join(t.TempDir(), "config")
		if err := os.WriteFile(file, []byte(test.config), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := Query{File: file, Strict: true}.Read()
		if err != nil {
			t.Fatal(err)
		}
		b, ok := c.Class(test.same[1])
		if test.same[0] == "" {
			if ok {
				t.Errorf("%q: %s is in a class", test.config, test.same[1])
			}
			continue
		}
		if a, okA := c.Class(test.same[0]); a != b || !ok || !okA {
			t.Errorf("%q: %s is in class %q, %t; %s in %q, %t", test.config, test.same[0], a, okA, test.same[1], b, ok)
		}
	}
}

// TestClassesApart: hosts for which other lines hold are told apart, however many classes
// there are.
func TestClassesApart(t *testing.T) {
	var text strings.Builder
	for i := range maxClasses + 50 {
		fmt.Fprintf(&text, "Host h%d.example.com\nPort %d\n", i, i+1)
	}
	file := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(file, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Query{File: file, Keywords: []string{"port"}}.Read()
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		for i := range maxClasses + 50 {
			h, err := c.Lookup(t.Context(), fmt.Sprintf("h%d.example.com", i))
			if err != nil || int(h.Port) != i+1 {
				t.Fatalf("%d: %v, %v", i, h, err)
			}
		}
	}
	if n := len(c.alike.hosts); n != maxClasses {
		t.Errorf("%d classes are kept", n)
	}
}
