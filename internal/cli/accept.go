package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/internal/accepted"
	"rdnsproxy/internal/report"
	"rdnsproxy/replacefile"
	"rdnsproxy/safetext"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func acceptCommand(w World, status *int) *cobra.Command {
	f, format := new(checkFlags), new(listing)
	c := &cobra.Command{
		Example: `  rdnsproxy accept my.example.com
  rdnsproxy accept list
  rdnsproxy accept verify --format json
  rdnsproxy accept forget my.example.com`,
		Use:   "accept HOST...|list|forget HOST...|verify",
		Short: "remember a known mapping, without root",
		Long: `Remembers how names and addresses of hosts agree now: what known_hosts is for
host keys, this is for mappings. The relay says nothing about an accepted
mapping until its address, its reverse names or its verdict change, and then
what changed.

'list' shows what is accepted, 'forget' drops it, 'verify' looks whether it
still holds. A host called list is accepted by its full name. --policy strict
asks for --accepted to take an accepted mapping.

Exit status: 0 done or still so, 1 refused or changed, 2 usage, 3 it could not
be told.`,
		RunE: func(c *cobra.Command, args []string) (err error) {
			idle := given(c.Flags(), func(flag *pflag.Flag) bool {
				return !slices.Contains([]string{"format", "quiet", "verbose"}, flag.Name)
			})
			if err := fromEnvironment(c.Flags(), w); err != nil {
				return err
			}
			if len(args) == 1 && args[0] == "list" {
				tellIdle(newVoice(w.Err, f.quiet, f.verbose), "accept list", idle)
			}
			f.dnsOnly = true
			*status, err = runAccept(c.Context(), w, f, *format, args)
			return err
		},
	}
	f.preset(c.Flags())
	f.sharedFlags.register(c.Flags())
	format.register(c.Flags(), "how list and verify write: text or json")
	return c
}

func runAccept(ctx context.Context, w World, f *checkFlags, format listing, args []string) (int, error) {
	path := acceptedPath(w)
	switch {
	case path == "":
		return statusUsage, refuse("run it as the user whose ssh is to know", "$HOME is another user's, or this user has no home: there is no place to keep the mappings in")
	case len(args) == 0:
		return statusUsage, refuse("usage: rdnsproxy accept HOST..., accept list, accept forget HOST..., accept verify", "no host")
	case (args[0] == "list" || args[0] == "verify") && len(args) > 1:
		return statusUsage, refuse("a host of that name is accepted by its full name", "accept %s takes no host", args[0])
	case args[0] == "list":
		return listAccepted(w, f, format, path)
	case args[0] == "forget":
		return forgetAccepted(ctx, w, f, path, args[1:])
	case args[0] == "verify":
		return verifyAccepted(ctx, w, f, format, path)
	}
	if err := notAPort("accept", args); err != nil {
		return statusUsage, err
	}
	return acceptHosts(ctx, w, f, path, args)
}

// acceptHosts looks the hosts up and keeps what it finds, all of it or nothing.
func acceptHosts(ctx context.Context, w World, f *checkFlags, path string, hosts []string) (int, error) {
	v := newVoice(w.Err, f.quiet, f.verbose)
	results, err := f.lookUp(ctx, w, v, hosts)
	var behind *behindJumpHost
	switch {
	case errors.As(err, &behind):
		jump := check.PlainHost(behind.Host)
		return statusFound, refuse("accept it there; 'rdnsproxy accept "+jump+"' is for the jump host's own", "%v", err)
	case err != nil:
		return statusUsage, err
	}
	var ms []accepted.Mapping
	for _, r := range results {
		if words, incomplete := r.Incomplete(); incomplete {
			v.error(refuse("nothing was accepted; try again later", "%s", words))
			return statusUnknown, nil
		}
		if len(r.Addresses) == 0 {
			v.error(refuse("nothing was accepted", "%s", r.Findings[0].Text))
			return refusedStatus(r), nil
		}
		for _, a := range r.Addresses {
			if !judgedNow(a) {
				v.error(refuse("nothing was accepted; try again later", "%s", mappingText(r, a.Address)))
				return statusUnknown, nil
			}
			ms = append(ms, mappingOf(r.Host, a))
		}
	}
	switch err := accepted.Remember(path, ms...); {
	case errors.Is(err, replacefile.ErrWritten):
		v.notice(err.Error())
	case err != nil:
		return statusFound, keeping(err)
	}
	for _, m := range ms {
		w.print(report.Paragraphs(f.reader(w).Width, "accepted: "+describe(m)))
	}
	return statusPass, nil
}

// behindJumpHost says that a target is looked up by its jump host.
type behindJumpHost struct{ target }

func (b *behindJumpHost) Error() string {
	return fmt.Sprintf("%s is behind the jump host %s, which looks it up", check.PlainHost(b.Via), check.PlainHost(b.Host))
}

// refusedStatus tells a host without an address from one that nobody could look up.
func refusedStatus(r *check.Result) int {
	if r.Verdict == check.Undetermined {
		return statusUnknown
	}
	return statusFound
}

// lookUp asks about hosts as check does, without looking behind them.
func (f *checkFlags) lookUp(ctx context.Context, w World, v *voice, words []string) ([]*check.Result, error) {
	targets, err := f.targets(ctx, w, v, typed(words))
	if err != nil {
		return nil, err
	}
	for _, t := range targets {
		if t.Via != "" {
			return nil, &behindJumpHost{t}
		}
	}
	checker, err := f.checker(ctx, w, v)
	if err != nil {
		return nil, err
	}
	s := &survey{w: w, f: f, voice: v, checker: checker}
	var rs []*check.Result
	for r := range inOrder(f.jobs, targets, func(t target) *check.Result { return s.one(ctx, t) }) {
		if r.Interrupted() {
			return nil, errInterrupted
		}
		rs = append(rs, r)
	}
	return rs, nil
}

func listAccepted(w World, f *checkFlags, format listing, path string) (int, error) {
	file, err := openAccepted(path)
	if err != nil {
		return statusUsage, err
	}
	v := newVoice(w.Err, f.quiet, f.verbose)
	for _, i := range file.Ignored() {
		v.notice(fmt.Sprintf("%s:%d is ignored: %v", safetext.Line(path), i.Line, i.Err))
	}
	if len(file.All()) == 0 {
		v.notice("nothing is accepted")
	}
	entries, texts := []acceptedEntry{}, []string{}
	for _, m := range file.All() {
		entries = append(entries, entryOfMapping(m))
		texts = append(texts, describe(m)+", since "+m.Since.Local().Format(time.DateOnly))
	}
	if err := format.write(w, f.reader(w).Width, entries, texts); err != nil {
		return statusUsage, err
	}
	return statusPass, nil
}

// forgetAccepted drops what is accepted of hosts: of the name as it is typed, or of
// the host that ssh's configuration makes of it, as accept takes it.
func forgetAccepted(ctx context.Context, w World, f *checkFlags, path string, words []string) (int, error) {
	if len(words) == 0 {
		return statusUsage, refuse("'rdnsproxy accept list' shows them", "no host to forget")
	}
	file, err := openAccepted(path)
	if err != nil {
		return statusUsage, err
	}
	v := newVoice(w.Err, f.quiet, f.verbose)
	var hosts []string
	for _, word := range words {
		host := word
		if len(file.Of(word)) == 0 {
			t, err := f.resolveTarget(ctx, w, v, word)
			if err != nil {
				return statusUsage, err
			}
			if host = t.Host; t.Via != "" { // the host itself, not its jump host
				host = t.Via
			}
		}
		hosts = append(hosts, host)
	}
	for _, host := range hosts {
		n, err := accepted.Forget(path, host)
		if err != nil && !errors.Is(err, replacefile.ErrWritten) {
			return statusFound, keeping(err)
		}
		if n == 0 {
			w.print("not accepted: " + check.PlainHost(host) + "\n")
		} else {
			w.print("forgotten: " + check.PlainHost(host) + "\n")
		}
	}
	return statusPass, nil
}

// keeping explains why the file of accepted mappings could not be written.
func keeping(err error) error {
	hint := "nothing was changed"
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, accepted.ErrUnsafeFolder) || errors.Is(err, accepted.ErrOthersWrite) {
		hint = "nothing was changed: the file and its folder have to be yours, and nobody else's to write"
	}
	return refuse(hint, "%v", err)
}

// verifyAccepted looks whether what was accepted still holds.
func verifyAccepted(ctx context.Context, w World, f *checkFlags, format listing, path string) (int, error) {
	file, err := openAccepted(path)
	if err != nil {
		return statusUsage, err
	}
	var names []string
	seen := map[string]bool{}
	for _, m := range file.All() {
		if !seen[m.Name] {
			seen[m.Name], names = true, append(names, m.Name)
		}
	}
	if len(names) == 0 {
		newVoice(w.Err, f.quiet, f.verbose).notice("nothing is accepted")
		if format == listingJSON {
			return statusPass, format.write(w, 0, []verifiedEntry{}, nil)
		}
		return statusPass, nil
	}
	f.sshConfig = "none" // the names are those after HostName
	results, err := f.lookUp(ctx, w, newVoice(w.Err, f.quiet, f.verbose), names)
	if err != nil {
		return statusUsage, err
	}
	sum := tally{failOn: check.Warning}
	entries, texts := []verifiedEntry{}, []string{}
	for i, r := range results {
		what, severity := changeSince(file, names[i], r)
		sum.add(severity)
		host := check.PlainHost(names[i])
		entries = append(entries, verifiedEntry{host, severity, what})
		texts = append(texts, fmt.Sprintf("%s  %s: %s", severity, host, what))
	}
	if err := format.write(w, f.reader(w).Width, entries, texts); err != nil {
		return statusUsage, err
	}
	return sum.status(), nil
}

// changeSince says what of the accepted mappings of a name is no longer so.
func changeSince(file *accepted.File, name string, r *check.Result) (string, check.Severity) {
	if words, incomplete := r.Incomplete(); incomplete && len(r.Addresses) > 0 {
		return words, check.Unknown
	}
	if len(r.Addresses) == 0 {
		return r.Findings[0].Text, max(check.Unknown, r.Severity)
	}
	if i := slices.IndexFunc(r.Addresses, func(a check.Address) bool { return !judgedNow(a) }); i >= 0 {
		return mappingText(r, r.Addresses[i].Address), check.Unknown
	}
	var now []accepted.Mapping
	for _, a := range r.Addresses {
		now = append(now, mappingOf(name, a))
	}
	if changes := file.Changes(name, now); len(changes) > 0 {
		return strings.Join(changes, "; "), check.Warning
	}
	return "still so", check.Pass
}
