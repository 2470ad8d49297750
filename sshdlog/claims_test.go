package sshdlog

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestClaims(t *testing.T) {
	many := "Invalid user"
	for i := range 20 {
		many += fmt.Sprintf(" from 10.0.0.%d", i)
	}
	for _, c := range []struct {
		msg, want string
		cut       int
	}{
		{"Invalid user x from 1.2.3.4 port 22 from 203.0.113.5 port 5", "[1.2.3.4 1.2.3.4]", 500},
		{"Connection closed by invalid user 1.2.3.4 port 22 203.0.113.5 port 5", "[1.2.3.4]", 500},
		{"Disconnecting invalid user x 1.2.3.4 port 22: y ::1 port 5: z", "[1.2.3.4 ::1]", 500},
		{"Bad protocol version identification 'x' from 1.2.3.4 port 22' from 203.0.113.5 port 5", "[1.2.3.4 1.2.3.4]", 500},
		{"pam_unix(sshd:auth): authentication failure; ruser=x rhost=1.2.3.4 rhost=203.0.113.5", "[1.2.3.4 203.0.113.5]", 500},
		{"Invalid user x from ::ffff:1.2.3.4", "[1.2.3.4]", 20},
		{"Received disconnect from 203.0.113.5 port 5:11: x from 1.2.3.4.", "[1.2.3.4]", 500},
		{"Invalid user 1.2.3.4 at 1.2.3.4 from x from y port z", "[]", 500},
		{"Failed password for root from 203.0.113.5 port 5 ssh2", "[]", 500},
		{many, "[10.0.0.0 10.0.0.1 10.0.0.2 10.0.0.3 10.0.0.4 10.0.0.5 10.0.0.6 10.0.0.7]", 100},
	} {
		e, _ := parse(c.msg, c.cut)
		if got := fmt.Sprint(slices.Collect(e.Claims())); got != c.want {
			t.Errorf("%s: got %s, want %s", c.msg, got, c.want)
		}
		for range e.Claims() {
			break // may end at any time
		}
	}
}

// What a client forged through a real sshd is sure of nobody but that client. Messages that
// contradict it are told apart, but where newlines are not escaped.
func TestRecordedForgeries(t *testing.T) {
	client, made := netip.MustParseAddr("203.0.113.5"), netip.MustParseAddr("1.2.3.4")
	files, err := filepath.Glob("testdata/recorded/forgeries-*.log")
	if err != nil || len(files) < 2 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		log, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var p Parser
		var f Frame
		var e Event
		sure, suspect := 0, 0
		for line := range strings.Lines(string(log)) {
			if p.Parse([]byte(line), &f) != OK || !ParseEvent(&f, &e) {
				continue
			}
			if e.Sure && e.Addr == client {
				sure++
			}
			if e.Sure && e.Addr == made {
				t.Errorf("%s: %s", name, line)
			}
			if slices.Contains(slices.Collect(e.Claims()), made) {
				if suspect++; !e.Suspect {
					t.Errorf("%s: not suspect: %s", name, line)
				}
			}
		}
		if sure < 20 || suspect < 10 {
			t.Errorf("%s: %d events are sure, %d suspect", name, sure, suspect)
		}
	}
}
