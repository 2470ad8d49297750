package sshdlog

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
)

// A server writes a message about the client at theClient, as sshd does: it formats, escapes
// and cuts. What a client can choose in it comes from bytes that are a test's, of which some
// stand for words of sshd's. theClient is not among them, so where the event that is parsed is
// sure, it has to be that.
type server struct {
	choice []byte
}

const (
	theClient = "203.0.113.5"
	thePort   = "40000"
)

// forgery is what the upper half of all bytes stands for in text that a client chooses.
var forgery = []string{
	" from ", " port ", "1.2.3.4", "::1", "22", " ssh2", " ssh1", ": ", " [preauth]", "invalid user ", " for ", "Accepted",
	" from 1.2.3.4 port 22 ssh2", " 1.2.3.4 port 22", " [1.2.3.4] failed.", "' from 1.2.3.4 port 22", " rhost=1.2.3.4 ",
	", ip=1.2.3.4, required=x", " (1.2.3.4)", ", but we resolve 1.2.3.4 to x", "\x01\x01\x01\x01\x01\x01\x01\x01", "\n", "\\",
	"          ", " from 1.2.3.4", " not allowed because ", "ruser=", "]", "message repeated 2 times: [ ",
	" via 1.2.3.4", "ssh2: RSA SHA256:x", "UNKNOWN port 65535", strings.Repeat("\x01", 60), strings.Repeat(" ", 90),
}

func (s *server) next() byte {
	if len(s.choice) == 0 {
		return 0
	}
	c := s.choice[0]
	s.choice = s.choice[1:]
	return c
}

// text is what a client chose: at most 15 pieces, and at most max bytes (%.100s).
func (s *server) text(max int) string {
	var b strings.Builder
	for range s.next() % 16 {
		if c := s.next(); c < 0x80 {
			b.WriteByte(c)
		} else {
			b.WriteString(forgery[int(c)%len(forgery)])
		}
	}
	t, _, _ := strings.Cut(b.String(), "\x00")
	return t[:min(max, len(t))]
}

func (s *server) pick(of ...string) string { return of[int(s.next())%len(of)] }

// user is a name that is asked for, and how sshd introduces it.
func (s *server) user(invalid string) string {
	if s.next()%4 == 0 {
		return s.pick("root", "alice", "CORP\\bob", "ROOT", "NOUSER")
	}
	return invalid + s.text(100)
}

// preamble is what sshd puts before a client since 7.5 (packet.c).
func (s *server) preamble() string {
	p := s.pick("", "user root ", "authenticating user root ", "x")
	if p == "x" {
		p = ("invalid user " + s.text(1000))
		p = p[:min(200, len(p))] + " "
	}
	return p
}

// key is what auth_log says of a key.
func (s *server) key() string {
	switch s.next() % 6 {
	case 0:
		return ": RSA SHA256:abc"
	case 1:
		return ": ED25519-CERT SHA256:abc ID " + s.text(1000) + " (serial 7) CA ED25519 SHA256:def"
	case 2:
		return fmt.Sprintf(": RSA SHA256:abc, client user %q, client host %q", "\x00", "\x00")
	}
	return ""
}

// said is a message that sshd formats, with %[1]s and %[2]s for the client. unescaped ones
// are of PAM modules and of libwrap.
func (s *server) said() (msg string, escaped bool) {
	from := " from " + theClient + " port " + thePort
	switch s.next() % 34 {
	case 0:
		return "Failed password for " + s.user("invalid user ") + from + s.pick(" ssh2", "", " ssh1"), true
	case 1:
		return "Failed publickey for " + s.user("invalid user ") + from + " ssh2" + s.key(), true
	case 2:
		k := strings.Replace(strings.Replace(s.key(), "\x00", s.text(100), 1), "\x00", s.text(100), 1)
		return "Failed hostbased for " + s.user("invalid user ") + from + " ssh2" + k, true
	case 3: // protocol 1, without privilege separation
		return "Failed rhosts for " + s.user("illegal user ") + from + " ruser " + s.text(100), true
	case 4: // without privilege separation the method is the client's
		return "Failed " + s.text(1000) + " for " + s.user("invalid user ") + from + " ssh2", true
	case 5:
		return "Failed gssapi-with-mic for " + s.user("invalid user ") + from + " ssh2: " + s.text(1000), true
	case 6:
		return "Accepted publickey for root" + from + " ssh2" + s.key(), true
	case 7:
		return s.pick("Partial", "Postponed") + " publickey for " + s.user("invalid user ") + from + " ssh2" + s.key(), true
	case 8:
		return "Invalid user " + s.text(100) + from, true
	case 9:
		return s.pick("Invalid", "Illegal") + " user " + s.text(100) + " from " + theClient, true
	case 10:
		return "error: maximum authentication attempts exceeded for " + s.user("invalid user ") + from + " ssh2", true
	case 11: // 6.7: packet_disconnect logs %.100s
		m := "Too many authentication failures for " + s.user("invalid user ") + from + " ssh2"
		return "Disconnecting: " + m[:min(100, len(m))], true
	case 12:
		return "User root from " + theClient + " not allowed because not listed in AllowUsers", true
	case 13:
		return "reverse mapping checking getaddrinfo for " + s.text(700) + " [" + theClient + "] failed" +
			s.pick(".", " - POSSIBLE BREAK-IN ATTEMPT!"), true
	case 14:
		return "reverse mapping checking getaddrinfo for " + s.text(700) + " failed - POSSIBLE BREAKIN ATTEMPT!", true
	case 15:
		return "Address " + theClient + " maps to " + s.text(600) + ", but this does not map back to the address.", true
	case 16:
		return s.pick("Connection closed by ", "Connection reset by ", "Disconnected from ") + s.preamble() + theClient +
			" port " + thePort, true
	case 17:
		return "Disconnecting " + s.preamble() + theClient + " port " + thePort + ": Change of username or service not allowed: (" +
			s.text(60) + ",ssh-connection)", true
	case 18:
		return "Connection from " + s.preamble() + theClient + " port " + thePort +
			s.pick(" timed out", ": refusing non-sftp session"), true
	case 19:
		return "fatal: Unable to negotiate with " + s.preamble() + theClient + " port " + thePort +
			": no matching cipher found. Their offer: " + s.text(1000), true
	case 20:
		return "Received disconnect from " + theClient + " port " + thePort + ":11: " + s.text(400), true
	case 21:
		return "Bad protocol version identification '" + s.text(100) + "'" + from, true
	case 22:
		return "Bad protocol version identification '" + s.text(100) + "' from " + theClient, true
	case 23:
		return "/root/.ssh/authorized_keys:1: Authentication tried for root with correct key but not from a permitted host (host=" +
			s.text(200) + ", ip=" + theClient + ", required=*.example.com).", true
	case 24:
		return "userauth_hostbased mismatch: client sends " + s.text(1000) + ", but we resolve " + theClient + " to " +
			s.text(1000), true
	case 25:
		return "error: PAM: Authentication failure for " + s.user("illegal user ") + " from " + theClient, true
	case 26:
		return "administratively prohibited connection for " + s.user("invalid user ") + from, true
	case 27:
		return "error: public key ED25519-SK signature for " + s.user("invalid user ") + from +
			" rejected: user presence (authenticator touch) requirement not met ", true
	case 28:
		return "Disconnecting: " + s.pick("bad service request ", "Change of username or service not allowed: (") + s.text(100), true
	case 29:
		return s.pick("userauth_pubkey: unsupported public key algorithm: ", "input_userauth_request: invalid user ",
			"error: kex_exchange_identification: client sent invalid protocol identifier \"",
			`Accepted certificate ID "`, "subsystem request for ") + s.text(1000), true
	case 30:
		return "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser=" + s.pick("", s.text(100)) +
			" rhost=" + theClient + " " + s.pick("", " user="+s.text(100)), false
	case 31:
		return "refused connect from " + s.text(100) + "@" + theClient + s.pick("", " ("+theClient+")"), false
	case 32:
		return "PAM 2 more authentication failures; logname= uid=0 euid=0 tty=ssh ruser=" + s.pick("", s.text(100)) +
			" rhost=" + theClient + " " + s.pick("", " user="+s.text(100)), false
	}
	return "ssh_dispatch_run_fatal: Connection from " + s.preamble() + theClient + " port " + thePort + ": " +
		"message authentication code incorrect", true
}

// log says something, and does with it what log.c and monitor.c do.
func (s *server) log() *Frame {
	m, escape := s.said()
	f := &Frame{Cut: 500, Repeat: 1}
	if !escape {
		f.Msg = []byte(m)
		return f
	}
	level := s.pick("", "", "error: ", "fatal: ")
	if m = vis(clip(m)); s.next()%2 == 0 { // the child's: escaped twice up to 10.2
		m = clip(m + s.pick(" [preauth]", " [preauth]", " [postauth]"))
		if s.next()%2 == 0 {
			m = vis(m)
		}
	}
	if !strings.HasPrefix(m, "error: ") {
		m = level + m
	}
	if len(m) > 500 {
		m = m[:500]
	}
	f.Msg = []byte(m)
	if s.next()%8 == 0 { // a transport that cuts more: BusyBox
		f.Cut = 255 - 20 - len("sshd[12345]")
		f.Msg = f.Msg[:min(f.Cut, len(m))]
	}
	if s.next()%4 == 0 { // blanks at the end go
		if whole := len(f.Msg); whole >= f.Cut {
			f.Msg = bytes.TrimRight(f.Msg, " ")
			f.Cut = min(f.Cut, len(f.Msg))
		}
	}
	if s.next()%8 == 0 {
		f.Msg = fmt.Appendf(nil, "message repeated 3 times: [ %s]", f.Msg)
		f.Cut = min(f.Cut, 500)
	}
	return f
}

// clip is the buffer of log.c, MSGBUFSIZ.
func clip(s string) string { return s[:min(1023, len(s))] }

// vis is strnvis(3) with VIS_CSTYLE|VIS_NL|VIS_TAB|VIS_OCTAL, into MSGBUFSIZ bytes.
func vis(s string) string {
	var b strings.Builder
	for i := range len(s) {
		var v string
		switch c := s[i]; {
		case c == '\\':
			v = `\\`
		case c >= ' ' && c < 0x7f:
			v = string(c)
		case c >= 7 && c <= 13:
			v = `\` + string("abtnvfr"[c-7])
		default:
			v = fmt.Sprintf(`\%03o`, c)
		}
		if b.Len()+len(v) > 1023 {
			break
		}
		b.WriteString(v)
	}
	return b.String()
}

// check lets a server log, and reports an event that believes a client.
func (s *server) check(t *testing.T) (sure bool) {
	t.Helper()
	f := s.log()
	var e Event
	ParseEvent(f, &e)
	inside(t, &e)
	switch {
	case e.Sure && e.Addr != netip.MustParseAddr(theClient):
		t.Errorf("%q (cut %d): %s", f.Msg, f.Cut, e.shape())
	case e.Sure && e.Port != 0 && fmt.Sprint(e.Port) != thePort:
		t.Errorf("%q (cut %d): port of a stranger's: %s", f.Msg, f.Cut, e.shape())
	case !e.Sure && e.Addr.IsValid():
		t.Errorf("%q (cut %d): an address that is not sure: %s", f.Msg, f.Cut, e.shape())
	}
	return e.Sure
}

// inside checks that what an event has is in its message.
func inside(t *testing.T, e *Event) {
	t.Helper()
	for name, b := range map[string][]byte{"user": e.User, "name": e.Name, "method": e.Method, "rest": e.Rest} {
		at := cap(e.Text) - cap(b)
		if len(b) > 0 && (at < 0 || at+len(b) > len(e.Text) || &e.Text[at] != &b[0]) && string(b) != "root" {
			t.Errorf("%q: %s %q is not of the message", e.Text, name, b)
		}
	}
	n := 0
	for a := range e.Claims() {
		if n++; !a.IsValid() || e.Sure && a == e.Addr {
			t.Errorf("%q: claims %v", e.Text, a)
		}
	}
	if e.HasUser && (e.Invalid || e.Unchecked) {
		at := cap(e.Text) - cap(e.User)
		got := e.Masked()
		rest, ok := bytes.CutPrefix(got, append(bytes.Clone(e.Text[:at]), "***"...))
		if !ok || !bytes.HasSuffix(e.Text[at+len(e.User):], rest) {
			t.Errorf("%q: masked is %q", e.Text, got)
		}
	}
	if e.Repeat < 1 {
		t.Errorf("%q: stands for no attempt", e.Text)
	}
}

// TestNobodyForges: whatever a client sends, an event that is sure is about that client.
func TestNobodyForges(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	n := 300_000
	if testing.Short() {
		n = 50_000
	}
	choice := make([]byte, 64)
	sure := 0
	for range n {
		for i := range choice {
			choice[i] = byte(r.Uint32())
		}
		if (&server{choice}).check(t) {
			sure++
		}
		if t.Failed() {
			return
		}
	}
	if sure < n/3 {
		t.Errorf("of %d messages only %d are sure", n, sure)
	}
	t.Logf("%d of %d messages are sure", sure, n)
}

func FuzzNobodyForges(f *testing.F) {
	for i := range 34 {
		for j := range len(forgery) {
			f.Add([]byte{byte(i), 1, 4, byte(0x80 + j), 'x', 0x80, 0x82, 3, byte(0x80 + j), 'x', 0x80, 0x82, 0x81})
		}
	}
	f.Fuzz(func(t *testing.T, choice []byte) { (&server{choice}).check(t) })
}

// FuzzParseEvent: no message makes ParseEvent panic or reach out of it.
func FuzzParseEvent(f *testing.F) {
	for _, s := range []string{"Failed password for root from 1.2.3.4 port 5 ssh2", "\x00", "error: ", " [preauth]", "pam_", "PAM "} {
		f.Add([]byte(s), uint16(500), false)
		f.Add([]byte(s), uint16(4), true)
	}
	for _, table := range [][][]wording{sshdWords[:], dropbearWords[:]} {
		for _, words := range table {
			for _, w := range words {
				f.Add([]byte(w.prefix), uint16(500), false)
				f.Add([]byte(w.prefix+"'1.2.3.4 port 22: x' from [::1]:5 [preauth]"), uint16(500), true)
			}
		}
	}
	f.Fuzz(func(t *testing.T, msg []byte, cut uint16, dropbear bool) {
		fr := &Frame{Msg: msg, Cut: int(cut)}
		if dropbear {
			fr.Program = Dropbear
		}
		var e Event
		if ParseEvent(fr, &e) != (e.Kind != Other) {
			t.Errorf("%q: %s", msg, e.shape())
		}
		inside(t, &e)
	})
}

// TestCutMessages: where the end of a message may be missing, only what stands before any text of a
// client's is sure.
func TestCutMessages(t *testing.T) {
	const left, right, both = "Received disconnect from 203.0.113.5 port 40000:11: ", "Invalid user ", "Disconnecting invalid user x"
	for _, c := range []struct {
		name, before, behind string
		sure                 bool // although it may be cut
	}{
		{"left", left, "", true},
		{"right", right, " from 203.0.113.5 port 40000", false},
		{"both", both, " 203.0.113.5 port 40000: x", false},
		{"mapping", "Address 203.0.113.5 maps to ", "", true},
		{"mapping, right", "reverse mapping checking getaddrinfo for ", " [203.0.113.5] failed.", false},
		{"login", "Accepted publickey for root from 203.0.113.5 port 40000 ssh2: ED25519-CERT SHA256:abc ID ", "", true},
	} {
		for _, cut := range []int{500, 255 - 20 - len("sshd[4778]"), cutBare} {
			for _, n := range []int{cut - 1, cut, cut + 1} {
				msg := c.before + strings.Repeat("x", n-len(c.before)-len(c.behind)) + c.behind
				if c.name == "mapping" {
					msg = strings.Replace(msg, strings.Repeat("x", 50), ", but this does not map back to the address.xxxxxx", 1)
				}
				e, _ := parse(msg, cut)
				if want := c.sure || n < cut; e.Sure != want || e.Kind == Other {
					t.Errorf("%s, %d of %d bytes: %s", c.name, n, cut, e.shape())
				}
			}
		}
	}
	// The address itself may be cut, and the port.
	for msg, want := range map[string]string{
		"Connection closed by 203.0.113.5":                                "other",
		"Connection from 203.0.113.5 port 4000":                           "start 203.0.113.5",
		"Accepted password for root from 203.0.113.5 port 400":            "accepted suspect method=\"password\"",
		"Could not reverse map address 203.0.113.4":                       "other",
		"drop connection #1 from [203.0.113.5]:40000 on [192.0.2.1]:22 p": "dropped 203.0.113.5:40000 listener rest=\"p\"",
	} {
		if e, _ := parse(msg, len(msg)); e.shape() != want {
			t.Errorf("%s: got %s, want %s", msg, e.shape(), want)
		}
	}
}
