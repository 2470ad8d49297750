// Package pins keeps what a user has decided about a mapping: the lines that
// rdnsproxy writes into the hosts file, and the mappings that are accepted as they
// are. Whether a line may be written is check's to say.
package pins

import (
	"context"
	"net/netip"
	"os"
	"time"

	"rdnsproxy/hostsfile"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/survey"
	"rdnsproxy/resolve"
)

// Options say what happens to the lines of a hosts file.
type Options struct {
	survey.Options // how hosts are looked at

	Yes    bool // write without asking
	Backup bool // keep the old file beside the new one

	Address netip.Addr // add: of several addresses this one alone; if zero, all
	Replace bool       // add: take the host out of lines that give it another address
	Force   bool       // add: even where no line is needed
	Expires time.Time  // add: the day on which the line expires; if zero, none
	Any     bool       // remove: also from lines that rdnsproxy has not written
	Fix     bool       // verify: remove lines that are not needed or have expired
	Listing Listing    // list

	// Again gives the flags, of these names or all, for a command line that does
	// the same as root; if nil, none.
	RerunFlags func(names ...string) string
}

// Pins keeps the lines that rdnsproxy writes into a hosts file.
type Pins struct {
	w     console.World
	o     Options
	voice *console.Voice
}

// New says nothing yet and reads nothing.
func New(w console.World, o Options) *Pins {
	if o.RerunFlags == nil {
		o.RerunFlags = func(...string) string { return "" }
	}
	return &Pins{w: w, o: o, voice: console.NewVoice(w.Err, o.Quiet, o.Verbose)}
}

// path is the hosts file that is meant.
func (p *Pins) path() string {
	if p.o.HostsFile != "" {
		return p.o.HostsFile
	}
	return hostsfile.SystemPath()
}

// options say how to write, and where the journal of a mounted hosts file goes.
func (p *Pins) options() hostsfile.WriteOptions {
	o := hostsfile.WriteOptions{Backup: p.o.Backup}
	if os.Geteuid() == 0 {
		o.State = "/var/lib/rdnsproxy"
	} else {
		o.State = p.w.CacheDir("hosts")
	}
	return o
}

// survey looks at hosts as DNS alone knows them: a line that stands already must
// not vouch for itself.
func (p *Pins) survey(ctx context.Context) (*survey.Survey, error) {
	o := p.o.Options
	o.Scope = resolve.DNSOnly
	return survey.New(ctx, p.w, p.voice, o)
}
