package dial

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"syscall"

	"rdnsproxy/safetext"
)

// ErrNoAddress means that the iterator ended without an address.
var ErrNoAddress = errors.New("no address to connect to")

var (
	errNotDiallable = errors.New("not a valid address and port")
	errOtherFamily  = errors.New("no local address of its family to connect from")
)

// Reason is why an address gave no connection.
type Reason string

// The closed set of reasons.
const (
	Refused     Reason = "refused"     // the peer answered that nothing listens there
	Timeout     Reason = "timeout"     // no answer in time
	Unreachable Reason = "unreachable" // the network answered that it cannot be reached
	Skipped     Reason = "skipped"     // this machine has no route to it, or no local address of its family
	Exhausted   Reason = "exhausted"   // this machine is out of descriptors, memory or ports
	Bind        Reason = "bind"        // the local address cannot be used
	Rejected    Reason = "rejected"    // it connected, and Accept refused it
	Cancelled   Reason = "cancelled"   // the context was cancelled
	Failed      Reason = "failed"      // anything else, and most errors of Connect; Err says what
)

// Failure is why an address gave no connection. Its text is short and safe to print.
type Failure struct {
	Addr   netip.AddrPort
	Reason Reason
	Err    error // from the kernel, Connect or Accept

	foreign bool // Err is Connect's
}

func (f Failure) Error() string {
	return fmt.Sprintf("%s port %d: %s", safetext.Line(f.Addr.Addr().String()), f.Addr.Port(), f.text())
}

// Unwrap gives the error from the kernel, Connect or Accept.
func (f Failure) Unwrap() error { return f.Err }

func (f Failure) text() string {
	switch f.Reason {
	case Refused:
		return "connection refused"
	case Timeout:
		if says := Plain(f.Err); f.foreign && says != context.DeadlineExceeded.Error() && says != os.ErrDeadlineExceeded.Error() {
			return says
		}
		return "no answer in time"
	case Unreachable:
		return "unreachable"
	case Cancelled:
		return "given up"
	case Skipped:
		if errors.Is(f.Err, errOtherFamily) {
			return errOtherFamily.Error()
		}
		return "no route from this machine"
	case Exhausted:
		return "this machine cannot open another connection: " + Plain(f.Err)
	case Bind:
		return "cannot use the local address: " + Plain(f.Err)
	}
	return Plain(f.Err)
}

// Plain is the text of an error, made safe, without the operation and addresses that net puts before it.
// Whatever Connect or Accept has wrapped it in remains: it says whose error it is.
func Plain(err error) string {
	for {
		op, ok := err.(*net.OpError)
		if !ok {
			break
		}
		err = op.Err
	}
	if call, ok := err.(*os.SyscallError); ok {
		err = call.Err
	}
	return safetext.Line(err.Error())
}

// Error says why no address gave a connection.
type Error struct {
	Failures []Failure // the last of each address, in the order in which they happened
	Cause    error     // the context's error if that ended the race, else nil
}

// shown is how many failures an error's text lists.
const shown = 4

func (e *Error) Error() string {
	var b strings.Builder
	for i, f := range e.Failures {
		if i == shown {
			fmt.Fprintf(&b, "; and %d more", len(e.Failures)-i)
			break
		}
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(f.Error())
	}
	switch {
	case b.Len() > 0:
		return b.String()
	case errors.Is(e.Cause, context.DeadlineExceeded):
		return "timed out before any address was found"
	}
	return "cancelled before any address was found"
}

// Unwrap gives the failures and the cause.
func (e *Error) Unwrap() []error {
	var all []error
	for _, f := range e.Failures {
		all = append(all, f)
	}
	if e.Cause != nil {
		all = append(all, e.Cause)
	}
	return all
}

// rejection marks an error as Accept's.
type rejection struct{ error }

func (r rejection) Unwrap() error { return r.error }

// foreign marks an error as Connect's.
type foreign struct{ error }

func (f foreign) Unwrap() error { return f.error }

// reason is Timeout or Cancelled if the error is one. An errno is ignored: it may be
// about the connection to the proxy.
func (f foreign) reason() Reason {
	switch {
	case errors.Is(f, context.Canceled):
		return Cancelled
	case errors.Is(f, context.DeadlineExceeded), errors.Is(f, os.ErrDeadlineExceeded):
		return Timeout
	}
	return Failed
}

// failure is the Failure of an attempt without a connection.
func (l landing) failure() Failure {
	var no rejection
	if errors.As(l.err, &no) {
		return Failure{Addr: l.addr, Reason: Rejected, Err: no.error}
	}
	var theirs foreign
	if errors.As(l.err, &theirs) {
		return Failure{l.addr, theirs.reason(), theirs.error, true}
	}
	routed := func() bool { return routeSource(l.addr.Addr().Unmap()).IsValid() }
	return Failure{Addr: l.addr, Reason: reason(l.err, routed), Err: l.err}
}

// reason classifies a dial's error. The kernel has the same errno for "there is no
// route" and for "a router reported that there is none". routed, which reports
// whether this machine has a route to the address, tells them apart.
func reason(err error, routed func() bool) Reason {
	var call *os.SyscallError
	switch {
	case errors.Is(err, errOtherFamily):
		return Skipped
	case errors.As(err, &call) && call.Syscall == "bind":
		return Bind
	case errors.Is(err, context.Canceled):
		return Cancelled
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return Timeout
	}
	var no syscall.Errno
	if !errors.As(err, &no) {
		return Failed
	}
	if slices.Contains(errnosExhausted, no) {
		return Exhausted
	}
	switch no {
	case errnoRefused:
		return Refused
	case errnoTimedOut:
		return Timeout
	case errnoNoFamily:
		return Skipped
	case errnoHostUnreachable:
		return Unreachable
	case errnoNetUnreachable:
		if routed() {
			return Unreachable
		}
		return Skipped
	case errnoNoLocalAddress:
		if routed() {
			return Exhausted // all ports are taken
		}
		return Skipped
	}
	return Failed
}

// lost makes the error of a race without a winner. If the context ended it, that is
// the failure of addresses that were being dialled or still waiting.
func (r *race) lost(ctx context.Context) *Error {
	e := &Error{Failures: r.failures, Cause: ctx.Err()}
	if e.Cause == nil {
		return e
	}
	why := reason(e.Cause, nil)
	for _, a := range append(r.flying, r.queue...) {
		e.Failures = append(e.Failures, Failure{Addr: a, Reason: why, Err: e.Cause})
	}
	return e
}

// worthRetrying lists the addresses of another round: all but those that Accept has
// refused.
func (r *race) worthRetrying() []netip.AddrPort {
	again := slices.Clone(r.given)
	for _, f := range r.failures {
		if f.Reason == Rejected {
			again = slices.DeleteFunc(again, func(a netip.AddrPort) bool { return a == f.Addr })
		}
	}
	return again
}
