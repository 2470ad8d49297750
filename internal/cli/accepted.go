package cli

import (
	"fmt"
	"net/netip"
	"strings"
	"sync"

	"rdnsproxy/check"
	"rdnsproxy/internal/accepted"
	"rdnsproxy/internal/exit"
)

// acceptedPath is the user's file of accepted mappings; empty where there is no
// home of the user's own, as under sudo.
func acceptedPath(w console) string { return configDir(w.getenv, "accepted") }

// mappingOf is what is found now, in the form in which it is accepted.
func mappingOf(host string, a check.Address) accepted.Mapping {
	m := accepted.Mapping{Name: host, Addr: a.Address.WithZone(""), Verdict: string(a.Verdict)}
	for _, p := range a.PTR {
		m.PTR = append(m.PTR, p.Name)
	}
	return m
}

// judgedNow reports whether an address has a verdict that can be accepted.
func judgedNow(a check.Address) bool { return a.Verdict != check.Undetermined }

func openAccepted(path string) (*accepted.File, error) {
	file, err := accepted.Open(path)
	if err != nil {
		return nil, refuse(exit.Usage, "it holds what 'rdnsproxy accept' has kept; mend or move it", "%v", err)
	}
	return file, nil
}

// acceptedFile is the user's file, read once a run, when somebody asks.
type acceptedFile struct {
	once sync.Once
	file *accepted.File
	err  error
}

// read gives the file, or why there is none that may be trusted.
func (f *acceptedFile) read(w console) (*accepted.File, error) {
	f.once.Do(func() { f.file, f.err = accepted.Open(acceptedPath(w)) })
	return f.file, f.err
}

func addressesOf(r *check.Result) []netip.Addr {
	var all []netip.Addr
	for _, a := range r.Addresses {
		all = append(all, a.Address)
	}
	return all
}

// describe is a mapping in one line.
func describe(m accepted.Mapping) string {
	names := "no reverse name"
	switch len(m.PTR) {
	case 0:
	case 1:
		names = "reverse name " + m.PTR[0]
	default:
		names = "reverse names " + strings.Join(m.PTR, ", ")
	}
	return fmt.Sprintf("%s is %s, %s (%s)", check.PlainHost(m.Name), m.Addr, names, m.Verdict)
}

// mappingText is the text of the finding that carries an address's verdict.
func mappingText(r *check.Result, a netip.Addr) string {
	if f, ok := r.Mapping(a); ok {
		return f.Text
	}
	return a.String() + ": not judged in time"
}
