package resolve

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/netip"
	"os/exec"
	"strings"
	"time"

	"rdnsproxy/limits"
)

// Bounds of one run of getent.
const (
	getentTime   = 10 * time.Second
	getentOutput = 64 << 10
)

// addressesFromModule asks, through getent, a module that only libc can load. It
// returns no answers if the module was not asked.
func (r *Resolver) addressesFromModule(ctx context.Context, module string, w want) ([]*Answer, Outcomes) {
	if out := r.unasked(ctx, module, w); out != OnSuccess {
		return nil, out
	}
	database := "ahosts" // both families in one run
	if len(w.types) == 1 {
		database = map[Type]string{A: "ahostsv4", AAAA: "ahostsv6"}[w.types[0]]
	}
	start := time.Now()
	lines, out := r.getent(ctx, module, database, w.host)
	answers := make([]*Answer, 0, len(w.types))
	for _, t := range w.types {
		a := &Answer{Question: Question{w.name, t}, Source: nssSource(module), Took: time.Since(start)}
		a.Status = failure(ctx, out)
		for _, l := range lines {
			if l.addr.Is4() == (t == A) && !l.addr.Is4In6() { // ahostsv6 maps IPv4 addresses
				a.Addrs = append(a.Addrs, l.addr)
			}
		}
		if len(a.Addrs) > 0 {
			a.Status, a.Addrs, a.Canonical = OK, unique(a.Addrs), w.name
			if n, err := ParseName(lines[0].name); err == nil && n != "." {
				a.Canonical = n
			}
		}
		answers = append(answers, a)
	}
	if out == OnSuccess {
		out = successOr(answers)
	}
	return answers, out
}

// namesFromModule does the same for the names of an address. libc returns one of them. It
// returns nil if the module was not asked.
func (r *Resolver) namesFromModule(
	ctx context.Context, module string, q Question, addr netip.Addr,
) (*Answer, Outcomes) {
	a := &Answer{Question: q, Source: nssSource(module)}
	if out := r.unaskedAbout(module, addr); out != OnSuccess {
		return nil, out
	}
	lines, out := r.getent(ctx, module, "hosts", addr.String())
	if len(lines) == 0 {
		a.Status = failure(ctx, out)
		return a, out
	}
	name, err := ParseName(lines[0].name)
	if err != nil || lines[0].name == "" {
		a.Status = Invalid
		return a, out
	}
	a.Status, a.Names, a.Canonical = OK, []Name{name}, name
	return a, out
}

func nssSource(module string) Source { return Source{Kind: KindNSS, Where: module} }

// failure is the status of a module without an answer: Skipped if it is not there,
// since nothing was asked.
func failure(ctx context.Context, out Outcomes) Status {
	switch {
	case out == OnTryAgain && ctx.Err() != nil:
		return gaveUp(ctx)
	case out == OnTryAgain:
		return Timeout
	case out == OnUnavail:
		return Skipped
	}
	return NotFound
}

// getentLine is "192.0.2.1       STREAM db.example.com" of the ahosts
// databases, or "192.0.2.1       db.example.com alias" of hosts.
type getentLine struct {
	addr netip.Addr
	name string
}

// getent runs the program for one module alone. Its exit status 2 means "not found".
// It is killed when ctx ends.
func (r *Resolver) getent(ctx context.Context, module, database, key string) ([]getentLine, Outcomes) {
	if strings.HasPrefix(key, "-") || strings.ContainsRune(key, 0) {
		return nil, OnNotFound // an option to getent, or not an argument: not a host name either
	}
	program := r.Getent
	if program == "" {
		program = "getent"
	}
	ctx, cancel := context.WithTimeout(ctx, getentTime)
	defer cancel()
	release, err := limits.Program(ctx)
	if err != nil {
		return nil, OnTryAgain
	}
	defer release()
	ctx, ended, ok := r.programs.start(ctx)
	if !ok {
		return nil, OnTryAgain
	}
	defer ended()
	cmd := exec.CommandContext(ctx, program, "-s", module, database, key)
	var out capped
	cmd.Stdout = &out
	cmd.WaitDelay = time.Second
	err = cmd.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
		if lines := parseGetent(out.b.String(), database); len(lines) > 0 {
			return lines, OnSuccess
		}
		return nil, OnNotFound
	case ctx.Err() != nil:
		return nil, OnTryAgain
	case errors.As(err, &exit) && exit.ExitCode() == 2:
		return nil, OnNotFound
	}
	return nil, OnUnavail
}

func parseGetent(text, database string) []getentLine {
	var lines []getentLine
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		addr, err := netip.ParseAddr(words[0])
		if err != nil {
			continue
		}
		l := getentLine{addr: addr}
		at := 1
		if database != "hosts" {
			at = 2 // after the socket type
		}
		if len(words) > at {
			l.name = words[at]
		}
		lines = append(lines, l)
	}
	return lines
}

// capped keeps the first getentOutput bytes written to it and drops the rest.
type capped struct{ b bytes.Buffer }

func (c *capped) Write(p []byte) (int, error) {
	if room := getentOutput - c.b.Len(); room > 0 {
		c.b.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}

// ownAddress reports whether an interface of this machine has the address. The
// kernel is asked once.
func (r *Resolver) ownAddress(a netip.Addr) bool {
	const asked = "asked"
	if _, ok := r.locals.Load(asked); !ok {
		addrs, _ := net.InterfaceAddrs()
		for _, addr := range addrs {
			if p, err := netip.ParsePrefix(addr.String()); err == nil {
				r.locals.Store(p.Addr().Unmap(), true)
			}
		}
		r.locals.Store(asked, true)
	}
	_, ok := r.locals.Load(a)
	return ok
}
