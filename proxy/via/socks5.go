package via

import (
	"errors"
	"io"

	"rdnsproxy/safetext"
)

// Numbers of RFC 1928 and RFC 1929.
const (
	version5      = 5
	loginVersion  = 1
	noLogin       = 0x00
	byPassword    = 0x02
	noMethod      = 0xff
	commandDial   = 1
	typeIPv4      = 1
	typeName      = 3
	typeIPv6      = 4
	replyOK       = 0
	longestString = 255
)

// replies are the reply codes of RFC 1928, section 6, in words.
var replies = [...]string{
	1: "it failed (general SOCKS server failure)",
	2: "its rules do not allow this connection",
	3: "it answers: network unreachable",
	4: "it answers: host unreachable",
	5: "it answers: connection refused",
	6: "it answers: TTL expired",
	7: "it does not support CONNECT",
	8: "it does not support this type of address",
}

// socks5 asks a SOCKS5 proxy to connect to the destination.
func (p *Proxy) socks5(conn io.ReadWriter, to destination) error {
	in := &exact{in: conn}
	methods := []byte{version5, 1, noLogin}
	if p.User != "" {
		methods = []byte{version5, 2, noLogin, byPassword}
	}
	if _, err := conn.Write(methods); err != nil {
		return err
	}
	var chosen [2]byte
	if err := in.fill(chosen[:1]); err != nil {
		return err
	}
	if chosen[0] != version5 {
		return notSOCKS5(chosen[0])
	}
	if err := in.fill(chosen[1:]); err != nil {
		return err
	}
	switch method := chosen[1]; {
	case method == noLogin:
	case method == byPassword && p.User != "":
		if err := p.login(conn, in); err != nil {
			return err
		}
	case method == noMethod && p.User != "":
		return &answer{kind: Login, text: "it accepts neither a user with a password nor a login without one"}
	case method == noMethod, method == byPassword:
		return &answer{kind: Login, text: "it wants a user and a password", hint: hintLogin}
	default:
		return &answer{kind: Broken, text: "it wants a login that was not offered"}
	}
	if err := ask(conn, to); err != nil {
		return err
	}
	asked := in.read
	err := reply(in)
	if in.read == asked && (errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)) {
		// OpenSSH's channel_connect_dynamic has no reply for a failure.
		return &answer{kind: Denied, text: "it closed the connection without an answer about " + safetext.Line(to.String()) + ", as ssh -D does if it cannot connect"}
	}
	return err
}

// login sends user and password, in clear text (RFC 1929).
func (p *Proxy) login(conn io.Writer, in *exact) error {
	b := []byte{loginVersion, byte(len(p.User))}
	b = append(b, p.User...)
	b = append(b, byte(len(p.password)))
	b = append(b, p.password...)
	if _, err := conn.Write(b); err != nil {
		return err
	}
	var status [2]byte
	if err := in.fill(status[:]); err != nil {
		return err
	}
	if status[1] != 0 { // the version has been seen to differ among servers
		return &answer{kind: Login, text: "it does not accept the user and password"}
	}
	p.first.end() // connecting may take long
	return nil
}

// ask sends the request (RFC 1928, section 4).
func ask(conn io.Writer, to destination) error {
	b := []byte{version5, commandDial, 0}
	switch {
	case to.addr.Is4():
		b = append(append(b, typeIPv4), to.addr.AsSlice()...)
	case to.addr.IsValid():
		b = append(append(b, typeIPv6), to.addr.AsSlice()...)
	case len(to.host) > longestString:
		return &answer{kind: Denied, text: "SOCKS5 has no names of more than 255 bytes"}
	default:
		b = append(append(b, typeName, byte(len(to.host))), to.host...)
	}
	_, err := conn.Write(append(b, byte(to.port>>8), byte(to.port)))
	return err
}

// reply reads the reply (RFC 1928, section 6). Of one that is a refusal the rest does not
// matter.
func reply(in *exact) error {
	var head [4]byte
	if err := in.fill(head[:]); err != nil {
		return err
	}
	if head[0] != version5 {
		return notSOCKS5(head[0])
	}
	if code := head[1]; code != replyOK {
		text := "it gives a reason that RFC 1928 does not have"
		if int(code) < len(replies) {
			text = replies[code]
		}
		return &answer{kind: Denied, text: text}
	}
	length := 0
	switch head[3] {
	case typeIPv4:
		length = 4
	case typeIPv6:
		length = 16
	case typeName:
		var n [1]byte
		if err := in.fill(n[:]); err != nil {
			return err
		}
		length = int(n[0])
	default:
		return &answer{kind: Broken, text: "its answer has a type of address that RFC 1928 does not have"}
	}
	return in.fill(make([]byte, length+2))
}

// notSOCKS5 says what a proxy may be whose answer begins like this.
func notSOCKS5(first byte) error {
	a := &answer{kind: Broken, text: "it does not speak SOCKS5"}
	switch first {
	case 0, 4:
		a.text = "it speaks SOCKS4, and only SOCKS5 is supported"
	case 'H', 'h', '<':
		a.text, a.hint = "it speaks HTTP, not SOCKS5", "if it is an HTTP proxy: --via http://HOST:PORT"
	case 'S':
		a.text = "it is an SSH server, not a SOCKS5 proxy"
	case tlsAlert, tlsHandshake:
		a.text = "it speaks TLS, not SOCKS5"
	}
	return a
}

// The first bytes of TLS records (RFC 8446, section 5.1).
const (
	tlsAlert     = 0x15
	tlsHandshake = 0x16
)
