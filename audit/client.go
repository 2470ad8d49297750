package audit

import (
	"slices"
	"strings"

	"rdnsproxy/audit/tally"
	"rdnsproxy/resolve"
	"rdnsproxy/safetext"
)

// disorder is by how many seconds the lines of one log may be out of order: sshd's processes
// and syslog's senders do not wait for each other.
const disorder = 60

// client returns the client as a report has it.
func (c *counted) client() Client {
	out := Client{
		Address: plainAddr(c.Addr), Family: strings.ToLower(resolve.FamilyOf(c.Addr).String()),
		Reading: c.reading, Unproven: c.Unproven, Hosts: c.servers(), First: stamp(c.First), Last: stamp(c.Last),
		BadlyMapped: c.BadlyMapped, Logins: c.logins(), Failed: c.Failed, UnknownUser: c.UnknownUser,
		RefusedKey: c.RefusedKey, RefusedCert: c.RefusedCert, NotAllowed: c.NotAllowed, Dropped: c.Dropped, Unsure: c.Unsure,
		Users: namesOf(c.Users), LoggedIn: namesOf(c.LoggedIn), Refused: namesOf(together(c.Refused, c.Denied)),
		Required: listsOf(c.Required),
		Then: Then{
			Kind: thenKind(&c.Client), NameFirst: safetext.Name(c.NameFirst), NameLast: safetext.Name(c.NameLast),
			Names: namesOf(c.Names),
		},
		Now: c.address, Change: c.change, NameChanged: c.change == Still && renamed(&c.Client, c.address),
	}
	if n := c.Connections; n > 0 {
		out.Connections = &n
	}
	if c.LongestWait >= 0 {
		out.LoginWait = inSeconds(c.LongestWait)
	}
	if c.logins() > 0 {
		out.FirstLogin = &Login{
			Time: stamp(c.FirstLogin.Time), Host: safetext.Name(c.FirstLogin.Host), User: safetext.Name(c.FirstLogin.User),
			FailedBefore: c.FailedBefore, UsersBefore: c.UsersBefore,
			Unordered: c.FirstLogin.Time != 0 && c.LastBefore > c.FirstLogin.Time+disorder,
		}
	}
	return out
}

// logins is how many of its connections logged in.
func (c *counted) logins() int64 { return c.Counts.LoggedIn }

// seenBy returns the hosts that saw the client, as Summary.Hosts names them: one without a
// name if the log does not name its server.
func (c *counted) seenBy() []string {
	if len(c.Hosts) == 0 {
		return []string{""}
	}
	return c.Hosts
}

// servers returns the hosts that saw the client, safe to print.
func (c *counted) servers() []string {
	hosts := make([]string, 0, len(c.Hosts))
	for _, h := range c.Hosts {
		hosts = append(hosts, safetext.Name(h))
	}
	return hosts
}

// namesOf returns a sample of user names or host names, safe to print.
func namesOf(s tally.Sample) Names { return safeNames(s, safetext.Name) }

// listsOf returns a sample of from= lists and where they are, safe to print.
func listsOf(s tally.Sample) Names {
	n := safeNames(s, func(list string) string { return safetext.Of(list).String() })
	for i := range n.Names {
		n.Names[i].At = safetext.Of(s.Names[i].At).String()
	}
	return n
}

func safeNames(s tally.Sample, safe func(string) string) Names {
	n := Names{Names: make([]Name, 0, len(s.Names)), About: s.About}
	for _, c := range s.Names {
		n.Names = append(n.Names, Name{Name: safe(c.Name), Count: c.N})
	}
	return n
}

func inSeconds(micro int64) *float64 {
	s := float64(micro) / 1e6
	return &s
}

// connections returns the connections that were asked for.
func connections(s *tally.Summary) []Conn {
	var all []Conn
	for _, c := range s.Connections {
		all = append(all, Conn{
			Host: safetext.Name(c.Host), PID: c.PID, Address: plainAddr(c.Addr), Port: c.Port,
			First: stamp(c.First), Last: stamp(c.Last), Mapping: mappingWord(c.Mapping), Name: safetext.Name(c.Name),
			User: safetext.Name(c.User), LoggedIn: c.LoggedIn, Failed: c.Failed, Outcome: c.Outcome.String(),
		})
	}
	return all
}

// forgeries returns the sample of messages that name another address than their
// connection's.
func forgeries(s *tally.Summary) []Forgery {
	var all []Forgery
	for _, f := range s.Forgeries {
		all = append(all, Forgery{
			Host: safetext.Name(f.Host), Time: stamp(f.Time), Client: plainAddr(f.Client),
			Text: safetext.Of(f.Text).String(),
		})
	}
	return all
}

// together adds up two samples.
func together(a, b tally.Sample) tally.Sample {
	sum := tally.Sample{Names: slices.Clone(a.Names), About: a.About + b.About}
	for _, n := range b.Names {
		if i := slices.IndexFunc(sum.Names, func(m tally.Count) bool { return m.Name == n.Name }); i >= 0 {
			sum.Names[i].N += n.N
			sum.About--
			continue
		}
		sum.Names = append(sum.Names, n)
	}
	return sum
}
