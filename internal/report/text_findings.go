package report

import (
	"rdnsproxy/check"
	"rdnsproxy/internal/layout"
)

// meaning writes the findings that are worth reading, or all of them.
func meaning(b *layout.Block, r *check.Result, all bool) {
	heading := false
	for _, f := range r.Findings {
		if f.Severity == check.Pass && !all && routine(f.Code) {
			continue
		}
		if !heading {
			b.Blank()
			b.Heading("what it means")
			heading = true
		}
		b.Wrapped(2, f.Text)
		for _, a := range f.Advice {
			if a.Code == check.AdviseUseDNS {
				useDNSAdvice(b, a)
			}
		}
	}
}

// brief writes each finding with its advice.
func brief(b *layout.Block, r *check.Result) {
	for _, f := range r.Findings {
		b.Hanging(1, 2, f.Text)
		for _, a := range f.Advice {
			b.Hanging(2, 3, place(a)+a.Text+colon(a.Line))
			b.Verbatim(3, a.Line)
		}
	}
}

// remedy writes the advice of all findings, each piece once.
func remedy(b *layout.Block, r *check.Result) {
	seen := map[check.Advice]bool{}
	heading, last := false, ""
	for _, f := range r.Findings {
		for _, a := range f.Advice {
			if a.Code == check.AdviseUseDNS || seen[a] {
				continue
			}
			seen[a] = true
			if !heading {
				b.Blank()
				b.Heading("what to do")
				heading = true
			}
			if words := place(a) + a.Text; words != last {
				b.Wrapped(2, words+colon(a.Line))
				last = words
			}
			b.Verbatim(3, a.Line)
		}
	}
}

// routine reports whether every healthy host has findings with this code.
func routine(c check.Code) bool {
	switch c {
	case check.ConnectCode(check.ConnectSkipped), check.HostsOnly, check.SSHFPMatch:
		return true
	}
	return c.Mapping()
}

func useDNSAdvice(b *layout.Block, a check.Advice) {
	b.Wrapped(2, a.Text+colon(a.Line))
	b.Verbatim(3, a.Line)
}

// place says where advice is to be followed.
func place(a check.Advice) string {
	switch a.Machine {
	case check.ReverseZone, check.ForwardZone:
		return "in the " + string(a.Machine) + ": "
	case check.ThisMachine:
		return "on this machine: "
	case check.Resolver:
		return "at the resolver: "
	}
	return "on the " + string(a.Machine) + ": "
}

func colon(line string) string {
	if line == "" {
		return ""
	}
	return ":"
}
