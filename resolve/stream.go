package resolve

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"github.com/miekg/dns"

	"rdnsproxy/limits"
)

// streamMessages is how many messages of one connection are read: one that does not
// answer the question is skipped, as on UDP.
const streamMessages = 8

// afterTruncation fetches over TCP what did not fit a datagram. If the server then
// does not accept TCP, its answer is unusable. It is one more question to the server.
func (m *Mux) afterTruncation(ctx context.Context, server Server, query []byte) (r *Reply, err error) {
	if m.meters != nil {
		meter := m.meters.meter(server)
		if !meter.wait(ctx) {
			return nil, ctx.Err()
		}
		defer func() { meter.count(err) }()
	}
	r, err = m.stream(ctx, server, query)
	if errors.Is(err, ErrUnreachable) {
		return r, fmt.Errorf("%w: truncated, and over TCP: %w", ErrUnusable, err)
	}
	return r, err
}

// stream asks over a TCP connection of its own (RFC 7766), in the asker's
// goroutine.
func (m *Mux) stream(ctx context.Context, server Server, query []byte) (*Reply, error) {
	deadline := time.Now().Add(m.timeout())
	within, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	release, err := limits.Stream(within)
	if err != nil {
		return nil, streamError(ctx, within, err)
	}
	defer release()
	conn, err := new(net.Dialer).DialContext(within, "tcp", server.Addr.String())
	if err != nil {
		return nil, streamError(ctx, within, unreachable(err))
	}
	defer conn.Close()
	stop := context.AfterFunc(within, func() { conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	r, err := converse(conn, query)
	if err != nil {
		return nil, streamError(ctx, within, err)
	}
	return r, nil
}

// converse writes the query and reads until its answer comes. The error wraps
// ErrUnusable, or is that of the connection.
func converse(conn net.Conn, query []byte) (*Reply, error) {
	rand.Read(query[:2])
	framed := binary.BigEndian.AppendUint16(make([]byte, 0, 2+len(query)), uint16(len(query)))
	if _, err := conn.Write(append(framed, query...)); err != nil {
		return nil, unusable(err)
	}
	for range streamMessages {
		var size [2]byte
		if _, err := io.ReadFull(conn, size[:]); err != nil {
			return nil, unusable(err)
		}
		b := make([]byte, binary.BigEndian.Uint16(size[:]))
		if _, err := io.ReadFull(conn, b); err != nil {
			return nil, unusable(err)
		}
		if !answers(query, b) {
			continue
		}
		r, err := decode(b)
		if err == nil && b[2]&2 != 0 && r.Rcode == dns.RcodeSuccess && len(r.Answer) == 0 {
			return nil, ErrUnusable // TC: what was asked for has been left out (RFC 2181, section 9)
		}
		return r, err
	}
	return nil, ErrUnusable
}

// unusable wraps the error of a connection that broke, but not of one that timed out.
func unusable(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrUnusable, err)
}

// streamError tells the end of the caller's context from the exchange's timeout.
func streamError(caller, within context.Context, err error) error {
	switch {
	case caller.Err() != nil:
		return caller.Err()
	case within.Err() != nil, errors.Is(err, os.ErrDeadlineExceeded):
		return ErrNoReply
	}
	return err
}
