package lab

import (
	"encoding/binary"
	"io"
	"net"

	"golang.org/x/crypto/ssh"
)

// SSHFault is a way in which a server is none.
type SSHFault int

// The faults.
const (
	Healthy    SSHFault = iota
	Silent              // takes the connection and never says a word
	SpeaksHTTP          // answers like a web server on the wrong port
	Hostile             // sends control characters and a false prompt before closing
	HangsUp             // closes after the identification, as a full sshd does
	Resets              // answers the first word with a reset
	Sntrup              // is healthy, but offers one key exchange alone, which golang.org/x/crypto/ssh does not have
	Stalls              // identifies itself, and then never says another word
)

// HostileGreeting is what a Hostile server says: it would set a terminal's
// title, clear its screen and look like a prompt.
const HostileGreeting = "\x1b]0;owned\x07\x1b[2J\x1b[31mroot@host's password: \x00\xff\xfe\u202e\r\n"

const wrongDoor = "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n400 Bad Request"

// commit wrongs one client.
func (f SSHFault) commit(c *net.TCPConn, version string) {
	switch f {
	case Silent:
		Discard(c)
	case SpeaksHTTP:
		c.Read(make([]byte, 256)) // a web server lets the client speak first
		part(c, wrongDoor)
	case Hostile:
		part(c, HostileGreeting)
	case HangsUp:
		part(c, version+"\r\n")
	case Resets:
		ResetAfter(0)(c)
	case Sntrup:
		part(c, version+"\r\n"+string(packet(sntrupInit())))
	case Stalls:
		io.WriteString(c, version+"\r\n")
		Discard(c)
	}
}

// sntrupInit is the KEXINIT (RFC 4253, section 7.1) of a server that offers only
// what OpenSSH had first against quantum computers.
func sntrupInit() []byte {
	ciphers, macs, none := []string{"chacha20-poly1305@openssh.com"}, []string{"hmac-sha2-256"}, []string{"none"}
	return ssh.Marshal(struct {
		Cookie                 [16]byte `sshtype:"20"`
		KeyExchanges, HostKeys []string
		CiphersUp, CiphersDown []string
		MACsUp, MACsDown       []string
		CompressUp, Compress   []string
		LanguageUp, Language   []string
		GuessFollows           bool
		Reserved               uint32
	}{
		KeyExchanges: []string{"sntrup761x25519-sha512@openssh.com", "kex-strict-s-v00@openssh.com"},
		HostKeys:     []string{ssh.KeyAlgoED25519},
		CiphersUp:    ciphers, CiphersDown: ciphers, MACsUp: macs, MACsDown: macs,
		CompressUp: none, Compress: none,
	})
}

// packet wraps a message as long as nothing is encrypted (RFC 4253, section 6).
func packet(payload []byte) []byte {
	const block, least = 8, 4
	padding := block - (5+len(payload))%block
	if padding < least {
		padding += block
	}
	b := binary.BigEndian.AppendUint32(nil, uint32(1+len(payload)+padding))
	b = append(b, byte(padding))
	b = append(b, payload...)
	return append(b, make([]byte, padding)...)
}

// part says a last word and waits for the client to go: closing at once on
// unread input would reset the connection and could take the word back.
func part(c *net.TCPConn, word string) {
	io.WriteString(c, word)
	c.CloseWrite()
	io.Copy(io.Discard, c)
}
