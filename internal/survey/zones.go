package survey

import (
	"context"
	"math"
	"runtime/debug"
	"slices"
	"strings"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/zones"
	"rdnsproxy/limits"
	"rdnsproxy/resolve"
)

// Zones are the zones whose records are checked.
type Zones struct {
	Files     []string // zone files, or ZONE=FILE
	Transfers []string // ZONE@SERVER, from which it is transferred (AXFR)
	Key       string   // the file with the key that signs transfers (TSIG); if empty, they are not signed
	Offline   bool     // ask no server about what is not in the zones
}

// Given reports whether there are any.
func (z Zones) Given() bool { return len(z.Files)+len(z.Transfers) > 0 }

// Inputs are the files of zones and the others that name targets; - is stdin.
func (o *Options) Inputs() []string {
	all := slices.Clone(o.Sources.Files())
	for _, name := range o.Zones.Files {
		if _, file, given := strings.Cut(name, "="); given && file == "-" { // ZONE=-
			name = file
		}
		all = append(all, name)
	}
	return all
}

// load reads the zones, if any are given. Look-ups then go to them first, and to no
// hosts file: it is zones that are checked, not this machine. The error is a Refusal.
func (o *Options) load(ctx context.Context, w console.World, v *console.Voice) error {
	if !o.Zones.Given() {
		return nil
	}
	set := new(zones.Set)
	for _, name := range o.Zones.Files {
		if err := set.File(name, w.In); err != nil {
			return err
		}
	}
	var key *zones.Key
	if o.Zones.Key != "" {
		var err error
		if key, err = zones.KeyFile(o.Zones.Key); err != nil {
			return err
		}
	}
	for _, t := range o.Zones.Transfers {
		if err := set.Transfer(ctx, t, key); err != nil {
			return err
		}
	}
	for _, line := range set.Notices() {
		v.Notice(line)
	}
	if !o.DNSOnly && !o.ConnectAll && !o.Zones.Offline {
		v.NoticeWithHint("only DNS is asked about the hosts of a zone", "--connect connects to them too")
	}
	if debug.SetMemoryLimit(-1) == math.MaxInt64 { // the user has not set GOMEMLIMIT
		// The zones stay, and collecting garbage again and again does not make them smaller.
		debug.SetMemoryLimit(limits.Memory + set.Memory())
	}
	o.zones, o.Scope = set, resolve.DNSOnly
	o.Options.Zones, o.Options.Offline = set, o.Zones.Offline
	return nil
}
