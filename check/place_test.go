package check

import (
	"strings"
	"testing"

	"rdnsproxy/resolve"
)

// TestZoneFile: what is wrong with a zone file is said with file and line, to who can
// correct it. What is right has a place, but is not announced with it.
func TestZoneFile(t *testing.T) {
	const pub = "203.0.113.7"
	at := func(file string, line int) resolve.Source {
		return resolve.Source{Kind: resolve.KindZone, Where: file, Line: line, File: true}
	}
	own := func(f Facts, reverse resolve.Source) Facts {
		a := &f.Addresses[0]
		a.Source, a.Reverse.Source = at("db.example.com", 9), reverse
		a.ReverseZone = zone("113.0.203.in-addr.arpa", "ns.example.com", "hostmaster@example.com")
		return f
	}
	literal := func(f Facts) Facts {
		f.Target.Input, f.Target.Host = pub, pub
		return f
	}
	stray := dead("other.example.net", resolve.NXDomain)
	stray.Forward.Source = at("db.example.net", 0)
	noDot := dead("my.example.com.113.0.203.in-addr.arpa", resolve.NXDomain)
	server := resolve.Source{Kind: resolve.KindZone, Where: "113.0.203.in-addr.arpa@192.0.2.1:53"}
	tests := []struct {
		name    string
		facts   Facts
		text    string // begins so
		file    string
		line    int
		advised string
	}{
		{"wrong", own(facts(pub, resolve.OK, stray), at("db.203", 5)), "db.203:5: my.example.com is 203.0.113.7, whose", "db.203", 5,
			"db.203:5: replace the PTR record by this one: 7.113.0.203.in-addr.arpa. PTR my.example.com."},
		{"wrong, seen from the address", literal(own(facts(pub, resolve.OK, stray), at("db.203", 5))), "db.203:5: 203.0.113.7: its", "db.203", 5,
			"db.203:5: correct or remove this record: 7.113.0.203.in-addr.arpa. PTR other.example.net."},
		{"no final dot", own(facts(pub, resolve.OK, noDot), at("db.203", 5)), "db.203:5: ", "db.203", 5,
			"db.203:5: probably the final dot is missing: 7.113.0.203.in-addr.arpa. PTR my.example.com."},
		{"no final dot, seen from the address", literal(own(facts(pub, resolve.OK, noDot), at("db.203", 5))), "db.203:5: ", "db.203", 5,
			"db.203:5: probably the final dot is missing: 7.113.0.203.in-addr.arpa. PTR my.example.com."},
		{"missing", own(facts(pub, resolve.NXDomain), at("db.203", 0)), "db.example.com:9: my.example.com is", "db.example.com", 9,
			"db.203: add this record: 7.113.0.203.in-addr.arpa. PTR my.example.com."},
		{"right", own(facts(pub, resolve.OK, ptr(host, pub)), at("db.203", 5)), "my.example.com is", "db.203", 5, ""},
		{"hostile", own(facts(pub, resolve.OK, stray), at("\x1b[2J", 5)), `\027[2J:5: my`, `\027[2J`, 5,
			`\027[2J:5: replace the PTR record by this one: 7.113.0.203.in-addr.arpa. PTR my.example.com.`},
		{"of a server", own(facts(pub, resolve.OK, noDot), server), "db.example.com:9: ", "db.example.com", 9,
			"ask the operator of 113.0.203.in-addr.arpa (contact: hostmaster@example.com) to add the final dot that is probably " +
				"missing in the zone file: 7.113.0.203.in-addr.arpa. PTR my.example.com."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fd := judge(tt.facts, Policy{}).Findings[0]
			if !strings.HasPrefix(fd.Text, tt.text) || fd.File != tt.file || fd.Line != tt.line {
				t.Errorf("%s (%s:%d)\nwant %s (%s:%d)", fd.Text, fd.File, fd.Line, tt.text, tt.file, tt.line)
			}
			if got := strings.Join(advised(tt.facts, Policy{}, AdvisePTRRecord), "\n"); got != tt.advised {
				t.Errorf("advised %s\nwant %s", got, tt.advised)
			}
			if len(fd.Advice) > 0 && fd.Advice[0].Code != AdvisePTRRecord {
				t.Errorf("the first advice is %s", fd.Advice[0].Code)
			}
		})
	}
	if got := advised(tests[0].facts, Policy{}, AdviseForwardRecord); len(got) != 1 ||
		got[0] != "if the name is meant for this address, add this record to db.example.net: other.example.net. A 203.0.113.7" {
		t.Errorf("%q", got)
	}
}
