// Package resolve maps names to addresses and addresses to names as the system
// would, and keeps what the system's own call throws away: where an answer is
// from, its TTL, and why there is none.
//
// # Sources
//
// A zero [Resolver] reads nsswitch.conf and resolv.conf at its first lookup and asks
// the sources in their order: the hosts file, DNS on the wire, and through getent the
// modules that only libc can load. On macOS and Windows it asks the system's own API.
// A [Config] says otherwise, and a [Scope] leaves out all but DNS.
//
// # Answers
//
// A lookup returns an [Answer], never an error. Its [Status] tells NXDOMAIN, no data,
// SERVFAIL, REFUSED, a timeout and the rest apart; its [Source] says who said so.
// [Resolver.Addresses] yields each address family as it arrives.
//
// # The wire
//
// An [Exchanger] asks one server one question, once. [Mux] does it over a few connected
// UDP sockets and TCP. A [Server] says whom to ask. Equal questions share one exchange,
// and answers are cached for their TTL.
//
// # Very many questions
//
// A [Lane] asks for who has very many, such as 100,000 hosts' names, with the same cache
// and the same answers. [Resolver.Hold] then gives its answers to the Resolver's own lookups.
package resolve
