package knownhosts_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"rdnsproxy/internal/knownhosts"
)

// Names behind hashed lines are found by trying them, as ssh-keygen -H has hashed
// them: also those with a port, and those of several lines.
func TestUnhash(t *testing.T) {
	c := newKeys(t)
	path := filepath.Join(t.TempDir(), "known_hosts")
	text := c.lines.Replace("a.example.com {ed}\na.example.com {rsa}\n[b.example.com]:2222 " +
		"{ed}\n192.0.2.1,c.example.com {ec}\nnobody.example.com {ed}\n")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("ssh-keygen", "-H", "-f", path).CombinedOutput(); err != nil {
		t.Fatalf("ssh-keygen: %v: %s", err, out)
	}
	f, errs := knownhosts.ParseFiles(path)
	if len(errs) > 0 || len(f.Names()) > 0 {
		t.Fatalf("%v, plain names %v", errs, f.Names())
	}
	u := f.Unhash([]knownhosts.Host{
		{Name: "A.example.com"}, {Name: "a.example.com", Port: 22}, {Name: "b.example.com"},
		{Name: "b.example.com", Port: 2222},
		{Name: "other", Port: 2222, Alias: "c.example.com"}, {Name: "192.0.2.2"},
	})
	var found []string
	for _, h := range u.Found {
		found = append(found, h.Name)
	}
	// ssh-keygen makes a line of each name of a list.
	if got := strings.Join(found, " "); got != "A.example.com b.example.com other" || u.Lines != 6 || u.Unnamed != 2 ||
		!u.Tried {
		t.Errorf("found %s, %+v", got, u)
	}
}

// Trying ends, however many names there are.
func TestUnhashIsBounded(t *testing.T) {
	c := newKeys(t)
	f := parse(t, strings.Repeat(c.lines.Replace("{#host.example.com} {ed}\n"), 3000))
	many := make([]knownhosts.Host, 65536)
	for i := range many {
		many[i].Name, many[i].Port = "other", uint16(i)
	}
	if u := f.Unhash(many); u.Tried || u.Unnamed != 3000 {
		t.Errorf("%d unnamed, all tried: %v", u.Unnamed, u.Tried)
	}
}
