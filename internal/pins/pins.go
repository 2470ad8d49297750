// Package pins maintains what a user has decided about a mapping: the lines that
// rdnsproxy writes into the hosts file, and the mappings that are accepted as they
// are. Package check decides whether a line may be written.
package pins

import (
	"context"
	"net/netip"
	"os"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/hostsfile"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/listing"
	"rdnsproxy/internal/survey"
	"rdnsproxy/internal/target"
	"rdnsproxy/resolve"
)

// Options configure Pins.
type Options struct {
	survey.Options // how hosts are checked

	Yes    bool // write without asking
	Backup bool // keep a copy of the old file beside it

	Address netip.Addr     // add: only this one of several addresses; if zero, all
	Replace bool           // add: remove the host from lines that give it another address
	Force   bool           // add: even where no line is needed
	Expires time.Time      // add: the day on which the line expires; if zero, none
	Any     bool           // remove: also from lines that rdnsproxy did not write
	Fix     bool           // verify: remove lines that are not needed or have expired
	Listing listing.Format // list: the format

	// RerunFlags returns the flags to repeat in a suggested command that does the same
	// as root: those with the given names, or all. If nil, none.
	RerunFlags func(names ...string) string
}

// Pins maintains the lines that rdnsproxy writes into a hosts file.
type Pins struct {
	w     console.World
	o     Options
	voice *console.Voice
	isOwn func(name string) bool // target.OwnName
}

// New returns Pins for the hosts file that the options name. It reads nothing yet.
func New(w console.World, o Options) *Pins {
	if o.RerunFlags == nil {
		o.RerunFlags = func(...string) string { return "" }
	}
	return &Pins{w: w, o: o, voice: console.NewVoice(w.Err, o.Quiet, o.Verbose), isOwn: target.OwnName()}
}

// path returns the path of the hosts file.
func (p *Pins) path() string {
	if p.o.HostsFile != "" {
		return p.o.HostsFile
	}
	return hostsfile.SystemPath()
}

// options returns how to write, and where to keep the journal for a hosts file that
// cannot be replaced because it is a mount point.
func (p *Pins) options() hostsfile.WriteOptions {
	o := hostsfile.WriteOptions{Backup: p.o.Backup}
	if os.Geteuid() == 0 {
		o.State = "/var/lib/rdnsproxy"
	} else {
		o.State = p.w.CacheDir("hosts")
	}
	return o
}

// survey checks hosts against DNS alone: an existing hosts line must not confirm
// itself.
func (p *Pins) survey(ctx context.Context, o survey.Options) (*survey.Survey, error) {
	o.Scope = resolve.DNSOnly
	return survey.New(ctx, p.w, p.voice, o)
}

// behindJump says that the jump host looks a target up, so that nothing that is kept
// here has an effect on it.
func behindJump(t target.Target) string {
	return check.PlainHost(t.Via) + " is behind the jump host " + check.PlainHost(t.Host) + ", which looks it up"
}
