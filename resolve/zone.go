package resolve

import "context"

// maxZoneWalk is how many names are asked for at most.
const maxZoneWalk = 7

// Zone finds the zone of a name, and who runs it, by asking DNS for the SOA record of
// name and its parents. Mostly one question is enough, since a negative answer names
// its zone too. For an alias (RFC 2317) it is the zone of the alias's target. It
// returns nil if the zone could not be found.
func (r *Resolver) Zone(ctx context.Context, name Name) *Zone {
	r.init()
	for range maxZoneWalk {
		a := r.stub.ask(ctx, Question{name, SOA})
		if a.Zone != nil {
			return a.Zone
		}
		if a.Status == Timeout || a.Status == Skipped || a.Source.Kind == KindBuiltin || name == "." {
			return nil
		}
		if n := len(a.Chain); n > 0 && a.Status.Absent() {
			name = a.Chain[n-1]
		}
		name = name.Parent()
	}
	return nil
}
