package auditrun

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rdnsproxy/internal/lab"
)

// A site is a log, as its servers write it, and the DNS of its clients. Everything in it is
// made up, and the same on every run; the lines have the words of real servers.
type site struct {
	name  string
	files map[string]func() []byte
	zones []lab.DNSZone
	fault map[string]lab.DNSFault
	dated time.Time // of the files
}

// sites are those whose reports the output formats are tested with.
func sites() []site {
	return []site{
		{
			name:  "healthy",
			files: map[string]func() []byte{"auth.log": smallServer},
			dated: time.Date(2016, 12, 10, 11, 4, 45, 0, time.UTC),
			zones: []lab.DNSZone{
				lab.Zone("0.192.in-addr.arpa", "122.2 PTR 192-0-2-122.rev.isp.example."),
				lab.Zone("51.198.in-addr.arpa", "186.100 PTR ns.gone.example.", "172.100 PTR 198-51-100-172.user.cable.example."),
				lab.Zone("18.198.in-addr.arpa"), lab.Zone("0.203.in-addr.arpa"),
				lab.Zone("isp.example", "192-0-2-122.rev A 192.0.2.122"), lab.Zone("gone.example"), lab.Zone("cable.example"),
			},
		},
		{
			name:  "hurt",
			files: map[string]func() []byte{"auth.log": fileServer},
			dated: time.Date(2026, 11, 25, 21, 58, 40, 0, time.UTC),
			zones: []lab.DNSZone{
				lab.Zone("28.99.140.in-addr.arpa", "179 PTR 179.cureconsulting.deru.net."), lab.Zone("deru.net"),
				lab.Zone("113.0.203.in-addr.arpa", "40 PTR dsl-40.isp.example.", "41 PTR dsl-41.isp.example."),
				lab.Zone("isp.example", "dsl-40 A 203.0.113.99", "dsl-41 A 203.0.113.41"),
				lab.Zone("100.51.198.in-addr.arpa"), staffReverse(), staffForward(), lab.Zone("18.198.in-addr.arpa"),
				lab.Zone("8.b.d.0.1.0.0.2.ip6.arpa"),
			},
			fault: map[string]lab.DNSFault{"16.100.51.198.in-addr.arpa": lab.ServFail},
		},
		{
			name:  "attacked",
			files: map[string]func() []byte{"central.log": manyServers, "containers.log": containers},
			dated: time.Date(2026, 11, 25, 8, 12, 44, 0, time.UTC),
			zones: []lab.DNSZone{
				lab.Zone("113.0.203.in-addr.arpa", pointers("%d PTR host-%[1]d.isp.example.", 20, 9)...), lab.Zone("isp.example"),
				lab.Zone("100.51.198.in-addr.arpa", append(pointers("%d PTR host-%[1]d.cloud.example.", 20, 4),
					"77 PTR vps77.cloud.example.")...),
				lab.Zone("cloud.example", "vps77 A 198.51.100.77"),
				lab.Zone("28.99.140.in-addr.arpa", "20 PTR host-20.deru.net."), lab.Zone("deru.net"),
				lab.Zone("8.b.d.0.1.0.0.2.ip6.arpa"), lab.Zone("18.198.in-addr.arpa"),
			},
		},
		frightened(),
	}
}

// pointers formats n records, of hosts from the first on.
func pointers(format string, first, n int) (records []string) {
	for i := range n {
		records = append(records, fmt.Sprintf(format, first+i))
	}
	return records
}

// staff have good names.
func staffReverse() lab.DNSZone {
	return lab.Zone("2.0.192.in-addr.arpa", pointers("%d PTR pc%[1]d.example.org.", 10, 60)...)
}

func staffForward() lab.DNSZone {
	return lab.Zone("example.org", pointers("pc%d A 192.0.2.%[1]d", 10, 60)...)
}

// write puts the site's log into a directory, with the dates of its files, and starts its DNS.
func (s *site) write(t *testing.T) (names []string, dns *lab.DNSServer) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range s.files {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, text(), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, s.dated, s.dated); err != nil {
			t.Fatal(err)
		}
		names = append(names, path)
	}
	slices.Sort(names)
	dns, err := lab.StartDNS(s.zones...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { dns.Close() })
	for name, f := range s.fault {
		dns.Fault(name, f)
	}
	return names, dns
}

// scribe writes a log, connection by connection.
type scribe struct {
	lines []stamped
	rand  *rand.Rand
	pid   int
	stamp string // layout of the stamp
}

type stamped struct {
	at   time.Time
	text string
}

func newScribe(layout string, seed uint64) *scribe {
	return &scribe{rand: rand.New(rand.NewPCG(seed, 4)), pid: 24_000, stamp: layout}
}

// connection writes what a server says about one connection, from a moment on.
func (s *scribe) connection(host string, at time.Time, messages ...string) {
	s.pid++
	port := fmt.Sprint(32768 + s.pid*7919%28000)
	for i, m := range messages {
		at = at.Add(time.Duration(i*s.rand.IntN(900)) * time.Millisecond)
		s.lines = append(s.lines, stamped{at, fmt.Sprintf("%s %s sshd[%d]: %s", at.Format(s.stamp), host, s.pid,
			strings.ReplaceAll(m, "PORT", port))})
	}
}

// bytes returns the lines in the order of time.
func (s *scribe) bytes() []byte {
	slices.SortStableFunc(s.lines, func(x, y stamped) int { return x.at.Compare(y.at) })
	var b bytes.Buffer
	for _, l := range s.lines {
		b.WriteString(l.text + "\n")
	}
	return b.Bytes()
}

// between returns a moment in a span.
func (s *scribe) between(from time.Time, span time.Duration) time.Time {
	return from.Add(time.Duration(s.rand.Int64N(int64(span))))
}

// one returns one of the words.
func (s *scribe) one(words ...string) string { return words[s.rand.IntN(len(words))] }

// failedMap is the complaint of an sshd up to 7.2, and of a later one.
func failedMap(name, addr, suffix string) string {
	return "reverse mapping checking getaddrinfo for " + name + " [" + addr + "] failed" + suffix
}

const breakIn = " - POSSIBLE BREAK-IN ATTEMPT!"

// smallServer is one morning of a small server that everybody can reach, in the words of
// OpenSSH 6.6, whose stamps have no year.
func smallServer() []byte {
	s := newScribe(time.Stamp, 1)
	from := time.Date(2016, 12, 10, 6, 55, 46, 0, time.UTC)
	guess := func(addr, name string, n int) {
		for range n {
			var m []string
			if name != "" {
				m = append(m, failedMap(name, addr, breakIn))
			}
			user := s.one("root", "root", "root", "admin", "support", "oracle", "test")
			if user != "root" {
				m = append(m, "Invalid user "+user+" from "+addr, "input_userauth_request: invalid user "+user+" [preauth]")
				user = "invalid user " + user
			}
			m = append(m, "Failed password for "+user+" from "+addr+" port PORT ssh2",
				"Received disconnect from "+addr+": 11: Bye Bye [preauth]")
			s.connection("LabSZ", s.between(from, 4*time.Hour), m...)
		}
	}
	guess("203.0.113.180", "customer-203-0-113-180-sta.uninet.example", 80)
	guess("192.0.2.122", "192-0-2-122.rev.isp.example", 3)
	guess("198.51.100.186", "ns.gone.example", 2)
	guess("198.51.100.172", "198-51-100-172.user.cable.example", 1)
	for i := range 20 {
		guess(fmt.Sprintf("198.18.%d.%d", i, 40+i), "", 1+280/(1+i*i))
	}
	for i := range 5 {
		addr := fmt.Sprintf("198.18.7.%d", 50+i)
		for range 2 {
			s.connection("LabSZ", s.between(from, 4*time.Hour), "Did not receive identification string from "+addr)
		}
	}
	s.connection("LabSZ", from.Add(157*time.Minute), "Accepted password for fztu from 203.0.113.142 port PORT ssh2",
		"pam_unix(sshd:session): session opened for user fztu by (uid=0)",
		"pam_unix(sshd:session): session closed for user fztu")
	return s.bytes()
}

// fileServer is four weeks of a file server with from= and hostbased authentication, in the
// words of OpenSSH 9.2 with LogLevel VERBOSE.
func fileServer() []byte {
	s := newScribe("2006-01-02T15:04:05.000000-07:00", 2)
	from := time.Date(2026, 10, 28, 0, 3, 11, 0, time.UTC)
	start := func(addr string) string {
		return "Connection from " + addr + " port PORT on 192.0.2.1 port 22 rdomain \"\""
	}
	in := func(addr, user string, at time.Time, complaint ...string) {
		s.connection("fs1", at, append(append([]string{start(addr)}, complaint...),
			"Accepted publickey for "+user+" from "+addr+" port PORT ssh2: "+
				"ED25519 SHA256:uNiVztksCsDhcc0u9e8BgrJXVGDZoYaX2wTqK1YIA7M",
			"User child is on pid 1", "Received disconnect from "+addr+" port PORT:11: disconnected by user",
			"Disconnected from user "+user+" "+addr+" port PORT")...)
	}
	staff := []string{"anna", "ben", "chris", "dora", "emil", "frida", "git", "gerd", "hanna"}
	for day := range 29 {
		morning := from.AddDate(0, 0, day).Truncate(24 * time.Hour)
		if morning.AddDate(0, 0, 1).After(time.Date(2026, 11, 25, 23, 0, 0, 0, time.UTC)) {
			morning = time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)
		}
		if weekday := morning.Weekday(); weekday != time.Saturday && weekday != time.Sunday {
			for i := range 60 {
				addr := fmt.Sprintf("192.0.2.%d", 10+i)
				if i%5 == 0 {
					addr = fmt.Sprintf("2001:db8:40:%x::%x", i/15, 16+i)
				}
				for range 1 + s.rand.IntN(3) {
					in(addr, staff[i%len(staff)], s.between(morning.Add(7*time.Hour), 11*time.Hour))
				}
			}
			for range 8 {
				in("203.0.113.40", "anna", s.between(morning.Add(7*time.Hour), 10*time.Hour),
					"Address 203.0.113.40 maps to dsl-40.isp.example, but this does not map back to the address.")
			}
			in("203.0.113.41", "ben", s.between(morning.Add(7*time.Hour), 10*time.Hour),
				failedMap("old-41.isp.example", "203.0.113.41", "."))
		}
		refused := func(addr, user, list string, at time.Time, complaint ...string) {
			s.connection("fs1", at, append(append([]string{start(addr)}, complaint...),
				"/home/"+user+"/.ssh/authorized_keys:3: Authentication tried for "+user+
					" with correct key but not from a permitted host (host="+addr+", ip="+addr+", required="+list+").",
				"Connection closed by authenticating user "+user+" "+addr+" port PORT [preauth]")...)
		}
		refused("140.99.28.179", "backup", "*.deru.net,good.example.com", morning.Add(4*time.Hour),
			failedMap("179.cureconsulting.deru.net", "140.99.28.179", "."))
		if day%2 == 0 {
			refused("198.51.100.16", "sync", "*.sync.example.net", morning.Add(23*time.Hour-50*time.Minute))
		}
		for range 40 {
			addr := fmt.Sprintf("198.18.%d.%d", s.rand.IntN(2), 1+s.rand.IntN(60))
			user := s.one("root", "invalid user admin", "invalid user test", "invalid user postgres")
			at := s.between(morning, 21*time.Hour)
			s.connection("fs1", at, start(addr), "Failed password for "+user+" from "+addr+" port PORT ssh2",
				"Connection closed by authenticating user root "+addr+" port PORT [preauth]")
		}
	}
	return s.bytes()
}

// manyServers is a week of the central log of sixty servers, in the words of OpenSSH 7.2
// and later.
func manyServers() []byte {
	s := newScribe(time.RFC3339, 3)
	from := time.Date(2026, 11, 18, 0, 0, 0, 0, time.UTC)
	const week = 7*24*time.Hour + 8*time.Hour
	server := func(i int) string {
		if i%10 == 0 {
			return fmt.Sprintf("mail%d", 1+i/10%6)
		}
		return fmt.Sprintf("web%d", 1+i%54)
	}
	in := func(host, addr, user string, at time.Time, complaint ...string) {
		s.connection(host, at, append(complaint, "Accepted publickey for "+user+" from "+addr+" port PORT ssh2: RSA "+
			"SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8", "Disconnected from user "+user+" "+addr+" port PORT")...)
	}
	badly := func(format, domain string, first, n, logins int) {
		for i := range n {
			addr := fmt.Sprintf(format, first+i)
			for range logins {
				in(server(3*i+1), addr, s.one("deploy", "anna", "ben"), s.between(from, week),
					failedMap(fmt.Sprintf("host-%d.%s", first+i, domain), addr, "."))
			}
		}
	}
	badly("203.0.113.%d", "isp.example", 20, 9, 38)
	badly("198.51.100.%d", "cloud.example", 20, 4, 12)
	badly("140.99.28.%d", "deru.net", 20, 1, 12)
	for i := range 120 {
		addr := fmt.Sprintf("10.0.%d.7", i)
		if i%4 == 0 {
			addr = fmt.Sprintf("2001:db8:%x:%x::%x", i/40, i/16, i+1)
		}
		for range 4 + 400/(i+4) {
			in(server(i), addr, s.one("deploy", "anna", "ben", "git", "backup"), s.between(from, week))
		}
	}
	for i := range 240 {
		addr := fmt.Sprintf("198.18.%d.%d", i/16, i%250)
		for n := range 3 + 900/(i+9) {
			user := s.one("root", "invalid user admin", "invalid user ubuntu", "invalid user test", "mysql", "www-data", "games")
			var m []string
			if i%9 == 0 {
				m = append(m, failedMap(fmt.Sprintf("x%d.example.net", i), addr, "."))
			}
			s.connection(server(i+n), s.between(from, week), append(m,
				"Failed password for "+user+" from "+addr+" port PORT ssh2",
				"Connection closed by "+addr+" port PORT [preauth]")...)
		}
	}
	intruder(s, time.Date(2026, 11, 22, 2, 20, 2, 0, time.UTC))
	forger(s, time.Date(2026, 11, 24, 21, 0, 0, 0, time.UTC))
	return s.bytes()
}

// intruder guesses on twelve servers for an hour, and gets into one.
func intruder(s *scribe, at time.Time) {
	const addr = "198.51.100.77"
	users := []string{"root", "deploy", "postgres", "git", "backup", "www-data", "mysql", "games", "news", "uucp", "list"}
	for i := range 404 {
		failed := "Failed password for " + users[i%len(users)] + " from " + addr + " port PORT ssh2"
		s.connection(fmt.Sprintf("web%d", 12+i%12), at.Add(time.Duration(i)*8*time.Second),
			failed, failed, failed, "Connection reset by "+addr+" port PORT [preauth]")
	}
	s.connection("web17", at.Add(54*time.Minute+7*time.Second),
		"Accepted password for deploy from "+addr+" port PORT ssh2", "Disconnected from user deploy "+addr+" port PORT")
}

// forger sends user names that look like the end of sshd's own messages.
func forger(s *scribe, at time.Time) {
	const addr = "203.0.113.5"
	for i := range 37 {
		user := "x from 1.2.3.4 port 22 ssh2"
		s.connection("mail3", at.Add(time.Duration(i)*15*time.Second),
			"Invalid user "+user+" from "+addr+" port PORT",
			"Failed password for invalid user "+user+" from "+addr+" port PORT ssh2: x from 1.2.3.4 port 22",
			"Connection closed by invalid user "+user+" "+addr+" port PORT [preauth]")
	}
}

// containers is the log of containers whose sshd writes to stderr.
func containers() []byte {
	var b bytes.Buffer
	at := time.Date(2026, 11, 18, 0, 0, 0, 0, time.UTC)
	for i := range 40 {
		at = at.Add(3 * time.Hour)
		message := fmt.Sprintf("Accepted publickey for git from 10.1.%d.7 port %d ssh2: RSA SHA256:x", i%5, 40000+i)
		fmt.Fprintf(&b, `{"log":"%s\r\n","stream":"stderr","time":"%s"}`+"\n", message, at.Format(time.RFC3339Nano))
	}
	return b.Bytes()
}
