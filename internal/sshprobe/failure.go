package sshprobe

import (
	"errors"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/crypto/ssh"

	"rdnsproxy/safetext"
)

const (
	// maxIdentification is with its line's end (RFC 4253, section 4.2), and as
	// much as golang.org/x/crypto/ssh reads.
	maxIdentification = 255

	// maxNamed is how many of a server's algorithms a text of ours names.
	maxNamed = 4

	// maxQuoted is how long a text with a server's words may be, in bytes, and
	// maxOffer one with a whole list of its.
	maxQuoted = 200
	maxOffer  = 400
)

// errLong is of a server with which ssh gets on.
var errLong = errors.New("the server's identification is longer than 255 bytes, and it has no Curve25519: this program cannot exchange keys with it")

// Errors of the exchange in curve.go.
var (
	errOutOfTurn = errors.New("another message was expected")
	errOtherType = errors.New("the host key is not of the type that was agreed on")
)

// beyondUs says that an exchange failed because of what this program lacks: ssh
// may fare better, and the next exchange would fare alike.
func beyondUs(err error) bool {
	var differ *ssh.AlgorithmNegotiationError
	return errors.As(err, &differ) || errors.Is(err, errLong)
}

// broke says that the server ended an exchange, or let it end.
func broke(err error) bool {
	var network net.Error
	return hungUp(err) || errors.As(err, &network) || disconnection(err) != ""
}

func hungUp(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// disconnection is what a server said in SSH_MSG_DISCONNECT (RFC 4253, section
// 11.1), "" if it said nothing of the kind. The library does not export the type.
func disconnection(failed error) string {
	_, said, disconnected := strings.Cut(failed.Error(), "ssh: disconnect, reason ")
	reason, text, complete := strings.Cut(said, ": ")
	if !disconnected || !complete {
		return ""
	}
	if unquoted, err := strconv.Unquote(text); err == nil {
		text = unquoted
	}
	return safetext.Cut("the server ends the connection (reason "+safetext.Line(reason)+"): "+safetext.Line(text), maxQuoted)
}

// explain says why an exchange gave no key; offered says that the server's lists
// have come.
func explain(err error, offered bool) string {
	var (
		network net.Error
		differ  *ssh.AlgorithmNegotiationError
	)
	switch {
	case errors.As(err, &differ):
		return noneOf(differ.What+"s", differ.RequestedAlgorithms)
	case errors.As(err, &network) && network.Timeout() && !offered:
		return "the server did not begin the key exchange in time"
	case errors.As(err, &network) && network.Timeout():
		return "the server did not finish the key exchange in time"
	case (hungUp(err) || errors.As(err, &network)) && !offered:
		return "the server hung up before the key exchange"
	case hungUp(err), errors.As(err, &network):
		return "the server hung up during the key exchange"
	case errors.Is(err, errLong):
		return err.Error()
	}
	if said := disconnection(err); said != "" {
		return said
	}
	return "the key exchange failed: " + breach(err)
}

// breach is how a server broke the protocol, in words of our own: the library's speak
// of the program. It does not export its errors, so their texts tell them apart; where
// none does, what is known is that the server broke it.
func breach(err error) string {
	text := err.Error()
	for _, b := range breaches {
		if slices.ContainsFunc(b.texts, func(t string) bool { return strings.Contains(text, t) }) {
			return b.means
		}
	}
	return "the server does not keep to the protocol"
}

// breaches are texts of golang.org/x/crypto/ssh, of the packages below it and of the
// exchange in curve.go, and what they come to.
var breaches = []struct {
	means string
	texts []string
}{
	{"the signature does not prove the host key", []string{"did not verify", "verification error", "signature parse error", "signature type", "signature algorithm"}},
	{"the server sent a message out of turn", []string{"unexpected message type", "first packet should be", errOutOfTurn.Error()}},
	{"the server sent a packet of an impossible length", []string{"packet length", "packet too large", "zero length packet", "padding"}},
	{"the host key is of another type than was agreed on", []string{errOtherType.Error(), "isn't a key format", "unknown key algorithm"}},
	{"the server sent a malformed message", []string{"unmarshal error", "parse error", "short read", "public value", "out of bounds", "invalid size", "curve", "modulus", "exponent"}},
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
