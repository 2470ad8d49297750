package limits

import (
	"context"
	"sync"
)

// Bounds that hold if the system allows that many.
const (
	mostConnections = 2048
	mostStreams     = 512
	mostPrograms    = 16
	mostScrapes     = 8192

	starting = 8                            // descriptors of a child while it starts
	plenty   = 2*mostConnections + starting // descriptors that can be used at all
)

// The process's descriptors (RLIMIT_NOFILE) are divided among those that open many, each
// with a gate of its own, so that a holder of one kind never waits for another kind. The
// last quarter is for the rest: the standard streams, files, DNS over UDP.

// Connections is how many SSH servers a run is connected to at once: half of the
// descriptors, less those of an ssh -G that starts meanwhile.
func Connections() int { return min(max((descriptors()-starting)/2, 1), mostConnections) }

// Streams is how many DNS questions are asked over TCP at once: an eighth of the
// descriptors.
func Streams() int { return share(8, mostStreams) }

// Programs is how many children (getent, ssh -G) a run has at once: each takes some
// descriptors while it starts, all together an eighth.
func Programs() int { return share(8*starting, mostPrograms) }

// Scrapes is how many HTTP connections rdnsproxy_exporter has at once: all descriptors that
// those above cannot use, or half of the last quarter.
func Scrapes() int { return max(openFiles()-plenty, share(8, mostScrapes)) }

// descriptors is how many of them the others share.
func descriptors() int { return min(openFiles(), plenty) }

// share is one of so many parts of the descriptors, but at least 1: with hardly any
// descriptors, a run does one thing after the other.
func share(parts, most int) int { return min(max(descriptors()/parts, 1), most) }

var connections, streams, programs gate

// Connection waits until the process may connect to one more SSH server. The caller must
// call release once. After an error, which is ctx's, there is nothing to release.
func Connection(ctx context.Context) (release func(), err error) {
	return connections.enter(ctx, Connections)
}

// Stream is Connection for a question over TCP.
func Stream(ctx context.Context) (release func(), err error) { return streams.enter(ctx, Streams) }

// Program is Connection for a child process.
func Program(ctx context.Context) (release func(), err error) { return programs.enter(ctx, Programs) }

// A gate lets so many callers in at once. The zero gate works: most runs use none.
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
