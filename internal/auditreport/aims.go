package auditreport

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	"rdnsproxy/audit"
	"rdnsproxy/check"
	"rdnsproxy/safetext"
)

// aim is a trouble, and all advice against it, the best first.
type aim struct {
	against string
	tasks   []task
	clients map[netip.Addr]bool // of its findings
}

// task is one thing to do at one place, with the lines to copy.
type task struct {
	code  check.AdviceCode
	place string
	text  string
	lines []string
}

// troubles are what advice can be against, and the codes that belong to each: whole, or up to
// their dot. All other codes are about reverse names.
var troubles = [...]struct {
	words string
	codes []check.Code
}{
	{"a login that may have been guessed", []check.Code{audit.LoginAfterGuessing}},
	{"refused clients", []check.Code{
		audit.LoginRefusedByName, audit.LoginRefusedFrom, audit.LoginDeniedByName, audit.HostbasedMismatch}},
	{"slow logins", []check.Code{audit.SlowLogin, audit.ZoneDead}},
	{"guessing", []check.Code{audit.OnlyGuessing}},
	{"the log", []check.Code{"log.", "caps."}},
}

// trouble names what a finding is about.
func trouble(c check.Code) string {
	for _, t := range troubles {
		for _, code := range t.codes {
			if c == code || strings.HasSuffix(string(code), ".") && strings.HasPrefix(string(c), string(code)) {
				return t.words
			}
		}
	}
	return "wrong reverse names"
}

// aims collects the advice of all findings by what it is against, the worst first. What is
// advised twice is said once. If command is not nil, it rewrites commands in the advice.
func aims(r *audit.Report, command func(string) string) []*aim {
	var all []*aim
	for _, f := range worstFirst(r.Findings) {
		against := trouble(f.Code)
		i := slices.IndexFunc(all, func(a *aim) bool { return a.against == against })
		if i < 0 {
			all = append(all, &aim{against: against, clients: map[netip.Addr]bool{}})
			i = len(all) - 1
		}
		if f.Address.IsValid() && len(f.Advice) > 0 {
			all[i].clients[f.Address] = true
		}
		for _, advice := range f.Advice {
			k := task{code: advice.Code, place: place(advice, hostsOf(r, f)), text: safetext.Line(advice.Text)}
			if command != nil {
				k.text = command(k.text)
			}
			if line := safetext.Line(advice.Line); !said(all, k, line) {
				all[i].add(k, line)
			}
		}
	}
	all = slices.DeleteFunc(all, func(a *aim) bool { return len(a.tasks) == 0 })
	for _, a := range all {
		slices.SortStableFunc(a.tasks, func(x, y task) int { return cmp.Compare(x.rank(), y.rank()) })
	}
	return all
}

// same reports whether two tasks differ in their lines at most.
func (k task) same(o task) bool { return k.place == o.place && k.text == o.text }

// said reports whether a task with this line is in one of the aims already.
func said(all []*aim, k task, line string) bool {
	return slices.ContainsFunc(all, func(a *aim) bool {
		return slices.ContainsFunc(a.tasks, func(o task) bool {
			return k.same(o) && (line == "" || slices.Contains(o.lines, line))
		})
	})
}

// add adds a task, or its line to the same task.
func (a *aim) add(k task, line string) {
	i := slices.IndexFunc(a.tasks, k.same)
	if i < 0 {
		a.tasks = append(a.tasks, k)
		i = len(a.tasks) - 1
	}
	if line != "" {
		a.tasks[i].lines = append(a.tasks[i].lines, line)
	}
}

// remedies are the codes of advice of which one alone is enough against a wrong reverse name
// or its harm, the best first: what does not depend on DNS, then what corrects DNS for
// everybody, then what changes one server only.
var remedies = [][]check.AdviceCode{
	{audit.AdviseUseDNS, audit.AdviseFrom, audit.AdviseUserHost},
	{check.AdvisePTRRecord},
	{check.AdviseForwardRecord},
	{audit.AdviseServerHosts},
}

// rank is the place of a task among those of an aim. Those that are no remedy come last, but
// for what to look at before anything else.
func (k task) rank() int {
	if k.code == audit.AdviseLookAt {
		return -1
	}
	if k.code == audit.AdviseUseDNS && len(k.lines) == 0 { // to keep UseDNS yes ends nothing
		return len(remedies)
	}
	i := slices.IndexFunc(remedies, func(codes []check.AdviceCode) bool { return slices.Contains(codes, k.code) })
	if i < 0 {
		return len(remedies)
	}
	return i
}

// words are the heading of an aim: what its advice is against, and that not all of it has to
// be followed.
func (a *aim) words() string {
	kinds := map[int]bool{}
	for _, k := range a.tasks {
		if i := k.rank(); i >= 0 && i < len(remedies) {
			kinds[i] = true
		}
	}
	switch {
	case len(kinds) < 2:
		return a.against
	case len(a.clients) > 1:
		return a.against + ": for each client one of these is enough, the best first"
	}
	return a.against + ": one of these is enough, the best first"
}

// hostsOf are the servers of a finding: the only one in the log, if it names none.
func hostsOf(r *audit.Report, f audit.Finding) []string {
	if len(f.Hosts) == 0 && len(r.Hosts) == 1 && r.Hosts[0].Name != "" {
		return []string{r.Hosts[0].Name}
	}
	return f.Hosts
}

// place says where advice is to be followed.
func place(a check.Advice, hosts []string) string {
	switch a.Machine {
	case check.ReverseZone, check.ForwardZone:
		return "in DNS, the " + string(a.Machine)
	case check.ThisMachine:
		return "on this machine"
	case check.Resolver:
		return "at the resolver"
	}
	if len(hosts) == 0 {
		return "on the " + string(a.Machine)
	}
	return "on " + safetext.Line(listed(hosts, "server"))
}
