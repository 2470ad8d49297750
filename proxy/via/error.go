package via

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"os"
	"strings"
	"syscall"

	"rdnsproxy/proxy/dial"
	"rdnsproxy/safetext"
)

// Kind is what kind of failure it was.
type Kind string

// The closed set of kinds. Only Denied is about the destination: the others would be the
// same for every other.
const (
	Unreached Kind = "unreached" // there is no connection to the proxy
	Broken    Kind = "broken"    // it does not speak its protocol, or no longer answers
	Login     Kind = "login"     // it does not accept us
	Denied    Kind = "denied"    // it refused, or could not connect
)

// Error says what went wrong at which proxy. Its text is short and safe to print.
type Error struct {
	Proxy *Proxy
	Kind  Kind
	Text  string // about "it", the proxy
	Hint  string // what the user can do; may be empty
	Err   error  // the cause; nil if it is in what the proxy has said
}

func (e *Error) Error() string { return "proxy " + e.Proxy.String() + ": " + e.Text }

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Of returns the Error in err if it is about a proxy itself, which no other address of the
// destination would avoid, and nil otherwise.
func Of(err error) *Error {
	var e *Error
	if errors.As(err, &e) && e.Kind != Denied {
		return e
	}
	return nil
}

// answer is what a proxy has said, or how it breaks the protocol.
type answer struct {
	kind       Kind
	text, hint string
}

func (a *answer) Error() string { return a.text }

// tlsError marks an error as that of the TLS handshake.
type tlsError struct{ error }

func (t *tlsError) Unwrap() error { return t.error }

var errEndless = &answer{kind: Broken, text: "its answer does not end"}

const hintLogin = "--via-auth-file FILE names a file with a line USER:PASSWORD"

// failure makes the Error for what has happened to the handshake.
func (p *Proxy) failure(err error, to destination) *Error {
	e := &Error{Proxy: p, Kind: Broken, Err: err}
	var said *answer
	var inTLS *tlsError
	switch {
	case errors.As(err, &said):
		e.Kind, e.Text, e.Hint, e.Err = said.kind, said.text, said.hint, nil
	case errors.Is(err, context.Canceled):
		e.Text = "given up"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		e.Text = "it did not answer in time about " + safetext.Line(to.String())
		e.Err = context.DeadlineExceeded
	case errors.Is(err, io.EOF):
		e.Text = "it closed the connection without an answer"
	case errors.Is(err, io.ErrUnexpectedEOF):
		e.Text = "it closed the connection in the middle of its answer"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		e.Text = "it reset the connection"
	case errors.As(err, &inTLS):
		e.Text, e.Hint = explainTLS(inTLS.error)
	default:
		e.Text = plain(err)
	}
	return e
}

// explainTLS says why there is no TLS with a proxy.
func explainTLS(err error) (text, hint string) {
	var (
		notTLS  tls.RecordHeaderError
		unknown x509.UnknownAuthorityError
	)
	switch {
	case errors.As(err, &notTLS):
		return "it does not speak TLS", "if it is a plain HTTP proxy: --via http://HOST:PORT"
	case errors.As(err, &unknown):
		return "its certificate is signed by nobody whom this machine trusts", "the environment variable SSL_CERT_FILE names a file with other authorities"
	}
	text = strings.TrimPrefix(strings.TrimPrefix(plain(err), "tls: failed to verify certificate: "), "x509: ")
	return "TLS: " + text, ""
}

// unreached makes the Error for a proxy that cannot be connected to. If that is another
// proxy's fault, it is that one's Error.
func (p *Proxy) unreached(err error, literal bool) *Error {
	var before *Error
	if errors.As(err, &before) {
		if before.Kind != Denied {
			return before
		}
		return &Error{Proxy: before.Proxy, Kind: Unreached, Text: "it cannot reach the proxy " + p.String() + ": " + before.Text, Hint: before.Hint, Err: err}
	}
	text := plain(err)
	var lost *dial.Error
	if literal && errors.As(err, &lost) && len(lost.Failures) == 1 { // the address is in the proxy's name
		_, text, _ = strings.Cut(text, ": ")
	}
	return &Error{Proxy: p, Kind: Unreached, Text: "cannot connect to it: " + text, Err: err}
}

// notFound makes the Error for a proxy whose name has no address. why may be nil.
func (p *Proxy) notFound(why error) *Error {
	e := &Error{Proxy: p, Kind: Unreached, Text: "its name has no address", Err: why}
	if why != nil {
		e.Text += ": " + plain(why)
	}
	return e
}

// plain is the text of an error, cut.
func plain(err error) string { return safetext.Cut(dial.Plain(err), 2*maxShown) }
