package session

import (
	"context"
	"errors"
	"net"
	"time"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/target"
	"rdnsproxy/proxy/via"
	"rdnsproxy/resolve"
)

// prepareVia refuses what proxies cannot do, before anything is connected, and says with
// -v which ones are used.
func (s *session) prepareVia() error {
	chain := s.settings.Chain(s.resolver)
	switch {
	case chain == nil:
		return nil
	case s.o.FDPass && chain.Encrypts():
		return console.Refuse(exit.Usage, "remove --fdpass and ProxyUseFdpass, or use a proxy without TLS: http:// or socks5://",
			"--fdpass cannot pass a connection inside TLS, as to a proxy of https://")
	}
	if _, literal := resolve.ParseLiteral(s.o.Host); chain.ByName() && !literal {
		if s.o.Policy.judges() {
			return console.Refuse(exit.Usage, "use socks5:// instead of socks5h://, and not --remote-dns; or --policy warn, which checks nothing then",
				"--policy %s cannot vouch for an address that the proxy looks up", s.o.Policy)
		}
		s.unseen = chain
		chain.Dialer.Attempts = s.settings.Attempts() // there is no race around it
	}
	if s.o.Verbose {
		s.voice.Notice("connecting through " + s.settings.ViaText())
	}
	return nil
}

// connectUnseen has the proxy look the host up and connect to it. Nothing about the host
// is looked up here: the answer could be another one, and nobody else is to be asked.
func (s *session) connectUnseen(ctx context.Context) (net.Conn, error) {
	text := s.host() + " is looked up by " + s.settings.ViaText() + ": nothing about its address was checked"
	if s.o.Verbose && s.o.Policy != Off {
		s.voice.Notice(text)
	}
	s.log.line("-", "unchecked", text)
	host, err := target.CanonicalHost(s.o.Host)
	if err != nil {
		return nil, err
	}
	if left, limited := s.budget.left(time.Now()); limited {
		within, cancel := context.WithTimeout(ctx, max(left, time.Millisecond))
		defer cancel()
		ctx = within
	}
	return s.unseen.ConnectName(ctx, host, s.o.Port)
}

// viaError is notConnected for an error that a proxy has to do with, and nil for others. It
// adds what the user can do about the proxy. What would be the same for all of the host's
// addresses is said once.
func (s *session) viaError(err error) error {
	if own := via.Of(err); own != nil {
		return console.Refuse(exit.Unknown, own.Hint, "%s: %v", s.host(), own)
	}
	var first *via.Error
	if !errors.As(err, &first) {
		return nil
	}
	if _, literal := resolve.ParseLiteral(s.o.Host); literal {
		return console.Refuse(exit.Unknown, first.Hint, "%v", err)
	}
	return console.Refuse(exit.Unknown, first.Hint, "%s: %v", s.host(), err)
}
