package lab

import (
	"io"
	"net"
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
	}
}

// part says a last word and waits for the client to go: closing at once on
// unread input would reset the connection and could take the word back.
func part(c *net.TCPConn, word string) {
	io.WriteString(c, word)
	c.CloseWrite()
	io.Copy(io.Discard, c)
}
