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
	// maxIdentification includes the end of the line (RFC 4253, section 4.2).
	// golang.org/x/crypto/ssh reads no more.
	maxIdentification = 255

	// maxNamed is how many of a server's algorithms a text names.
	maxNamed = 4

	// maxQuoted bounds a text with a server's words, in bytes, and maxOffer one with a
	// whole list of algorithms.
	maxQuoted = 200
	maxOffer  = 400
)

// errLong is about a server with which ssh can exchange keys.
var errLong = errors.New("the server's identification is longer than 255 bytes, and it has no Curve25519: this program cannot exchange keys with it")

// Errors of the exchange in curve.go.
var (
	errOutOfTurn = errors.New("another message was expected")
	errOtherType = errors.New("the host key is not of the type that was agreed on")
)

// unsupported reports whether an exchange failed because this program lacks something:
// ssh may succeed, and the next exchange would fail as well.
func unsupported(err error) bool {
	var differ *ssh.AlgorithmNegotiationError
	return errors.As(err, &differ) || errors.Is(err, errLong)
}

// serverEnded reports whether the server ended an exchange, or let it time out.
func serverEnded(err error) bool {
	var network net.Error
	return hungUp(err) || errors.As(err, &network) || disconnection(err) != ""
}

func hungUp(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// disconnection is the reason that a server gave in SSH_MSG_DISCONNECT (RFC 4253,
// section 11.1); "" if it sent none. The library does not export the type.
func disconnection(failed error) string {
	_, said, disconnected := strings.Cut(failed.Error(), "ssh: disconnect, reason ")
	reason, text, complete := strings.Cut(said, ": ")
	if !disconnected || !complete {
		return ""
	}
	if unquoted, err := strconv.Unquote(text); err == nil {
		text = unquoted
	}
	return safetext.Cut("the server disconnected (reason "+safetext.Line(reason)+"): "+safetext.Line(text), maxQuoted)
}

// explain says why an exchange gave no key. offered says that the server's lists have
// arrived.
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
		return "the server closed the connection before the key exchange"
	case hungUp(err), errors.As(err, &network):
		return "the server closed the connection during the key exchange"
	case errors.Is(err, errLong):
		return err.Error()
	}
	if said := disconnection(err); said != "" {
		return said
	}
	return "the key exchange failed: " + breach(err)
}

// breach says how a server broke the protocol, in words of our own: the library's name
// its own types and fields. It does not export its errors, so they are told apart by
// their texts.
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

// noneOf says that a server has nothing that this program has.
func noneOf(what string, offered []string) string {
	return "the server offers only " + what + " that this program does not support: " + list(offered)
}

// list names the first few of a server's algorithms.
func list(names []string) string {
	var b strings.Builder
	n := 0
	for _, name := range names {
		switch {
		case isExtension(name):
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

// isExtension reports whether a name among the key exchanges is not an exchange but
// announces an extension: RFC 8308's, or strict key exchange.
func isExtension(name string) bool {
	return strings.HasPrefix(name, "ext-info-") || strings.HasPrefix(name, "kex-strict-")
}
