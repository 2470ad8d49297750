package survey

import (
	"sync"

	"rdnsproxy/internal/console"
	"rdnsproxy/resolve"
)

// lookups opens what a run looks up with. All of the run share it: --rate caps, and the
// report counts, what they ask together.
type lookups func() (opened, error)

// opened is a run's Resolver.
type opened struct {
	resolver *resolve.Resolver
	within   *resolve.Resolver // the same, for targets: a lookup fits into --check-timeout
	hosts    string            // the path of the hosts file that suggested lines are for
}

// lookups returns how to open the options' resolver. It is opened once.
func (o *Options) lookups(w console.World) lookups {
	return sync.OnceValues(func() (opened, error) {
		r, hosts, err := o.Resolver(w)
		if err != nil {
			return opened{}, err
		}
		return opened{r, r.Within(o.CheckTimeout), hosts}, nil
	})
}
