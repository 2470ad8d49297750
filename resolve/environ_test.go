package resolve

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestEnvironment(t *testing.T) {
	dir := t.TempDir()
	conf := filepath.Join(dir, "resolv.conf")
	if err := os.WriteFile(conf, []byte("search a.example\noptions ndots:3 timeout:7\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	local := func(s string) *string { return &s }
	for _, tt := range []struct {
		env     Environment
		search  []Name
		ndots   int
		timeout time.Duration
	}{
		{Environment{}, []Name{"a.example"}, 3, 7 * time.Second},
		{Environment{LocalDomain: local("B.example\t.c.example")}, []Name{"b.example", "c.example"}, 3,
			7 * time.Second},
		{Environment{LocalDomain: local("")}, []Name{"."}, 3, 7 * time.Second},
		{Environment{LocalDomain: local("b.example\nc.example")}, []Name{"b.example"}, 3, 7 * time.Second},
		{Environment{Options: "ndots:1  junk\ttimeout:2"}, []Name{"a.example"}, 1, 2 * time.Second},
	} {
		c, err := load(conf, filepath.Join(dir, "none"), tt.env)
		if err != nil || !cmp.Equal(c.Search, tt.search) || c.Ndots != tt.ndots || c.Timeout != tt.timeout {
			t.Errorf("%+v: %+v, %v", tt.env, c, err)
		}
	}
}

// How an sshd here looks up a PTR's name does not depend on the user's environment.
func TestEnvironmentIsTheUsers(t *testing.T) {
	domain := "user.example"
	c, err := load("/dev/null", "/dev/null", Environment{LocalDomain: &domain, Options: "ndots:9"})
	if err != nil {
		t.Fatal(err)
	}
	if got := c.candidates(want{name: "db"}); !cmp.Equal(got, []Name{"db.user.example", "db"}) {
		t.Errorf("typed: %v", got)
	}
	for _, n := range c.candidates(want{name: "a.b", found: true}) {
		if n == "a.b.user.example" {
			t.Errorf("found in a PTR record: %s", n)
		}
	}
}

func TestHostAliases(t *testing.T) {
	path := filepath.Join(t.TempDir(), "aliases")
	text := "one\tTwo.Example rest\n web nowhere.example\nONE three.example\n\x1b[2J x.example\nodd a..b\nlong " +
		strings.Repeat("x", 300) + "\nshort\nlate four.example\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c := &Config{Aliases: path}
	for name, want := range map[Name]Name{"one": "two.example", "web": "", "late": "four.example", "short": "",
		"odd": "", "long": "", "one.example": "", "none": ""} {
		if got, ok := c.alias(name); got != want && ok {
			t.Errorf("%s: %s", name, got)
		} else if ok != (want != "") {
			t.Errorf("%s: %t", name, ok)
		}
	}
	for _, other := range []string{"", path + ".none", filepath.Dir(path), "/dev/zero"} {
		if got, ok := (&Config{Aliases: other}).alias("one"); ok {
			t.Errorf("%s: %s", other, got)
		}
	}
}

// TestDomain: the domain that names are completed with is the first of the search list.
func TestDomain(t *testing.T) {
	for list, want := range map[string]string{
		"": "", "search example.com example.net": "example.com", "search Example.COM.": "example.com", "search . example.com": "",
	} {
		cfg, err := ParseResolvConf(strings.NewReader(list + "\n"))
		if err != nil {
			t.Fatal(err)
		}
		if got := (&Resolver{Config: cfg}).Domain(); got != want {
			t.Errorf("%q: %q, want %q", list, got, want)
		}
	}
}
