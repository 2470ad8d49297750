package limits

import (
	"context"
	"sync"
)

// What the process takes of each where the system lets it.
const (
	mostConnections = 2048
	mostStreams     = 512
	mostPrograms    = 16

	starting = 8                            // descriptors of a child while it starts
	plenty   = 2*mostConnections + starting // descriptors; more are of no use
)

// The process's descriptors (RLIMIT_NOFILE) are dealt out to those that open
// many, each by its own gate, so that none who holds one waits for another's.
// The last quarter is for the rest: the standard streams, files, DNS over UDP.

// Connections is how many SSH servers a run is connected to at once: half of the
// descriptors, of few the less, for an ssh -G starts meanwhile.
func Connections() int { return min(max((descriptors()-starting)/2, 1), mostConnections) }

// Streams is how many DNS questions are asked over TCP at once: an eighth.
func Streams() int { return share(8, mostStreams) }

// Programs is how many children (getent, ssh -G) a run has at once: an eighth,
// for each takes some descriptors while it starts.
func Programs() int { return share(8*starting, mostPrograms) }

// share is one part of the descriptors in so many. A process with next to none
// still goes on, one after the other.
func share(parts, most int) int { return min(max(descriptors()/parts, 1), most) }

var connections, streams, programs gate

// Connection waits until the process may connect to one more SSH server;
// release, to be called once, makes room for the next. The error is ctx's, and
// then there is nothing to release.
func Connection(ctx context.Context) (release func(), err error) {
	return connections.enter(ctx, Connections)
}

// Stream is the same for a question over TCP.
func Stream(ctx context.Context) (release func(), err error) { return streams.enter(ctx, Streams) }

// Program is the same for a child process.
func Program(ctx context.Context) (release func(), err error) { return programs.enter(ctx, Programs) }

// A gate lets so many in at once. A zero gate works; most runs never come to one.
type gate struct {
	once  sync.Once
	slots chan struct{}
}

func (g *gate) enter(ctx context.Context, most func() int) (leave func(), err error) {
	g.once.Do(func() { g.slots = make(chan struct{}, most()) })
	select {
	case g.slots <- struct{}{}:
		return func() { <-g.slots }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
