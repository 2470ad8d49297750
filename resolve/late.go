package resolve

import (
	"context"
	"sync"
	"time"

	"rdnsproxy/hostsfile"
)

// programs are those that lookups run. The zero programs may run.
type programs struct {
	mu      sync.Mutex
	ended   bool
	kill    map[int]context.CancelFunc // by number
	next    int
	running sync.WaitGroup
}

// start returns a context for a program that is about to run, and what to call once it has
// ended; false if no more programs may run.
func (p *programs) start(ctx context.Context) (context.Context, func(), bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended {
		return ctx, func() {}, false
	}
	ctx, cancel := context.WithCancel(ctx)
	if p.kill == nil {
		p.kill = map[int]context.CancelFunc{}
	}
	n := p.next
	p.next++
	p.kill[n] = cancel
	p.running.Add(1)
	return ctx, func() {
		cancel()
		p.mu.Lock()
		delete(p.kill, n)
		p.mu.Unlock()
		p.running.Done()
	}, true
}

func (p *programs) over() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ended
}

// reapTime bounds the wait for programs that have been killed.
const reapTime = 100 * time.Millisecond

// EndPrograms kills the programs that lookups are running, and lets none run any more:
// lookups that need one end there, as if it did not answer. It is for a process that is about
// to lose the right to run programs.
func (r *Resolver) EndPrograms() {
	p := &r.programs
	p.mu.Lock()
	p.ended = true
	some := len(p.kill) > 0
	for _, kill := range p.kill {
		kill()
	}
	p.mu.Unlock()
	if !some {
		return
	}
	reaped := make(chan struct{})
	go func() {
		p.running.Wait()
		close(reaped)
	}()
	select {
	case <-reaped:
	case <-time.After(reapTime):
	}
}

// cutOff reports whether a source could not be asked because of EndPrograms. What the next
// source would say is not what libc says then.
func (r *Resolver) cutOff(out Outcomes) bool { return out == OnTryAgain && r.programs.over() }

func cutOffAnswer(q Question, module string) *Answer {
	return &Answer{Question: q, Status: Timeout, Source: nssSource(module)}
}

// Files are those of the system's configuration that lookups read, whether they exist or
// not.
func (r *Resolver) Files() []string {
	hosts := hostsfile.SystemPath()
	if r.Hosts != nil {
		hosts = r.Hosts.Path
	}
	return []string{resolvConfPath, nsswitchPath, hosts, ldCache, mdnsAllow}
}

// Ports are those of the DNS servers.
func (r *Resolver) Ports() []uint16 {
	r.init()
	var ports []uint16
	for _, s := range r.stub.servers {
		ports = append(ports, s.Addr.Port())
	}
	return ports
}
