package target

import (
	"context"
	"errors"
	"iter"
	"net/netip"
	"strings"

	"rdnsproxy/internal/recipe"
	"rdnsproxy/proxy/via"
	"rdnsproxy/resolve"
)

// commandVia returns the proxies that a ProxyCommand of ours connects through, as far as
// this can be read from its words. ~/ is the shell's.
func commandVia(command, home string) (v Via) {
	if !recipe.RunsThisProgram(command) {
		return v
	}
	words, _ := recipe.Words(command)
	v.List = strings.Join(recipe.Flag(words, "via", true), ",")
	v.RemoteDNS = recipe.Flag(words, "remote-dns", false) != nil
	if file := recipe.Flag(words, "via-auth-file", true); file != nil {
		v.AuthFile = file[len(file)-1]
		if rest, tilde := strings.CutPrefix(v.AuthFile, "~/"); tilde {
			v.AuthFile = home + "/" + rest
		}
	}
	return v
}

// or is what counts beside a ProxyCommand of ours: of that, the environment sets what it
// does not, as when ssh runs it.
func (v Via) or(command Via) Via {
	if v.List != "" && !v.Private || command.List == "" {
		return v
	}
	if command.AuthFile == "" {
		command.AuthFile = v.AuthFile
	}
	command.RemoteDNS = command.RemoteDNS || v.RemoteDNS
	return command
}

// proxiesOf returns the proxies to connect to a target through: those of the flags, or
// else those of its ProxyCommand, if this program is that, or else those of the
// environment. It says once if a proxy looks names up itself.
func (r *Reader) proxiesOf(t *Target, home string) ([]*via.Proxy, error) {
	p := r.Connect.proxies
	if p == nil || r.DNSOnly { // nobody connects
		return nil, nil
	}
	if v := r.Connect.Via.or(commandVia(t.Config.Get("proxycommand"), home)); v != r.Connect.Via && r.files != nil {
		r.files.mu.Lock()
		defer r.files.mu.Unlock()
		if p = r.files.via[v]; p == nil {
			var err error
			if p, err = v.read(r.World); err != nil {
				return nil, err
			}
			if r.files.via == nil {
				r.files.via = make(map[Via]*proxies)
			}
			r.files.via[v] = p
		}
	}
	chain := p.of(t.Host, t.Port)
	if byName(chain) && r.files != nil {
		if _, literal := resolve.ParseLiteral(t.Host); !literal {
			r.files.farLookup.Do(func() {
				r.Voice.Notice(chain[len(chain)-1].String() +
					" looks up names itself: a login may reach another address than the one checked here")
			})
		}
	}
	return chain, nil
}

// byName reports whether the last proxy looks names up itself.
func byName(chain []*via.Proxy) bool { return len(chain) > 0 && chain[len(chain)-1].ByName }

// Chain returns the proxies to connect through; nil if there are none. Bind address,
// interface, keep-alive and IPQoS are those of the connection to the nearest.
func (set *Settings) Chain(r *resolve.Resolver) *via.Chain {
	if len(set.proxies) == 0 {
		return nil
	}
	d := set.tcp()
	d.Timeout, d.Attempts = 0, 0 // the whole chain has them
	return &via.Chain{Proxies: set.proxies, Dialer: d, Lookup: addressesOf(r)}
}

// addressesOf looks up proxies' names, in both families: -4 and -6 are about the host.
func addressesOf(r *resolve.Resolver) func(context.Context, string) iter.Seq2[netip.Addr, error] {
	return func(ctx context.Context, host string) iter.Seq2[netip.Addr, error] {
		return func(yield func(netip.Addr, error) bool) {
			for ans := range r.Addresses(ctx, host, resolve.AnyFamily, resolve.System) {
				if len(ans.Addrs) == 0 && !yield(netip.Addr{}, errors.New(ans.Status.Words())) {
					return
				}
				for _, a := range ans.Addrs {
					if !yield(a, nil) {
						return
					}
				}
			}
		}
	}
}

// Attempts is how many rounds of connecting are made: ConnectionAttempts. If 0, one.
func (set *Settings) Attempts() int { return set.attempts }

// Via names the proxies that a connection goes through, the nearest first, with commas;
// "" if through none. It has no passwords, and is safe to print.
func (set *Settings) Via() string {
	var all []string
	for _, p := range set.proxies {
		all = append(all, p.String())
	}
	return strings.Join(all, ",")
}

// ViaText says through which proxies a connection goes; "" if through none.
func (set *Settings) ViaText() string {
	var all []string
	for _, p := range set.proxies {
		all = append(all, p.String())
	}
	switch len(all) {
	case 0:
		return ""
	case 1:
		return "the proxy " + all[0]
	}
	return "the proxies " + strings.Join(all, ", then ")
}
