package survey

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rdnsproxy/internal/console"
	"rdnsproxy/resolve"
)

// TestTellRate: a long list is slowed down for a server of others, and the user reads by how
// much and what to do; for one on this machine, or with --rate, there is nothing to say.
func TestTellRate(t *testing.T) {
	for _, tt := range []struct {
		servers string
		rate    int
		want    string
	}{
		{"192.0.2.53", 0, "notice: at most 1000 questions a second to 192.0.2.53 (--rate N allows another number, --rate unlimited any)"},
		{"192.0.2.53,127.0.0.1,2001:db8::53", 0, "at most 1000 questions a second to 192.0.2.53, 2001:db8::53 ("},
		{"127.0.0.1", 0, ""},
		{"192.0.2.53", -1, ""},
		{"192.0.2.53", 50, ""},
	} {
		stderr, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
		if err != nil {
			t.Fatal(err)
		}
		o := Defaults()
		o.SSHConfig, o.DNSOnly, o.Rate = "none", true, tt.rate
		for text := range strings.SplitSeq(tt.servers, ",") {
			server, err := resolve.ParseServer(text)
			if err != nil {
				t.Fatal(err)
			}
			o.Resolvers = append(o.Resolvers, server)
		}
		s, err := New(t.Context(), console.World{}, console.NewVoice(stderr, false, false), o)
		if err != nil {
			t.Fatal(err)
		}
		lane := s.openLane()
		for len(lane.Stats().Servers) == 0 { // until it runs
			time.Sleep(time.Millisecond)
		}
		s.tellRate()
		if ran := s.ran(); ran.Sent != 0 || ran.Lost != 0 || ran.Took <= 0 || ran.Servers != nil {
			t.Errorf("%+v", ran)
		}
		lane.Close()
		s.Close()
		stderr.Close()
		got, err := os.ReadFile(stderr.Name())
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(got), tt.want) || tt.want == "" && len(got) > 0 || strings.Count(string(got), "\n") > 1 {
			t.Errorf("%s, rate %d: %q", tt.servers, tt.rate, got)
		}
	}
}
