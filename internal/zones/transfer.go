package zones

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/miekg/dns"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/resolve"
	"rdnsproxy/safetext"
)

// transferHint is the hint where a zone cannot be transferred.
const transferHint = "--axfr takes ZONE@SERVER, where SERVER is the address of a server that lets this machine " +
	"transfer the zone (allow-transfer, provide-xfr)"

// Times of a transfer: to connect, and to wait for more of it.
const (
	transferDial = 10 * time.Second
	transferRead = 30 * time.Second
)

// tsigFudge is how many seconds the clocks may differ (RFC 8945, section 10).
const tsigFudge = 300

// Transfer fetches a zone from a server (AXFR, RFC 5936), record by record. The name is
// ZONE@SERVER, the server's port 53 if none is given. The query is signed with the key; if
// it is nil, it is not. The error is a Refusal.
func (s *Set) Transfer(ctx context.Context, name string, key *Key) error {
	apex, at, found := strings.Cut(name, "@")
	server, err := resolve.ParseServer(at)
	if _, ok := dns.IsDomainName(apex); !found || !ok || apex == "" {
		return console.Refuse(exit.Usage, transferHint, "%s is not ZONE@SERVER", console.Quoted(name))
	}
	if err != nil {
		return console.Refuse(exit.Usage, transferHint, "%s: %v", console.Quoted(name), err)
	}
	from := safetext.Line(apex + "@" + server.String())
	z, err := s.begin(resolve.NameOf(dns.Fqdn(apex)), from)
	if err != nil {
		return err
	}
	index, err := s.file(from)
	if err != nil {
		return err
	}
	if err := s.fetch(ctx, z, server, index, key); err != nil {
		var refused *console.Refusal
		if errors.As(err, &refused) {
			return err
		}
		return console.Refuse(exit.Usage, transferHint, "zone %s could not be transferred from %s: %s",
			z.apex, server, safetext.Line(transferError(err)))
	}
	return nil
}

// fetch adds the records of a zone that a server sends.
func (s *Set) fetch(ctx context.Context, z *zone, server resolve.Server, index uint16, key *Key) error {
	dialer := net.Dialer{Timeout: transferDial}
	conn, err := dialer.DialContext(ctx, "tcp", server.Addr.String())
	if err != nil {
		return err
	}
	defer conn.Close()
	return s.receive(ctx, z, conn, server.Addr.String(), index, key)
}

// receive asks for the zone on a connection to a server, which is closed if something is
// wrong, or ctx ends.
func (s *Set) receive(ctx context.Context, z *zone, conn net.Conn, server string, index uint16, key *Key) error {
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	query := new(dns.Msg)
	query.SetAxfr(dns.Fqdn(string(z.apex)))
	transfer := &dns.Transfer{Conn: &dns.Conn{Conn: conn}, ReadTimeout: transferRead, WriteTimeout: transferDial}
	if key != nil {
		query.SetTsig(key.name, key.algorithm, tsigFudge, time.Now().Unix())
		transfer.TsigSecret = map[string]string{key.name: key.secret}
	}
	messages, err := transfer.In(query, server)
	if err != nil {
		return err
	}
	for m := range messages {
		if err == nil {
			if err = m.Error; err == nil {
				err = s.addAll(z, m.RR, index)
			}
			if err != nil {
				conn.Close() // and take the rest, so that nobody waits to give it
			}
		}
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

func (s *Set) addAll(z *zone, rrs []dns.RR, index uint16) error {
	for _, rr := range rrs {
		if rr.Header().Rrtype == dns.TypeSOA && z.soa != nil {
			continue // it comes first and last
		}
		if err := s.add(z, rr, index, 0); err != nil {
			return err
		}
	}
	return nil
}

// transferError says why a transfer failed: as a rule, the server refuses it.
func transferError(err error) string {
	var rcode int
	var op *net.OpError
	switch {
	case errors.As(err, &op):
		return op.Err.Error()
	case errors.Is(err, context.Canceled):
		return "interrupted"
	}
	text := strings.TrimPrefix(err.Error(), "dns: ")
	if n, _ := fmt.Sscanf(text, "bad xfr rcode: %d", &rcode); n == 1 {
		return "the server answers " + dns.RcodeToString[rcode]
	}
	return text
}
