package audit

import (
	"net/netip"

	"rdnsproxy/check"
)

// mostHosts is how many servers a finding lists. Its text has the number of all.
const mostHosts = 100

// found adds a finding about an address, or about the log if a is the zero Addr.
func (j *judgement) found(c check.Code, a netip.Addr, hosts []string, text string, advice ...check.Advice) *Finding {
	var f Finding
	f.Finding = table().Finding(c, a, text)
	return j.foundAs(f, hosts, advice)
}

// foundAs adds a finding that is made already.
func (j *judgement) foundAs(f Finding, hosts []string, advice []check.Advice) *Finding {
	f.Advice = append(f.Advice, advice...)
	for _, h := range hosts[:min(len(hosts), mostHosts)] {
		if h != "" { // a server whose log does not name it
			f.Hosts = append(f.Hosts, h)
		}
	}
	j.r.Findings = append(j.r.Findings, f)
	return &j.r.Findings[len(j.r.Findings)-1]
}

// when gives the finding the severity that its row lists for the condition, if that holds.
func (f *Finding) when(holds bool, c check.Condition) *Finding {
	f.Finding = table().When(f.Finding, holds, c)
	return f
}

// advise makes advice from the table.
func advise(c check.AdviceCode, text string) check.Advice { return table().Advice(c, text) }

// here moves advice to the machine that reads the log.
func here(a check.Advice) check.Advice {
	a.Machine = check.ThisMachine
	return a
}

// adviceOf returns the advice of a code from check's finding about an address's mapping.
func adviceOf(r *check.Result, a netip.Addr, codes ...check.AdviceCode) []check.Advice {
	if r == nil {
		return nil
	}
	f, _ := r.Mapping(a)
	var as []check.Advice
	for _, c := range codes {
		for _, advice := range f.Advice {
			if advice.Code == c {
				as = append(as, advice)
			}
		}
	}
	return as
}

// about adds a finding about the log or its servers.
func (j *judgement) about(c check.Code, hosts []string, text string, advice ...check.Advice) {
	j.found(c, netip.Addr{}, hosts, text, advice...)
}
