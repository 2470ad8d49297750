package tally

import (
	"bytes"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"rdnsproxy/sshdlog"
)

// add counts lines of the form "HOST PID SECONDS MESSAGE"; SECONDS may have a fraction.
func add(t testing.TB, y *Tally, lines ...string) {
	t.Helper()
	for _, l := range lines {
		f := sshdlog.Frame{Cut: 500, Repeat: 1, Micro: -1, Trust: sshdlog.Unknown}
		var at string
		part := strings.SplitN(l, " ", 4)
		if _, err := fmt.Sscan(part[1], &f.PID); err != nil {
			t.Fatal(l, err)
		}
		at, micro, fraction := strings.Cut(part[2], ".")
		fmt.Sscan(at, &f.Time)
		if fraction {
			fmt.Sscanf(micro, "%d", &f.Micro)
		}
		f.Host, f.Msg = []byte(part[0]), []byte(part[3])
		var e sshdlog.Event
		if !sshdlog.ParseEvent(&f, &e) {
			t.Fatalf("not read: %s", l)
		}
		y.Add(&f, &e)
	}
}

// clientsOf returns a line for each client: what is not 0.
func clientsOf(y *Tally) (lines []string) {
	y.Finish()
	for c := range y.Clients() {
		var b strings.Builder
		fmt.Fprint(&b, c.Addr)
		for _, n := range []struct {
			name string
			n    int64
		}{
			{"connections", c.Connections}, {"bad", c.BadlyMapped}, {"in", c.Counts.LoggedIn},
			{"inbad", c.LoggedInBad},
			{"tried", c.Tried}, {"unknown", c.UnknownUser}, {"knocked", c.Knocked}, {"failed", c.Failed}, {"root", c.Root},
			{"dropped", c.Dropped}, {"keys", c.RefusedKey}, {"certs", c.RefusedCert}, {"denied", c.NotAllowed}, {"unsure", c.Unsure},
			{"named", c.NamedMapping}, {"unlisted", int64(c.Unlisted.About)},
		} {
			if n.n != 0 {
				fmt.Fprintf(&b, " %s %d", n.name, n.n)
			}
		}
		lines = append(lines, b.String())
	}
	return lines
}

func TestConnections(t *testing.T) {
	const (
		mapped = "fs1 7 100 reverse mapping checking getaddrinfo for x.example.net [192.0.2.1] failed."
		failed = "fs1 7 101 Failed password for root from 192.0.2.1 port 4000 ssh2"
		in     = "fs1 7 102 Accepted password for anna from 192.0.2.1 port 4000 ssh2"
		closed = "fs1 7 103 Connection closed by authenticating user root 192.0.2.1 port 4000 [preauth]"
	)
	for _, c := range []struct {
		name  string
		lines []string
		want  []string
	}{
		{"one", []string{mapped, failed, closed}, []string{"192.0.2.1 connections 1 bad 1 tried 1 failed 1 root 1"}},
		{"doubles of the complaint", []string{
			mapped, mapped, failed, mapped,
		}, []string{"192.0.2.1 connections 1 bad 1 tried 1 failed 1 root 1"}},
		{"a failure, then in", []string{
			mapped, failed, in,
		}, []string{"192.0.2.1 connections 1 bad 1 in 1 inbad 1 failed 1 root 1"}},
		{"the pid of another client", []string{failed, "fs1 7 104 Failed password for root from 192.0.2.2 port 4000 ssh2"},
			[]string{"192.0.2.1 connections 1 tried 1 failed 1 root 1", "192.0.2.2 connections 1 tried 1 failed 1 root 1"}},
		{"the pid on another host", []string{failed, "fs2 7 104 Failed password for root from 192.0.2.1 port 4000 ssh2"},
			[]string{"192.0.2.1 connections 2 tried 2 failed 2 root 2"}},
		{"another port", []string{failed, strings.Replace(failed, "4000", "4001", 1)},
			[]string{"192.0.2.1 connections 2 tried 2 failed 2 root 2"}},
		{"another after the end", []string{
			failed, closed, mapped,
		}, []string{"192.0.2.1 connections 2 bad 1 tried 1 knocked 1 failed 1 root 1"}},
		{"two ends", []string{failed, closed, closed}, []string{"192.0.2.1 connections 1 tried 1 failed 1 root 1"}},
		{"an end alone", []string{closed}, []string{"192.0.2.1 connections 1 tried 1"}},
		{"gone begins nothing", []string{"fs1 7 1 Disconnected from user anna 192.0.2.1 port 4000"}, nil},
		{"a scan", []string{
			"fs1 7 1 Did not receive identification string from 192.0.2.1 port 4000",
		}, []string{"192.0.2.1 connections 1 knocked 1"}},
		{"the complaint has no address", []string{
			"fs1 7 100 reverse mapping checking getaddrinfo for x.example.net failed - POSSIBLE BREAK-IN ATTEMPT!", failed},
			[]string{"192.0.2.1 connections 1 bad 1 tried 1 failed 1 root 1"}},
		{"repeated", []string{"fs1 7 1 message repeated 5 times: [ Failed password for root from 192.0.2.1 port 4000 ssh2]"},
			[]string{"192.0.2.1 connections 1 tried 1 failed 5 root 5"}},
		{"refused by the listener", []string{"fs1 1 1 drop connection #10 from [192.0.2.1]:4000 on [192.0.2.9]:22 past MaxStartups"},
			[]string{"192.0.2.1 dropped 1"}},
		{"the listener says that the time ran out", []string{failed,
			"fs1 1 120 Timeout before authentication for connection from 192.0.2.1 to 192.0.2.9, pid = 7"},
			[]string{"192.0.2.1 connections 1 tried 1 failed 1 root 1"}},
		{"no pid", []string{"fs1 0 1 Failed password for root from 192.0.2.1 port 4000 ssh2",
			"fs1 0 1 Connection closed by 192.0.2.1 port 4000 [preauth]"}, []string{"192.0.2.1 tried 1 failed 1 root 1"}},
		{"PAM in the same process", []string{
			"fs1 7 1 pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.1  user=root", failed},
			[]string{"192.0.2.1 connections 1 tried 1 failed 1 root 1"}},
		{"PAM in a process of its own", []string{failed,
			"fs1 8 1 pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.1  user=root"},
			[]string{"192.0.2.1 connections 1 tried 1 failed 1 root 1"}},
		{"nothing but PAM", []string{
			"fs1 7 1 pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.1  user=root",
			"fs1 8 1 pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.1  user=root"},
			[]string{"192.0.2.1 connections 2 tried 2 failed 2"}},
		{"an authorized key from the wrong place", []string{
			"fs1 7 1 Authentication tried for backup with correct key but not from a permitted host (host=x.example, ip=192.0.2.1)."},
			[]string{"192.0.2.1 connections 1 tried 1 keys 1 named 1"}},
		{"a certificate from the wrong place", []string{
			"fs1 7 1 cert: Authentication tried for backup with valid certificate but not from a permitted source address (192.0.2.1)."},
			[]string{"192.0.2.1 connections 1 tried 1 keys 1 certs 1"}},
		{"a user who is not in the list, and a complaint in the same connection", []string{mapped,
			"fs1 7 1 User bob from 192.0.2.1 not allowed because not listed in AllowUsers"},
			[]string{"192.0.2.1 connections 1 bad 1 tried 1 denied 1 unlisted 1"}},
		{"a user who is not in the list, and a complaint in another connection", []string{mapped, closed,
			"fs1 8 1 User bob from 192.0.2.1 not allowed because not listed in AllowUsers"},
			[]string{"192.0.2.1 connections 2 bad 1 tried 2 denied 1"}},
		{"a user who may not log in for another reason, and a complaint", []string{mapped,
			"fs1 7 1 User bob not allowed because account is locked"},
			[]string{"192.0.2.1 connections 1 bad 1 tried 1 denied 1"}},
		{"a user who is not allowed is called invalid, too", []string{
			"fs1 7 1 User bob from 192.0.2.1 not allowed because not listed in AllowUsers",
			"fs1 7 1 Connection closed by invalid user bob 192.0.2.1 port 4000 [preauth]"},
			[]string{"192.0.2.1 connections 1 tried 1 denied 1"}},
		{"who is not sure is who the connection is", []string{failed,
			"fs1 7 1 Failed publickey for x from 1.2.3.4 port 22 ssh2: from 192.0.2.1 port 4000 ssh2: RSA SHA256:x"},
			[]string{"192.0.2.1 connections 1 tried 1 failed 2 root 1 unsure 1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			y := New(Options{})
			add(t, y, c.lines...)
			if got := clientsOf(y); !slices.Equal(got, c.want) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

// Containers can share a host's name, and their processes have the same IDs. What a line without
// an address says is nobody's then; a login is always its own client's.
func TestClashes(t *testing.T) {
	const (
		a      = "fs1 7 1 Connection from 192.0.2.1 port 4001 on 10.0.0.1 port 22"
		b      = "fs1 7 1 Connection from 192.0.2.2 port 4002 on 10.0.0.2 port 22"
		locked = "fs1 7 1 User bob not allowed because account is locked"
		in     = "fs1 7 1 Accepted password for anna from 192.0.2.2 port 4002 ssh2"
		aEnds  = "fs1 7 1 Connection closed by authenticating user bob 192.0.2.1 port 4001 [preauth]"
		bEnds  = "fs1 7 1 Connection closed by authenticating user bob 192.0.2.2 port 4002 [preauth]"
		noName = "fs1 7 1 reverse mapping checking getaddrinfo for x.example.net failed - POSSIBLE BREAK-IN ATTEMPT!"
	)
	for _, c := range []struct {
		name         string
		lines        []string
		want         []string
		unattributed int64
	}{
		{"one of each", []string{a, locked, aEnds, b, in},
			[]string{"192.0.2.1 connections 1 tried 1 denied 1", "192.0.2.2 connections 1 in 1"}, 0},
		{"behind the other's address", []string{a, b, locked, in, aEnds},
			[]string{"192.0.2.1 connections 2 tried 1 knocked 1", "192.0.2.2 connections 1 in 1"}, 1},
		{"before the other's next line", []string{b, in, locked, a, aEnds},
			[]string{"192.0.2.1 connections 1 tried 1", "192.0.2.2 connections 1 in 1"}, 1},
		{"a complaint without an address", []string{b, noName, in, aEnds},
			[]string{"192.0.2.1 connections 1 tried 1", "192.0.2.2 connections 1 in 1"}, 1},
		{"the ID is used again after an end", []string{b, locked, bEnds, a, aEnds},
			[]string{"192.0.2.1 connections 1 tried 1", "192.0.2.2 connections 1 tried 1 denied 1"}, 0},
	} {
		y := New(Options{})
		add(t, y, c.lines...)
		if got := clientsOf(y); !slices.Equal(got, c.want) || y.Summary().Unattributed != c.unattributed {
			t.Errorf("%s: got  %q, %d unattributed\nwant %q, %d", c.name, got, y.Summary().Unattributed, c.want, c.unattributed)
		}
	}
}

// Of the connections that MaxStartups dropped, those with a line of their own are not counted twice.
func TestUnsaid(t *testing.T) {
	const (
		drop   = "fs1 1 10 drop connection #1 from [192.0.2.1]:4000 on [192.0.2.9]:22 past MaxStartups"
		other  = "fs1 1 10 drop connection #1 from [192.0.2.1]:4000 on [192.0.2.9]:22 penalty: failed authentication"
		exited = "fs1 1 20 exited MaxStartups throttling after 00:00:03, 3 connections dropped"
	)
	for _, c := range []struct {
		name            string
		lines           []string
		dropped, unsaid int64
	}{
		{"INFO", []string{drop, exited}, 1, 2},
		{"INFO twice", []string{drop, exited, drop, exited}, 2, 4},
		{"VERBOSE", []string{drop, drop, drop, exited}, 3, 0},
		{"VERBOSE, the beginning is in another log", []string{drop, exited}, 1, 2},
		{"VERBOSE, the end is in another log", []string{drop, drop, drop, drop}, 4, 0},
		{"penalties are another matter", []string{drop, other, other, exited}, 3, 2},
		{"another host", []string{drop, exited, strings.Replace(drop, "fs1", "fs2", 1)}, 2, 2},
		{"rate-limited", []string{drop, "fs1 1 20 past Maxstartups logging rate-limited: additional 3 connections dropped"}, 4, 0},
	} {
		y := New(Options{})
		add(t, y, c.lines...)
		y.Finish()
		s, dropped := y.Summary(), int64(0)
		for _, h := range s.Hours {
			dropped += h.Dropped
		}
		if dropped != c.dropped || s.Unsaid != c.unsaid {
			t.Errorf("%s: %d dropped in the hours, %d unsaid; want %d and %d", c.name, dropped, s.Unsaid, c.dropped, c.unsaid)
		}
	}
}

// A line belongs to a connection if at most Window lines of the host, and so many of all
// hosts, are between it and the last one. How much time is between them does not matter.
func TestWindow(t *testing.T) {
	for _, c := range []struct {
		between int
		host    string
		want    int64
	}{{9, "fs1", 1}, {10, "fs1", 2}, {10, "fs2", 1}, {19, "fs2", 1}, {20, "fs2", 2}} {
		o := Options{Window: 10}.withDefaults()
		o.caps.window = 20
		y := New(o)
		line := "fs1 7 100 Failed password for root from 192.0.2.1 port 4000 ssh2"
		add(t, y, line)
		for i := range c.between {
			add(t, y, fmt.Sprintf("%s %d 900000 Failed password for root from 192.0.2.2 port 4000 ssh2", c.host, 100+i))
		}
		add(t, y, line)
		y.Finish()
		for client := range y.Clients() {
			if client.Addr.String() == "192.0.2.1" && client.Connections != c.want {
				t.Errorf("%d lines of %s between: %d connections", c.between, c.host, client.Connections)
			}
		}
	}
}

// TestNamesThatMayBePasswords: a name that any line of a connection says is unknown is nowhere
// in the tally, neither while it is counted nor when it is read.
func TestNamesThatMayBePasswords(t *testing.T) {
	lines := []string{
		"fs1 7 1 Failed password for hunter2 from 192.0.2.1 port 4000 ssh2",
		"fs1 7 1 Invalid user hunter2 from 192.0.2.1 port 4000",
		"fs1 8 1 Failed password for invalid user hunter2 from 192.0.2.1 port 4001 ssh2",
		"fs1 8 1 Connection closed by invalid user hunter2 192.0.2.1 port 4001 [preauth]",
		"fs1 9 1 Failed password for invalid user hunter2 from 1.2.3.4 port 22 ssh2: x from 192.0.2.1 port 4002 ssh2: RSA",
		"fs1 10 1 administratively prohibited connection for invalid user hunter2 from 192.0.2.1 port 4003",
		"fs1 9 1 Failed none for invalid user y from 192.0.2.1 port 4002 ssh2",
	}
	for _, asked := range []bool{false, true} {
		y := New(Options{UnknownUsers: asked})
		add(t, y, lines...)
		var b bytes.Buffer
		if err := y.Encode(&b); err != nil {
			t.Fatal(err)
		}
		b.WriteString(shown(t, y))
		if got := strings.Contains(b.String(), "hunter2"); got != asked {
			t.Errorf("UnknownUsers %v: the name is there: %v\n%s", asked, got, b.String())
		}
	}
}

// TestUsersOfPAM: its modules name users whether or not there are any. Only sshd knows.
func TestUsersOfPAM(t *testing.T) {
	const (
		pam     = ": authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.1  user="
		invalid = "fs1 10 1 Invalid user hunter2 from 192.0.2.1 port 4000"
		unix    = "fs1 12 1 pam_unix(sshd:auth)" + pam + "hunter2"
	)
	for _, c := range []struct {
		name  string
		lines []string
		names string // with their numbers
		about int
		shown string // with UnknownUsers
	}{
		{"pam_unix, in a process of its own", []string{invalid, unix}, "", 1, "hunter2 2"},
		{"nothing but pam_unix", []string{unix}, "", 1, "hunter2 1"},
		{"nothing but pam_sss", []string{"fs1 12 1 pam_sss(sshd:auth)" + pam + "hunter2"}, "", 1, "hunter2 1"},
		{"sshd does not name the user", []string{"fs1 12 1 Connection from 192.0.2.1 port 4000", unix,
			"fs1 12 2 Connection closed by 192.0.2.1 port 4000 [preauth]"}, "", 1, "hunter2 1"},
		{"sshd knows the user", []string{"fs1 12 1 pam_unix(sshd:auth)" + pam + "bob",
			"fs1 12 1 Failed password for bob from 192.0.2.1 port 4000 ssh2"}, "bob 1", 1, "bob 1"},
		{"sshd says what PAM says", []string{"fs1 12 1 error: PAM: Authentication failure for bob from 192.0.2.1"},
			"bob 1", 1, "bob 1"},
		{"everybody knows root", []string{"fs1 12 1 pam_unix(sshd:auth)" + pam + "root"}, "root 1", 1, "root 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, unknown := range []bool{false, true} {
				y := New(Options{UnknownUsers: unknown})
				add(t, y, c.lines...)
				var encoded bytes.Buffer
				if err := y.Encode(&encoded); err != nil {
					t.Fatal(err)
				}
				if got := bytes.Contains(encoded.Bytes(), []byte("hunter2")); got && !unknown {
					t.Errorf("the name is in the tally\n%s", encoded.String())
				}
				y.Finish()
				want := c.names
				if unknown {
					want = c.shown
				}
				for client := range y.Clients() {
					var names []string
					for _, n := range client.Users.Names {
						names = append(names, fmt.Sprint(n.Name, " ", n.N))
					}
					if got := strings.Join(names, ", "); got != want || client.Users.About != c.about {
						t.Errorf("UnknownUsers %v: %q, about %d; want %q, about %d", unknown, got, client.Users.About, want, c.about)
					}
				}
			}
		})
	}
}

// How many users a client asked for is about right, whether their names are kept or not.
func TestAboutHowManyUsers(t *testing.T) {
	for _, n := range []int{1, 8, 30, 200} {
		for _, unknown := range []string{"", "invalid user "} {
			y := New(Options{})
			for i := range n {
				add(t, y, fmt.Sprintf("fs1 %d 1 Failed password for %suser%d from 192.0.2.1 port %d ssh2", i+1, unknown, i, i+1))
			}
			y.Finish()
			for c := range y.Clients() {
				if got := c.Users.About; got < n-n/3 || got > n+n/3 || n <= 8 && unknown == "" && got != n {
					t.Errorf("%d %susers: about %d", n, unknown, got)
				}
				if names := len(c.Users.Names); unknown == "" && names != min(n, 8) || unknown != "" && names != 0 {
					t.Errorf("%d %susers: %d names", n, unknown, names)
				}
			}
		}
	}
}

func TestBeforeTheFirstLogin(t *testing.T) {
	y := New(Options{})
	for i := range 20 {
		add(t, y, fmt.Sprintf("fs1 %d 50 Failed password for invalid user u%d from 192.0.2.1 port %d ssh2", i+1, i%5, i+1))
	}
	add(t, y, "fs2 7 90 Accepted password for deploy from 192.0.2.1 port 4000 ssh2",
		"fs1 70 95 Failed password for root from 192.0.2.1 port 4001 ssh2",
		"fs1 7 80 Accepted password for anna from 192.0.2.1 port 4002 ssh2")
	y.Finish()
	for c := range y.Clients() {
		want := Login{90, "fs2", "deploy"}
		if c.FirstLogin != want || c.FailedBefore != 20 || c.UsersBefore != 5 || c.Failed != 21 || c.LastBefore != 50 {
			t.Errorf("%+v after %d failures for %d users", c.FirstLogin, c.FailedBefore, c.UsersBefore)
		}
	}
}

func TestNamesOfClients(t *testing.T) {
	y := New(Options{})
	add(t, y,
		"fs1 1 1 reverse mapping checking getaddrinfo for old.example.net [192.0.2.1] failed.",
		"fs1 2 2 Address 192.0.2.1 maps to new.example.net, but this does not map back to the address.",
		"fs1 3 3 User backup from good.example.net not allowed because not listed in AllowUsers",
		"fs1 3 3 Connection closed by authenticating user backup 192.0.2.2 port 7 [preauth]",
	)
	y.Finish()
	clients := slices.Collect(y.Clients())
	if c := clients[0]; c.NameFirst != "old.example.net" || c.NameLast != "new.example.net" ||
		c.Mapping != sshdlog.MapMismatch || c.Names.About != 2 || c.ByMapping != [4]int64{1, 1} {
		t.Errorf("%+v", c)
	}
	if c := clients[1]; c.NameLast != "good.example.net" || c.NamedMapping != 1 || c.Mapping != sshdlog.Other ||
		c.Denied.Names[0].Name != "backup" || len(c.Refused.Names) > 0 {
		t.Errorf("%+v", c)
	}
	h := y.Summary().Hosts[0]
	if h.Complaints != 2 || h.Named != 1 || h.UserHost != 1 || h.FirstProof != 1 || h.LastProof != 3 {
		t.Errorf("%+v", h)
	}
}

func TestWaits(t *testing.T) {
	y := New(Options{})
	for i, micro := range []int64{20_000, 30_000, 40_000, 9_000_000, 3_700_000_000} {
		at := 1000 + micro/1_000_000
		add(t, y,
			fmt.Sprintf("fs1 %d 1000.000000 Connection from 192.0.2.%d port 4000 on 192.0.2.9 port 22", i+1, i+1),
			fmt.Sprintf("fs1 %d %d.%06d reverse mapping checking getaddrinfo for x.example [192.0.2.%d] failed.",
				i+1, at, micro%1_000_000, i+1))
	}
	y.Finish()
	h := y.Summary().Hosts[0]
	if h.Waits != 4 || h.LongestWait != 9_000_000 || h.MedianWait < 35_000 || h.MedianWait > 45_000 {
		t.Errorf("%+v", h)
	}
	for i, c := range slices.Collect(y.Clients()) {
		if want := []int64{20_000, 30_000, 40_000, 9_000_000, -1}[i]; c.LongestWait != want {
			t.Errorf("client %d: %d", i, c.LongestWait)
		}
	}
}

func TestOnly(t *testing.T) {
	lines := []string{
		"fs1 1 100 Failed password for root from 192.0.2.1 port 4000 ssh2",
		"fs1 1 200 Connection closed by authenticating user root 192.0.2.1 port 4000 [preauth]",
		"fs2 2 300 Failed password for invalid user hunter2 from 198.51.100.1 port 4000 ssh2",
		"fs1 3 400 Accepted password for anna from 192.0.2.2 port 4000 ssh2",
	}
	for _, c := range []struct {
		name string
		o    Options
		want string
	}{
		{"clients", Options{Only: Filter{Clients: []netip.Prefix{netip.MustParsePrefix("198.51.100.0/24")}}}, "[fs2 2]"},
		{"users", Options{Only: Filter{Users: []string{"root", "anna"}}}, "[fs1 1 fs1 3]"},
		{"an unknown user", Options{Only: Filter{Users: []string{"hunter2"}}}, "[fs2 2]"},
		{"hosts", Options{Only: Filter{Hosts: []string{"fs1"}}}, "[fs1 1 fs1 3]"},
		{"since, by the last line", Options{Since: 200, Only: Filter{Hosts: []string{"fs1"}}}, "[fs1 1 fs1 3]"},
		{"until, by the last line", Options{Until: 199, Only: Filter{Hosts: []string{"fs1"}}}, "[]"},
		{"both", Options{Only: Filter{Hosts: []string{"fs1"}, Users: []string{"anna"}}}, "[fs1 3]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			y := New(c.o)
			add(t, y, lines...)
			y.Finish()
			got := []string{}
			for _, x := range y.Summary().Connections {
				got = append(got, fmt.Sprintf("%s %d", x.Host, x.PID))
				if x.User == "hunter2" {
					t.Error("the name of an unknown user is shown")
				}
			}
			if fmt.Sprint(got) != c.want {
				t.Errorf("%v, not %s", got, c.want)
			}
			clients := 0
			for range y.Clients() {
				clients++
			}
			if clients != len(got) {
				t.Errorf("%d clients", clients)
			}
		})
	}
}

// Who logged in, or offered an authorized key, stays, whoever else comes, and what the others did is
// in a sum.
func TestClientsBeyondTheBound(t *testing.T) {
	o := Options{}.withDefaults()
	o.caps.clients, o.caps.named = 100, 100
	y := New(o)
	add(t, y, "fs1 1 1 Accepted password for anna from 198.51.100.1 port 4000 ssh2")
	for i := range 2000 {
		add(t, y, fmt.Sprintf("fs1 %d 1 Failed password for root from 10.0.%d.%d port 4000 ssh2", i+10, i/200, i%200))
	}
	add(t, y, "fs1 2 1 Accepted password for bob from 198.51.100.2 port 4000 ssh2")
	y.Finish()
	s := y.Summary()
	in, failed := int64(0), s.Others.Failed
	clients := slices.Collect(y.Clients())
	for _, c := range clients {
		in += c.Counts.LoggedIn
		failed += c.Failed
	}
	if in != 2 || failed != 2000 || len(clients) != 102 {
		t.Errorf("%d clients, %d logins, %d failed", len(clients), in, failed)
	}
	if s.OtherClients < 1500 || s.OtherClients > 2300 || len(s.Reached) != 1 || s.Reached[0].Of != "clients" {
		t.Errorf("%d others: %+v", s.OtherClients, s.Reached)
	}
}

// A syslog server that everybody can write to does not make the tally grow with each name of
// a host.
func TestHostsBeyondTheBound(t *testing.T) {
	o := Options{}.withDefaults()
	o.caps.hosts, o.caps.window = 20, 50
	y := New(o)
	most := 0
	for i := range 5000 {
		add(t, y, fmt.Sprintf("h%d 7 1 Failed password for root from 192.0.2.1 port 4000 ssh2", i))
		most = max(most, len(y.hostNumber))
	}
	y.Finish()
	s := y.Summary()
	if len(s.Hosts) != 20 || most > 300 || len(s.Reached) != 1 || s.Reached[0].Left < 2500 || s.Reached[0].Left > 7500 {
		t.Errorf("%d hosts, %d at once, %+v", len(s.Hosts), most, s.Reached)
	}
	if got := clientsOf(y); !slices.Equal(got, []string{"192.0.2.1 connections 5000 tried 5000 failed 5000 root 5000"}) {
		t.Error(got)
	}
}

func TestNamesBeyondTheBound(t *testing.T) {
	o := Options{}.withDefaults()
	o.caps.named = 20
	y := New(o)
	for i := range 200 {
		add(t, y, fmt.Sprintf("fs1 %d 1 reverse mapping checking getaddrinfo for n%d.example [192.0.2.%d] failed.", i+1, i, i))
	}
	add(t, y, "fs1 999 1 reverse mapping checking getaddrinfo for in.example [198.51.100.1] failed.",
		"fs1 999 1 Accepted password for anna from 198.51.100.1 port 4000 ssh2")
	y.Finish()
	named, bad := 0, 0
	for c := range y.Clients() {
		bad += int(c.BadlyMapped)
		if named += len(c.Names.Names); c.Counts.LoggedIn > 0 && c.NameFirst != "in.example" {
			t.Error("who logs in has lost its name")
		}
	}
	if s := y.Summary(); named != 21 || bad != 201 || len(s.Reached) != 1 || s.Reached[0].Most != 20 {
		t.Errorf("%d names, %d complaints, %+v", named, bad, s.Reached)
	}
}

// A copy and its original go on independently.
func TestClone(t *testing.T) {
	lines := func(user string) []string {
		return []string{
			"fs1 7 1 Failed password for " + user + " from 192.0.2.1 port 4000 ssh2",
			"fs-" + user + " 8 1 Accepted password for " + user + " from 192.0.2.2 port 4000 ssh2",
		}
	}
	y := New(Options{})
	add(t, y, lines("anna")...)
	z := y.Clone()
	add(t, y, lines("bob")...)
	add(t, z, lines("carla")...)
	for _, c := range []struct {
		got  *Tally
		user string
	}{{y, "bob"}, {z, "carla"}} {
		want := New(Options{})
		add(t, want, append(lines("anna"), lines(c.user)...)...)
		if a, b := diff(shown(t, want), shown(t, c.got)); a != b {
			t.Errorf("%s\nnot\n%s", b, a)
		}
	}
}

// What a server shows about itself is bounded by the period, too.
func TestProofsInThePeriod(t *testing.T) {
	lines := []string{
		"fs1 1 100 reverse mapping checking getaddrinfo for a.example [192.0.2.1] failed.",
		"fs1 2 300 reverse mapping checking getaddrinfo for b.example [192.0.2.2] failed.",
	}
	for o, want := range map[[2]int64]int64{{0, 0}: 2, {200, 0}: 1, {0, 200}: 1, {400, 0}: 0} {
		y := New(Options{Since: o[0], Until: o[1]})
		add(t, y, lines...)
		y.Finish()
		if got := y.Summary().Hosts[0].Complaints; got != want {
			t.Errorf("since and until %v: %d complaints, not %d", o, got, want)
		}
	}
}
