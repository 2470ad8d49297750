package survey

import (
	"fmt"
	"strings"
	"sync"
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
		stderr := askedAbout300(t, func(dns *lab.DNSServer, i int, name string) {
			if i%tt.of == 0 {
				dns.Fault(name, tt.fault)
			}
		})
		if told := strings.Count(stderr, " % of the questions"); !strings.Contains(stderr, tt.want) || told != min(len(tt.want), 1) {
			t.Errorf("%v: %q", tt.want, stderr)
		}
	}
}

// TestTellLosses: a server that leaves many questions unanswered is named once, also if it
// answers them when they are asked again; one that loses a few is not.
func TestTellLosses(t *testing.T) {
	for _, tt := range []struct{ of, told int }{{3, 1}, {100, 0}} {
		stderr := askedAbout300(t, func(dns *lab.DNSServer, i int, name string) {
			if i%tt.of == 0 {
				var asked sync.Map // types: each is answered when it is asked again
				dns.Fault(name, func(x *lab.DNSExchange) {
					if _, again := asked.LoadOrStore(x.Query.Question[0].Qtype, true); !again {
						x.Reply = nil
					}
				})
			}
		})
		if told := strings.Count(stderr, " % of the questions unanswered (--rate N asks it less"); told != tt.told {
			t.Errorf("one in %d: %q", tt.of, stderr)
		}
	}
}

// askedAbout300 is what a check of 300 names says on stderr. harm spoils what the server
// answers about the i-th of them.
func askedAbout300(t *testing.T, harm func(dns *lab.DNSServer, i int, name string)) (stderr string) {
	t.Helper()
	dns, err := lab.StartDNS(lab.Zone("example.com"))
	if err != nil {
		t.Fatal(err)
	}
	w := newWorldOf(t, dns)
	var list strings.Builder
	for i := range 300 {
		name := fmt.Sprintf("h%d.example.com", i)
		fmt.Fprintln(&list, name)
		harm(dns, i, name)
	}
	w.o.Sources.FromFile = []string{w.write(t, "list", list.String())}
	if _, err := Run(t.Context(), w.World, w.o, nil); err != nil {
		t.Fatal(err)
	}
	return w.read(t, "err")
}
