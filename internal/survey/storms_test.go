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

// TestTellLosses: a server that leaves many questions unanswered is told of once, also if it
// answers them when they are asked again; one that loses a few is not.
func TestTellLosses(t *testing.T) {
	for _, tt := range []struct{ of, told int }{{3, 1}, {100, 0}} {
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
				asked := map[uint16]bool{}
				dns.Fault(name, func(x *lab.DNSExchange) {
					if q := x.Query.Question[0].Qtype; !asked[q] {
						asked[q], x.Reply = true, nil
					}
				})
			}
		}
		w.o.Sources.FromFile = []string{w.write(t, "list", list.String())}
		if _, err := Run(t.Context(), w.World, w.o, nil); err != nil {
			t.Fatal(err)
		}
		stderr := w.read(t, "err")
		if told := strings.Count(stderr, " % of the questions unanswered (--rate N asks it less"); told != tt.told {
			t.Errorf("one in %d: %q", tt.of, stderr)
		}
	}
}
