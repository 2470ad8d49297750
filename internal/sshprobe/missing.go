package sshprobe

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"

	"golang.org/x/crypto/ssh"

	"rdnsproxy/internal/safetext"
	"rdnsproxy/proxy/dial"
)

const (
	// maxIdentification is with its line's end (RFC 4253, section 4.2), and as
	// much as golang.org/x/crypto/ssh reads.
	maxIdentification = 255

	// maxNamed is how many of a server's algorithms a text names.
	maxNamed = 4

	// maxQuoted is how long a text with a server's words may be, in bytes.
	maxQuoted = 200
)

// errLong is of a server with which ssh gets on: it reads up to 8 KiB.
var errLong = errors.New("the server's identification is longer than 255 bytes, which this program does not take")

// hopeless says that an exchange failed in a way that has nothing to do with
// the key asked for: the next would fail alike.
func hopeless(err error) bool {
	var (
		why     notSSH
		network net.Error
		lost    *dial.Error
		differ  *ssh.AlgorithmNegotiationError
	)
	switch {
	case err == nil:
		return false
	case errors.As(err, &differ):
		return differ.What != aboutKeys
	}
	return errors.As(err, &why) || errors.As(err, &network) || errors.As(err, &lost) ||
		hungUp(err) || errors.Is(err, context.Canceled) || errors.Is(err, errLong)
}

// aboutKeys is the library's word for a negotiation that found no type of key.
const aboutKeys = "host key"

func hungUp(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// stalled says that the server fell silent or hung up in the middle of an
// exchange.
func stalled(err error) bool {
	var network net.Error
	return hungUp(err) || errors.As(err, &network) && network.Timeout()
}

// explain says why an exchange gave no key. Nothing says nothing.
func explain(err error) string {
	var (
		why     notSSH
		network net.Error
		lost    *dial.Error
		differ  *ssh.AlgorithmNegotiationError
	)
	switch {
	case err == nil:
		return ""
	case errors.Is(err, context.Canceled):
		return "given up"
	case errors.As(err, &lost):
		_, text := unconnected(err)
		return "the next connection failed: " + text
	case errors.As(err, &why):
		return "on the next connection, " + why.Error()
	case errors.As(err, &differ):
		return noneOf(differ.What+"s", differ.RequestedAlgorithms)
	case errors.As(err, &network) && network.Timeout():
		return "the server did not finish the key exchange in time"
	case hungUp(err), errors.As(err, &network):
		return "the server hung up during the key exchange"
	case errors.Is(err, errLong):
		return err.Error()
	}
	text := strings.TrimPrefix(err.Error(), "ssh: handshake failed: ")
	return safetext.Cut("the key exchange failed: "+safetext.Line(strings.TrimPrefix(text, "ssh: ")), maxQuoted)
}

// noneOf says that a server has nothing that we have.
func noneOf(what string, offered []string) string {
	return "the server offers only " + what + " that this program does not have: " + list(offered)
}

// list names a server's algorithms, the first few.
func list(names []string) string {
	var b strings.Builder
	n := 0
	for _, name := range names {
		switch {
		case isMark(name):
			continue
		case n == maxNamed:
			b.WriteString(", …")
			return b.String()
		case n > 0:
			b.WriteString(", ")
		}
		n++
		b.WriteString(safetext.Cut(safetext.Of(name).String(), maxQuoted/maxNamed))
	}
	if n == 0 {
		return "none"
	}
	return b.String()
}

// isMark says that what stands among the key exchanges is none, but a mark of
// RFC 8308 or of strict key exchange.
func isMark(name string) bool {
	return strings.HasPrefix(name, "ext-info-") || strings.HasPrefix(name, "kex-strict-")
}
