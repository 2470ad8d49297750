package resolve

import "context"

// maxZoneWalk is how many names are asked for on the way up.
const maxZoneWalk = 7

// Zone finds the zone that holds name, and who keeps it, by asking DNS for SOA
// upwards from name; mostly the first answer says it already, for a negative
// one names its zone too. Where name is an alias (RFC 2317), it is the zone of
// what it stands for. nil: it could not be found.
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
