package zones

import (
	"errors"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"rdnsproxy/internal/console"
	"rdnsproxy/resolve"
)

// FuzzZone: whatever is in a zone file, reading it ends, a refusal names the file; a
// target has the records for which it is one; and an answer is about the
// question, or about where an alias leads.
func FuzzZone(f *testing.F) {
	for _, text := range []string{forward, "$ORIGIN 2.0.192.in-addr.arpa.\n" + reverse, "@ SOA a b 1 2 3 4 5\n* CNAME *.x\n",
		"@ SOA a b 1 2 3 4 5\n@ DNAME x\nx DNAME @\n", "$INCLUDE /dev/null", "@ SOA a b ( 1 2\n 3 4 5 )\na.b A 192.0.2.1\n",
		"$GENERATE 1-3 $ A 192.0.2.$\n", "@ SOA a b 1 2 3 4 5\nsub NS x\nx.sub A 1.2.3.4\n* A 1.2.3.4\n*.* A 1.2.3.4"} {
		f.Add(text, "x.example.com")
	}
	f.Fuzz(func(t *testing.T, text, asked string) {
		if strings.Contains(strings.ToUpper(text), "$INCLUDE") && strings.Contains(text, "/") {
			return // files of this machine are not the fuzzer's
		}
		s := new(Set)
		if err := s.File("example.com=-", strings.NewReader(text)); err != nil {
			var r *console.Refusal
			if !errors.As(err, &r) || !strings.HasPrefix(r.Text, "stdin:") && !strings.HasPrefix(r.Text, "the zones") {
				t.Fatalf("%q", err)
			}
			return
		}
		for target := range s.Targets() {
			if !strings.HasPrefix(target.Where, "stdin:") {
				t.Fatalf("%+v", target)
			}
			if name, ok := strings.CutSuffix(target.Text, "."); ok {
				a, _ := s.Answer(resolve.Question{Name: resolve.Name(name), Type: resolve.A})
				aaaa, _ := s.Answer(resolve.Question{Name: resolve.Name(name), Type: resolve.AAAA})
				if len(a.Answer)+len(aaaa.Answer) == 0 {
					t.Fatalf("%+v has no address", target)
				}
			}
		}
		name, err := resolve.ParseName(asked)
		if err != nil {
			return
		}
		for _, qtype := range []resolve.Type{resolve.A, resolve.PTR, resolve.SOA, resolve.CNAME, resolve.SSHFP} {
			r, known := s.Answer(resolve.Question{Name: name, Type: qtype})
			if !known {
				continue
			}
			at := name
			for _, rec := range r.Answer {
				if rec.Name != at || rec.Type != qtype && rec.Type != resolve.CNAME {
					t.Fatalf("%s %v: %+v", name, qtype, r)
				}
				if rec.Type == resolve.CNAME && qtype != resolve.CNAME {
					at = rec.Target
				}
			}
			if r.Rcode == dns.RcodeNameError && len(r.Answer) == 0 && name == "example.com" {
				t.Fatal("the zone's own name does not exist")
			}
		}
	})
}
