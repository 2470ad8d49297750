package auditrun

import (
	"fmt"
	"time"

	"rdnsproxy/internal/lab"
)

// frightened is the site of an administrator who has grepped for BREAK-IN: a server that
// everybody tries to get into, and one of its own users, who comes from a network with a
// badly kept reverse zone.
func frightened() site {
	return site{
		name:  "frightened",
		files: map[string]func() []byte{"auth.log": oneServer},
		dated: time.Date(2026, 11, 25, 23, 59, 40, 0, time.UTC),
		zones: []lab.DNSZone{
			lab.Zone("113.0.203.in-addr.arpa", "40 PTR dsl-40.isp.example."), lab.Zone("isp.example"),
			lab.Zone("100.51.198.in-addr.arpa", pointers("%d PTR host-%[1]d.cloud.example.", 10, 25)...),
			lab.Zone("cloud.example"), lab.Zone("18.198.in-addr.arpa"), staffReverse(), staffForward(),
		},
	}
}

// oneServer is a month of that server, in the words of OpenSSH 6.6.
func oneServer() []byte {
	s := newScribe(time.RFC3339, 5)
	from := time.Date(2026, 10, 27, 0, 0, 5, 0, time.UTC)
	const month = 30 * 24 * time.Hour
	in := func(addr, user string, n int, complaint ...string) {
		for range n {
			s.connection("gate", s.between(from, month), append(complaint,
				"Accepted publickey for "+user+" from "+addr+" port PORT ssh2: RSA 6c:fd:5a:ae:10:32:89:7f:21:4b:f0:ee:1d:c7:95:32",
				"Received disconnect from "+addr+": 11: disconnected by user")...)
		}
	}
	in("203.0.113.40", "anna", 57, failedMap("dsl-40.isp.example", "203.0.113.40", breakIn))
	in("203.0.113.40", "anna", 6) // while her provider's DNS was in order
	for i, user := range []string{"ben", "chris", "dora", "emil"} {
		in(fmt.Sprintf("192.0.2.%d", 10+i), user, 90-10*i)
	}
	guess := func(addr string, n int, complaint ...string) {
		for range n {
			user := s.one("root", "root", "root", "invalid user admin", "invalid user test")
			failed := "Failed password for " + user + " from " + addr + " port PORT ssh2"
			s.connection("gate", s.between(from, month), append(complaint, failed, failed, failed,
				"Received disconnect from "+addr+": 11:  [preauth]")...)
		}
	}
	for i := range 25 {
		addr := fmt.Sprintf("198.51.100.%d", 10+i)
		guess(addr, 400/(1+i), failedMap(fmt.Sprintf("host-%d.cloud.example", 10+i), addr, breakIn))
	}
	for i := range 35 {
		guess(fmt.Sprintf("198.18.%d.%d", i%3, 40+i), 900/(1+i))
	}
	return s.bytes()
}
