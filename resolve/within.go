package resolve

import "time"

// Within returns a Resolver that asks as r does, but with attempts so short that all of
// them, at every server, fit into d: a lookup with a deadline must not end while the next
// server would have answered. Its Err is r's. It has a cache and sockets of
// its own, with a Close of their own.
func (r *Resolver) Within(d time.Duration) *Resolver {
	r.init()
	cfg := *r.stub.cfg
	each := d / time.Duration(max(1, len(cfg.servers())*cfg.attempts()))
	cfg.Timeout = max(min(cfg.timeout(), each), shortestAttempt)
	w := &Resolver{
		Config: &cfg, Env: r.Env, Hosts: r.Hosts, Wire: r.Wire, Rate: r.Rate, Zones: r.Zones, Offline: r.Offline, Keep: r.Keep,
		Getent: r.Getent, Native: r.Native,
		meters: r.meters, wrong: r.wrong, avahi: r.avahi,
	}
	w.hostsOnce.Do(func() { w.hosts, w.hostsErr = r.hostsFile(), r.hostsErr })
	return w
}

// Asking returns a Resolver that asks the servers of another configuration, over r's Wire,
// and knows no zones. What it and r ask one server together stays within r's Rate.
func (r *Resolver) Asking(cfg *Config) *Resolver {
	r.init()
	return &Resolver{Config: cfg, Env: r.Env, Hosts: r.Hosts, Wire: r.Wire, Rate: r.Rate, Keep: r.Keep, meters: r.meters}
}

// Asked is what a server was asked.
type Asked struct {
	Server Server
	Sent   int64 // questions, each time that they were sent
	Lost   int64 // of them, not answered in time
}

// Asked returns what r, and the Resolvers made of it, have asked each server so far, in the
// order of the configuration.
func (r *Resolver) Asked() []Asked {
	r.init()
	return r.meters.asked()
}

// shortestAttempt is somewhat more than an answer from far away takes.
const shortestAttempt = 500 * time.Millisecond
