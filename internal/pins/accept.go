package pins

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/internal/accepted"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/dialect"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/layout"
	"rdnsproxy/internal/listing"
	"rdnsproxy/internal/mapping"
	"rdnsproxy/internal/survey"
	"rdnsproxy/internal/target"
	"rdnsproxy/ordered"
	"rdnsproxy/replacefile"
	"rdnsproxy/safetext"
)

// AcceptedMappings maintains the mappings that the user has accepted.
type AcceptedMappings struct {
	w      console.World
	o      survey.Options // how hosts are checked
	voice  *console.Voice
	format listing.Format // of lists
	path   string         // the user's file
}

// NewAcceptedMappings returns the mappings of the user who runs the program. It reads
// nothing yet. The error is a Refusal.
func NewAcceptedMappings(w console.World, o survey.Options, format listing.Format) (*AcceptedMappings, error) {
	path := mapping.Path(w)
	if path == "" {
		return nil, console.Refuse(exit.Usage, "run it as the user whose ssh it is for",
			"cannot find your own home directory: $HOME is another user's, or you have none")
	}
	return &AcceptedMappings{w, o, console.NewVoice(w.Err, o.Quiet, o.Verbose), format, path}, nil
}

// Accept looks the hosts up and stores their mappings, all or none.
func (a *AcceptedMappings) Accept(ctx context.Context, hosts []string) error {
	results, err := a.lookup(ctx, a.o.SSHConfig, hosts)
	if err != nil {
		return err
	}
	var ms []accepted.Mapping
	for _, r := range results {
		of, err := mapping.OfAll(r)
		if err != nil {
			return err
		}
		ms = append(ms, of...)
	}
	switch err := mapping.Remember(a.path, ms); {
	case errors.Is(err, replacefile.ErrWritten):
		a.voice.Notice(err.Error())
	case err != nil:
		return err
	}
	for _, m := range ms {
		a.w.Print(layout.Paragraphs(a.w.TerminalWidth(), "accepted: "+mapping.Describe(m)))
	}
	return nil
}

// lookup checks hosts as check --dns-only does.
func (a *AcceptedMappings) lookup(ctx context.Context, sshConfig string, words []string) ([]*check.Result, error) {
	o := a.o
	o.SSHConfig, o.DNSOnly = sshConfig, true
	s, err := survey.New(ctx, a.w, a.voice, o)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	targets, err := s.Targets(ctx, words)
	if err != nil {
		return nil, err
	}
	for _, t := range targets {
		if t.Via != "" {
			return nil, console.Refuse(exit.Found, "accept it there; 'rdnsproxy accept "+check.PlainHost(t.Host)+
				"' accepts the jump host's own mapping", "%s", behindJump(t))
		}
	}
	var rs []*check.Result
	each := ordered.Few[target.Target](len(targets), o.Jobs)
	for r := range ordered.Map(ctx, each, slices.Values(targets), s.Check) {
		if r.Interrupted() {
			return nil, console.ErrInterrupted
		}
		rs = append(rs, r)
	}
	return rs, nil
}

// List prints the accepted mappings.
func (a *AcceptedMappings) List() error {
	file, err := mapping.Open(a.path)
	if err != nil {
		return err
	}
	for _, i := range file.Ignored() {
		a.voice.Notice(fmt.Sprintf("%s:%d is ignored: %v", safetext.Line(a.path), i.Line, i.Err))
	}
	if len(file.All()) == 0 {
		a.voice.Notice("nothing is accepted")
	}
	entries, texts := []acceptedEntry{}, []string{}
	for _, m := range file.All() {
		entries = append(entries, entryOfMapping(m))
		texts = append(texts, mapping.Describe(m)+", since "+m.Since.Local().Format(time.DateOnly))
	}
	return a.format.Write(a.w, entries, texts)
}

// Names returns the names with an accepted mapping; nil if the file cannot be read.
func (a *AcceptedMappings) Names() (names []string) {
	file, err := mapping.Open(a.path)
	if err != nil {
		return nil
	}
	for _, m := range file.All() {
		names = append(names, m.Name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Forget removes the mappings of hosts. A word is the name as typed or, if that has no
// mapping, the host that ssh's configuration gives for it, as in Accept.
func (a *AcceptedMappings) Forget(ctx context.Context, words []string) error {
	file, err := mapping.Open(a.path)
	if err != nil {
		return err
	}
	reader := target.NewReader(a.w, a.voice, a.o.Options, a.o.Connect)
	reader.DNSOnly = true
	var hosts []string
	for _, word := range words {
		host := word
		if len(file.Of(word)) == 0 {
			t, err := reader.Target(ctx, word)
			if err != nil {
				return err
			}
			host = t.Itself()
		}
		hosts = append(hosts, host)
	}
	for _, host := range hosts {
		n, err := accepted.Forget(a.path, host)
		if err != nil && !errors.Is(err, replacefile.ErrWritten) {
			return mapping.WriteRefusal(err)
		}
		if n == 0 {
			a.w.Print(check.PlainHost(host) + " was not in the list\n")
		} else {
			a.w.Print("forgotten: " + check.PlainHost(host) + "\n")
		}
	}
	return nil
}

// Verify checks whether the accepted mappings are unchanged and returns the exit
// status.
func (a *AcceptedMappings) Verify(ctx context.Context) (int, error) {
	file, err := mapping.Open(a.path)
	if err != nil {
		return 0, err
	}
	var names []string
	seen := map[string]bool{}
	for _, m := range file.All() {
		if !seen[m.Name] {
			seen[m.Name], names = true, append(names, m.Name)
		}
	}
	if len(names) == 0 {
		a.voice.Notice("nothing is accepted")
		if a.format == listing.JSON {
			return exit.OK, a.format.Write(a.w, []verifiedEntry{}, nil)
		}
		return exit.OK, nil
	}
	results, err := a.lookup(ctx, "none", names) // the names are those after HostName
	if err != nil {
		return 0, err
	}
	var found []check.Severity
	entries, texts := []verifiedEntry{}, []string{}
	for i, r := range results {
		what, severity := changeSince(file, names[i], r)
		found = append(found, severity)
		host := check.PlainHost(names[i])
		entries = append(entries, verifiedEntry{host, severity, what})
		texts = append(texts, fmt.Sprintf("%s  %s: %s", severity, host, what))
	}
	return dialect.Status(check.Warning, found), a.format.Write(a.w, entries, texts)
}

// changeSince says how the accepted mappings of a name have changed.
func changeSince(file *accepted.File, name string, r *check.Result) (string, check.Severity) {
	if words, incomplete := r.Incomplete(); incomplete && len(r.Addresses) > 0 {
		return words, check.Unknown
	}
	if len(r.Addresses) == 0 {
		return r.Findings[0].Text, max(check.Unknown, r.Severity)
	}
	if i := slices.IndexFunc(r.Addresses, func(a check.Address) bool { return !mapping.HasVerdict(a) }); i >= 0 {
		return r.MappingText(r.Addresses[i].Address), check.Unknown
	}
	var now []accepted.Mapping
	for _, a := range r.Addresses {
		now = append(now, mapping.Of(name, a))
	}
	if changes := file.Changes(name, now); len(changes) > 0 {
		return strings.Join(changes, "; "), check.Warning
	}
	return "unchanged", check.Pass
}
