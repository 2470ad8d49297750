package resolve

import (
	"context"
	"net/netip"
	"strings"
)

// First foresees how DNS is asked about a host's addresses, for who asks ahead through a
// Lane. The names are tried in turn, as in Addresses: the next one only if the one before
// has no address in any family, and only unless an answer is one that EndsSearch. It
// returns false if a source other than DNS has to be asked first or knows the host, or if
// DNS is not asked at all: then nothing can be asked ahead. So it does for an address literal.
func (r *Resolver) First(host string, f Family, s Scope) (names []Name, asked []Type, ok bool) {
	if _, literal := ParseLiteral(host); literal || host == "" {
		return nil, nil, false
	}
	w := want{host: host, absolute: strings.HasSuffix(host, "."), types: types(f)}
	var err error
	if w.name, err = ParseName(host); err != nil {
		return nil, nil, false
	}
	r.init()
	if w.refusedByDigits() || w.unleaked() || !r.leadsToDNS(s, func(module string) Outcomes { return r.silent(module, w) }) {
		return nil, nil, false
	}
	return r.stub.cfg.tries(w), w.types, true
}

// AsksAbout reports whether DNS is the first that is asked for the names of an address, so
// that its PTR records may be asked for ahead. The question is ReverseName's.
func (r *Resolver) AsksAbout(a netip.Addr, s Scope) bool {
	r.init()
	a = a.Unmap().WithZone("")
	return a.IsValid() && !r.private("dns", a) && r.leadsToDNS(s, func(module string) Outcomes {
		if module == "files" {
			return r.silentFile(r.hostsFile() == nil || r.hostsFile().Reverse(a) == nil)
		}
		return r.unaskedAbout(module, a)
	})
}

// leadsToDNS goes through the sources with what each says without being asked; OnSuccess
// means that it has to be asked.
func (r *Resolver) leadsToDNS(s Scope, says func(module string) Outcomes) bool {
	if r.Native != nil && !r.stub.cfg.Explicit {
		return false
	}
	for _, service := range r.order(s) {
		if r.isDNS(service.Module) {
			return true
		}
		if out := says(service.Module); out == OnSuccess || (service.Stop|service.Merge)&out != 0 {
			return false
		}
	}
	return false
}

// silent is what a source says about a host without being asked.
func (r *Resolver) silent(module string, w want) Outcomes {
	switch {
	case module == "files":
		return r.silentFile(r.unknownToFile(w))
	case strings.HasPrefix(module, "mdns") && mdnsName(module, w.host):
		return OnSuccess // it may have to ask DNS about local. first
	}
	return r.unasked(context.Background(), module, w)
}

func (r *Resolver) silentFile(unknown bool) Outcomes {
	switch {
	case r.hostsFile() == nil:
		return OnUnavail
	case unknown:
		return OnNotFound
	}
	return OnSuccess
}

// unknownToFile reports whether no line of the hosts file, if there is one, has the host.
func (r *Resolver) unknownToFile(w want) bool {
	f := r.hostsFile()
	return f == nil || len(f.Forward(w.host)) == 0 && (ascii(w.host) || len(f.Forward(string(w.name))) == 0)
}

// tries are the names of a lookup that DNS is asked about, in turn.
func (c *Config) tries(w want) []Name {
	if !w.absolute && !w.found {
		if alias, ok := c.alias(w.name); ok {
			return []Name{alias}
		}
	}
	return c.candidates(w)
}
