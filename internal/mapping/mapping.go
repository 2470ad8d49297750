// Package mapping converts between check's result for an address and the mappings
// that the user has accepted.
package mapping

import (
	"fmt"
	"strings"
	"sync"

	"rdnsproxy/check"
	"rdnsproxy/internal/accepted"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
)

// Path returns the user's file of accepted mappings; "" if the user has no home
// directory of their own, as under sudo.
func Path(w console.World) string { return w.ConfigDir("accepted") }

// Of converts a result for an address of host to a mapping that can be accepted.
func Of(host string, a check.Address) accepted.Mapping {
	m := accepted.Mapping{Name: host, Addr: a.Address.WithZone(""), Verdict: string(a.Verdict)}
	for _, p := range a.PTR {
		m.PTR = append(m.PTR, p.Name)
	}
	return m
}

// HasVerdict reports whether an address has a verdict that can be accepted.
func HasVerdict(a check.Address) bool { return a.Verdict != check.Undetermined }

// Open reads a file of accepted mappings. The error is a Refusal.
func Open(path string) (*accepted.File, error) {
	file, err := accepted.Open(path)
	if err != nil {
		return nil, console.Refuse(exit.Usage, "it holds what 'rdnsproxy accept' stored; fix or move it", "%v", err)
	}
	return file, nil
}

// File is the user's file of accepted mappings, read at the first call of Read.
type File struct {
	once sync.Once
	file *accepted.File
	err  error
}

// Read returns the file, or an error if it cannot be read or trusted.
func (f *File) Read(w console.World) (*accepted.File, error) {
	f.once.Do(func() { f.file, f.err = accepted.Open(Path(w)) })
	return f.file, f.err
}

// Describe describes a mapping in one line.
func Describe(m accepted.Mapping) string {
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
