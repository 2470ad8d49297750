package audit

import (
	"rdnsproxy/audit/tally"
	"rdnsproxy/safetext"
	"rdnsproxy/sshdlog"
)

// Of Host.UseDNS: whether the server looks up the names of its clients.
const (
	useDNSOn      = "on"      // lines up to the end of the log show it
	useDNSPast    = "past"    // lines showed it, and then no more
	useDNSOff     = "off"     // sshd_config says no, and no line says otherwise
	useDNSUnknown = "unknown" // nothing shows it: perhaps no client had a bad reverse name
)

// fillHosts adds the hosts to the report.
func (j *judgement) fillHosts() {
	for i := range j.sum.Hosts {
		h := &j.sum.Hosts[i]
		out := Host{
			Name: safetext.Name(h.Name), Logins: h.Logins, Proofs: h.Complaints + h.Named, UseDNS: j.useDNS(h),
			First: stamp(h.FirstProof), Last: stamp(h.LastProof),
		}
		if n := h.Connections; n > 0 {
			out.Connections = &n
		}
		if h.Waits > 0 {
			out.WaitMedian, out.WaitLongest = inSeconds(h.MedianWait), inSeconds(h.LongestWait)
		}
		j.r.Hosts = append(j.r.Hosts, out)
	}
}

// configured reports whether the sshd_config in Options is that of this host.
func (j *judgement) configured(h *tally.Host) bool {
	return j.o.Server.known() && j.o.Server.of(h.Name, len(j.sum.Hosts))
}

// useDNS says whether a host looks up the names of its clients. Only a server that does
// complains about mappings or knows clients by name, but one that does stays silent about
// clients with good mappings: no such line proves nothing.
func (j *judgement) useDNS(h *tally.Host) string {
	proofs := h.Complaints + h.Named
	if set := j.o.Server.UseDNS; j.configured(h) && set.Origin != "" {
		switch {
		case set.On:
			return useDNSOn
		case proofs > 0:
			return useDNSPast
		}
		return useDNSOff
	}
	switch {
	case proofs == 0:
		return useDNSUnknown
	case stopped(h, proofs):
		return useDNSPast
	}
	return useDNSOn
}

// stopped reports whether the proofs that a host looks up names ended well before its log
// does: the silence is twenty times as long as it was on average between two of them, and
// at least a day.
func stopped(h *tally.Host, proofs int64) bool {
	const day = 24 * 60 * 60
	if h.LastProof == 0 || h.Last == 0 {
		return false
	}
	usual := (h.LastProof - h.FirstProof) / max(proofs-1, 1)
	return h.Last-h.LastProof > max(20*usual, day)
}

// byName reports whether anything that the log or sshd_config shows of a host goes by the
// names of its clients, so that UseDNS no would change who may log in.
func (j *judgement) byName(h *tally.Host) bool {
	return h.From+h.UserHost+h.HostKey > 0 || j.configured(h) && len(j.o.Server.ByName) > 0
}

// forgeable reports whether clients can write whole lines into the log of a server that saw
// the client, so that it may never have done what is said of it.
func (j *judgement) forgeable(c *counted) bool {
	for _, name := range c.seenBy() {
		if h := j.hosts[name]; h != nil && h.Trust[sshdlog.Stranger] > 0 {
			return true
		}
	}
	return false
}

// shows reports whether what tells that a host looks up names is more than lines that any
// client can have written.
func (j *judgement) shows(h *tally.Host) bool {
	return h.Trust[sshdlog.Stranger] == 0 || j.configured(h) && j.o.Server.UseDNS.On
}

// stoppedLooking reports whether all hosts of a client have looked up names, and no longer do.
func (j *judgement) stoppedLooking(c *counted) bool {
	for _, name := range c.seenBy() {
		if h := j.hosts[name]; h == nil || j.useDNS(h) != useDNSPast {
			return false
		}
	}
	return true
}

// looksUp reports whether one of the hosts of a client looks up names, and shows it where no
// client can have written.
func (j *judgement) looksUp(c *counted) bool {
	for _, name := range c.seenBy() {
		if h := j.hosts[name]; h != nil && j.useDNS(h) == useDNSOn && j.shows(h) {
			return true
		}
	}
	return false
}
