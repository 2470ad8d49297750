package survey

import (
	"fmt"
	"strings"
	"testing"

	"rdnsproxy/internal/lab"
)

// TestTellStorms: a server that refuses, or fails at, all questions of a long list is told
// of once, with what to do; one that refuses some is not.
func TestTellStorms(t *testing.T) {
	for _, tt := range []struct {
		fault lab.DNSFault
		of    int // one name in so many has it
		want  string
	}{
		{lab.Refused, 1, " refuses 100 % of the questions (REFUSED) (does it answer this machine, and so much? --rate N"},
		{lab.ServFail, 1, " fails at 100 % of the questions (SERVFAIL) ("},
		{lab.Refused, 3, ""},
	} {
		dns, err := lab.StartDNS(lab.Zone("example.com"))
		if err != nil {
			t.Fatal(err)
		}
		w := newWorldOf(t, dns)
		var list strings.Builder
		for i := range 300 {
			name := fmt.Sprintf("h%d.example.com", i)
			fmt.Fprintln(&list, name)
			if i%tt.of == 0 {
				dns.Fault(name, tt.fault)
			}
		}
		w.o.Sources.FromFile = []string{w.write(t, "list", list.String())}
		if _, err := Run(t.Context(), w.World, w.o, nil); err != nil {
			t.Fatal(err)
		}
		stderr := w.read(t, "err")
		if told := strings.Count(stderr, " % of the questions"); !strings.Contains(stderr, tt.want) || told != min(len(tt.want), 1) {
			t.Errorf("%v: %q", tt.want, stderr)
		}
	}
}
