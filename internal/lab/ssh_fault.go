package lab

import (
	"bufio"
	"encoding/binary"
	"io"
	"net"

	"golang.org/x/crypto/ssh"
)

// SSHFault is a way in which an SSH server can fail.
type SSHFault int

// The faults.
const (
	Healthy      SSHFault = iota
	Silent                // accepts the connection and sends nothing
	SpeaksHTTP            // answers like a web server on the wrong port
	Hostile               // sends control characters and a false prompt before closing
	HangsUp               // closes after the identification, as a full sshd does
	Resets                // resets the connection when it receives data
	Sntrup                // is healthy, but offers only a key exchange that golang.org/x/crypto/ssh lacks
	Stalls                // sends its identification, and then nothing
	Disconnects           // sends its identification, then SSH_MSG_DISCONNECT
	OddKeys               // is healthy, but has a host key of a type that no client knows
	ShortKey              // shows a host key of five bytes
	TurnsAway             // refuses the client's address, as an sshd with PerSourcePenalties does
	SpeaksSSH1            // speaks only version 1 of the protocol
	OldKeys               // offers only ssh-rsa, which ssh no longer accepts by default
	OldExchange           // offers only diffie-hellman-group1-sha1, likewise
	HangsUpLater          // sends its algorithms, then closes
)

// HostileGreeting is what a Hostile server sends: it would set a terminal's title,
// clear its screen and imitate a prompt.
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
	case Disconnects:
		part(c, version+"\r\n"+string(packet(disconnect("no"))))
	case OddKeys:
		part(c, version+"\r\n"+string(packet(kexInit("curve25519-sha256", "ssh-of-tomorrow"))))
	case TurnsAway:
		part(c, "Not allowed at this time\r\n")
	case SpeaksSSH1:
		part(c, "SSH-1.5-1.2.27\n")
	case OldKeys:
		part(c, version+"\r\n"+string(packet(kexInit("curve25519-sha256", ssh.KeyAlgoRSA))))
	case OldExchange:
		part(c, version+"\r\n"+string(packet(kexInit(ssh.InsecureKeyExchangeDH1SHA1, ssh.KeyAlgoED25519))))
	case HangsUpLater:
		part(c, version+"\r\n"+string(packet(kexInit("curve25519-sha256", ssh.KeyAlgoED25519))))
	case ShortKey:
		io.WriteString(c, version+"\r\n"+string(packet(kexInit("curve25519-sha256", ssh.KeyAlgoED25519))))
		if awaitECDH(bufio.NewReader(c)) == nil {
			part(c, string(packet(shortReply())))
		}
	}
}

// disconnect returns SSH_MSG_DISCONNECT (RFC 4253, section 11.1).
func disconnect(why string) []byte {
	return ssh.Marshal(struct {
		Reason            uint32 `sshtype:"1"`
		Message, Language string
	}{Reason: 2, Message: why})
}

// awaitECDH reads until the client has sent SSH_MSG_KEX_ECDH_INIT (RFC 5656, section
// 4).
func awaitECDH(r *bufio.Reader) error {
	if _, err := r.ReadString('\n'); err != nil { // the identification
		return err
	}
	for {
		var length uint32
		if err := binary.Read(r, binary.BigEndian, &length); err != nil {
			return err
		}
		body := make([]byte, min(length, 1<<16))
		if _, err := io.ReadFull(r, body); err != nil {
			return err
		}
		const ecdhInit = 30
		if len(body) > 1 && body[1] == ecdhInit { // after the padding length
			return nil
		}
	}
}

// shortReply returns SSH_MSG_KEX_ECDH_REPLY with a host key of five bytes.
func shortReply() []byte {
	return ssh.Marshal(struct {
		HostKey   []byte `sshtype:"31"`
		Public    []byte
		Signature []byte
	}{[]byte("short"), make([]byte, 32), []byte("none")})
}

// sntrupInit returns the KEXINIT of a server that offers only OpenSSH's first
// post-quantum key exchange.
func sntrupInit() []byte {
	return kexInit("sntrup761x25519-sha512@openssh.com", ssh.KeyAlgoED25519)
}

// kexInit returns the KEXINIT (RFC 4253, section 7.1) of a server that offers one key
// exchange and one type of host key.
func kexInit(exchange, hostKey string) []byte {
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
		KeyExchanges: []string{exchange, "kex-strict-s-v00@openssh.com"},
		HostKeys:     []string{hostKey},
		CiphersUp:    ciphers, CiphersDown: ciphers, MACsUp: macs, MACsDown: macs,
		CompressUp: none, Compress: none,
	})
}

// packet wraps a message as an unencrypted packet (RFC 4253, section 6).
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

// part writes a last message and waits for the client to close: closing at once with
// unread input would reset the connection, and the message could be lost.
func part(c *net.TCPConn, word string) {
	io.WriteString(c, word)
	c.CloseWrite()
	io.Copy(io.Discard, c)
}
