package auditrun

import (
	"context"
	"net/netip"
	"time"

	"rdnsproxy/audit"
	"rdnsproxy/audit/tally"
	"rdnsproxy/check"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/survey"
)

// judge looks up the clients of a finished tally that matter, and returns the report.
func (r *run) judge(ctx context.Context, t *tally.Tally, o audit.Options) (*audit.Report, error) {
	o.Server = r.server(t)
	if r.o.DNS == None || r.interrupted {
		return audit.Judge(t, nil, o), nil
	}
	o.Judged.Limit = int64(r.limit())
	clients := audit.Relevant(t.Clients(), r.limit(), r.o.DNS == All)
	if len(clients) == 0 {
		return audit.Judge(t, nil, o), nil
	}
	s, err := r.survey(ctx)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	began := time.Now()
	now := make(map[netip.Addr]*check.Result, len(clients))
	meter := console.NewMeter(r.w, r.o.Quiet)
	defer meter.Clear()
	j := Judge{Check: s.CheckClient, Budget: r.o.DNSBudget}
	for a, result := range j.All(ctx, clients) {
		now[a] = result
		meter.Show("looked up " + thousands(int64(len(now))) + " of " + thousands(int64(len(clients))) + " addresses")
	}
	if ctx.Err() != nil {
		r.interrupt("interrupted: addresses that were not looked up yet count as not checked")
	}
	o.Timings.Judge = time.Since(began).Seconds()
	return audit.Judge(t, now, o), nil
}

// limit is how many clients are looked up at most; 0: all.
func (r *run) limit() int {
	if r.o.DNS == All {
		return 0
	}
	return r.o.DNSLimit
}

// survey returns what checks a client as 'check --client' does.
func (r *run) survey(ctx context.Context) (*survey.Survey, error) {
	o := survey.Defaults()
	o.Resolvers, o.HostsFile, o.CheckTimeout = r.o.Resolvers, r.o.HostsFile, r.o.CheckTimeout
	o.SSHConfig, o.SSHDConfig, o.DNSOnly, o.Quiet, o.Verbose = "none", "none", true, r.o.Quiet, r.o.Verbose
	return survey.New(ctx, r.w, r.voice, o)
}
