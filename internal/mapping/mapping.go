// Package mapping converts between check's result for an address and the mappings
// that the user has accepted.
package mapping

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"

	"rdnsproxy/check"
	"rdnsproxy/internal/accepted"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/replacefile"
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

// OfAll returns the mappings of all addresses of a result, for a user who accepts the host
// as it is: all or none. The error is a Refusal, if an address is not known or has no verdict.
func OfAll(r *check.Result) ([]accepted.Mapping, error) {
	if words, incomplete := r.Incomplete(); incomplete {
		return nil, console.Refuse(exit.Unknown, "nothing was accepted; try again later", "%s", words)
	}
	if len(r.Addresses) == 0 {
		return nil, console.Refuse(refusedStatus(r), "nothing was accepted", "%s", r.Findings[0].Text)
	}
	var ms []accepted.Mapping
	for _, address := range r.Addresses {
		if !HasVerdict(address) {
			return nil, console.Refuse(exit.Unknown, "nothing was accepted; try again later",
				"%s", r.MappingText(address.Address))
		}
		ms = append(ms, Of(r.Host, address))
	}
	return ms, nil
}

// refusedStatus returns the exit status for a host without an address: exit.Unknown if
// the lookup failed, exit.Found if there is none.
func refusedStatus(r *check.Result) int {
	if r.Verdict == check.Undetermined {
		return exit.Unknown
	}
	return exit.Found
}

// Remember keeps mappings that the user has accepted in place of all that were kept for
// their names. The error is a Refusal, or wraps replacefile.ErrWritten: then they are
// kept.
func Remember(path string, ms []accepted.Mapping) error {
	err := accepted.Remember(path, ms...)
	if err == nil || errors.Is(err, replacefile.ErrWritten) {
		return err
	}
	return WriteRefusal(err)
}

// WriteRefusal explains why the file of accepted mappings could not be written.
func WriteRefusal(err error) error {
	hint := "nothing was changed"
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, accepted.ErrUnsafeDirectory) ||
		errors.Is(err, accepted.ErrOthersWrite) {
		hint = "nothing was changed: the file and its directory must belong to you, and nobody else may write to them"
	}
	return console.Refuse(exit.Found, hint, "%v", err)
}

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
