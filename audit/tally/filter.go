package tally

import (
	"cmp"
	"encoding/binary"
	"encoding/json"
	"net/netip"

	"rdnsproxy/limits"
)

// caps are the bounds of package limits; named is at most clients. Tests set smaller ones.
type caps struct {
	clients, named, names, users, hosts, hours, reported int
	window                                               int64 // in lines of the whole log
}

func (o Options) withDefaults() Options {
	if o.Window <= 0 {
		o.Window = limits.AuditWindow
	}
	if o.caps == (caps{}) {
		o.caps = caps{
			clients: limits.AuditClients, named: limits.AuditNamed, names: limits.AuditNames, users: limits.AuditUsers,
			hosts: limits.AuditHosts, hours: limits.AuditHours, reported: limits.AuditReported, window: limits.AuditWindowAll,
		}
	}
	return o
}

// key is the same for Options that count alike.
func (o *Options) key() string {
	b, _ := json.Marshal(o.wire())
	return string(b)
}

func (a address) ip() netip.Addr { return netip.AddrFrom16(a).Unmap() }

// compare orders addresses as netip.Addr.Compare does: IPv4 first.
func (a *address) compare(b *address) int {
	high, low := binary.BigEndian.Uint64(a[:]), binary.BigEndian.Uint64(a[8:])
	high2, low2 := binary.BigEndian.Uint64(b[:]), binary.BigEndian.Uint64(b[8:])
	if four, four2 := high == 0 && low>>32 == 0xffff, high2 == 0 && low2>>32 == 0xffff; four != four2 {
		if four {
			return -1
		}
		return 1
	}
	if high != high2 {
		return cmp.Compare(high, high2)
	}
	return cmp.Compare(low, low2)
}

// inTime reports whether a stamp is within Since and Until. None is, if they are not set.
func (t *Tally) inTime(at uint32) bool {
	o := &t.o
	return (o.Since == 0 || int64(at) >= o.Since) && (o.Until == 0 || at != 0 && int64(at) <= o.Until)
}

// asksFor reports whether the user is one of those asked for.
func (t *Tally) asksFor(user []byte) bool {
	for _, u := range t.o.Only.Users {
		if u == string(user) {
			return true
		}
	}
	return false
}

// asksForClient reports whether Options.Only has the address.
func (t *Tally) asksForClient(a address) bool {
	if len(t.o.Only.Clients) == 0 {
		return true
	}
	for _, p := range t.o.Only.Clients {
		if p.Contains(a.ip()) {
			return true
		}
	}
	return false
}

// wanted reports whether a connection is to be counted. Its host is: others' lines make none.
func (t *Tally) wanted(c *conn) bool {
	only := &t.o.Only
	return t.inTime(c.last) && (len(only.Users) == 0 || c.is(matches)) &&
		(len(only.Clients) == 0 || c.is(hasAddr) && t.asksForClient(c.addr))
}
