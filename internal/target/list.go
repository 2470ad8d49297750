package target

import (
	"context"
	"slices"
	"strings"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/inputs"
	"rdnsproxy/limits"
	"rdnsproxy/ordered"
	"rdnsproxy/sshconf"
)

// usageHint is the hint where there is no target.
const usageHint = "usage: rdnsproxy check [flags] TARGET...; " +
	"a target is HOST, HOST:PORT, user@HOST, an address, or an alias of ~/.ssh/config"

// List is a list of targets.
type List struct {
	Items   []inputs.Item
	Unnamed int // hashed lines of known_hosts that are left out because their names are unknown
}

// List collects the targets from all sources. They are read before anything is
// looked up, so that a bad one is reported at once. The error is a Refusal.
func (r *Reader) List(ctx context.Context, from Sources, operands []string) (List, error) {
	tooMany := console.Refuse(exit.Usage, "split the list; 'rdnsproxy help limits' says what a run may cost",
		"too many targets for one run: the limit is %d", limits.Targets)
	given := inputs.FromArgs(operands)
	list := List{Items: slices.Clone(given)}
	var empty []string // the sources that hold no target
	if from.All {
		aliases, err := AsUser(r.World, sshconf.Query{File: r.Options.SSHConfig}).Aliases()
		if err != nil {
			return list, ConfigError("HOST", err)
		}
		for _, a := range aliases {
			list.Items = append(list.Items, inputs.Item{Text: a, Collected: true})
		}
		empty = append(empty, "ssh's configuration has no Host with a plain name")
	}
	var lines []inputs.Item
	if r.reads(from) {
		var err error
		if lines, err = r.linesOf(from); err != nil {
			return list, err
		}
		if len(lines) > limits.Targets {
			return list, tooMany
		}
		empty = append(empty, r.noTarget(from))
	}
	if from.KnownHosts {
		known := r.knownWords(ctx, from, slices.Concat(given, lines))
		list.Items, list.Unnamed = append(list.Items, known.words...), known.hashed.Unnamed
		text := known.unnamed()
		switch {
		case text == "":
			empty = append(empty, "known_hosts names no host")
		case len(list.Items)+len(lines) == 0:
			return list, console.Refuse(exit.Usage, unnamedHint, "no target: %s", text)
		default:
			r.Voice.NoticeWithHint(text+": their hosts are not checked", unnamedHint)
		}
	}
	list.Items = r.expand(ctx, append(list.Items, lines...))
	switch {
	case len(list.Items) > limits.Targets:
		return list, tooMany
	case len(list.Items) > 0:
		return list, nil
	case len(empty) > 0:
		return list, console.Refuse(exit.Usage, usageHint, "no target: %s", strings.Join(empty, "; "))
	}
	return list, console.Refuse(exit.Usage, usageHint, "no target")
}

// unnamedHint says how to have the hosts of hashed lines checked.
const unnamedHint = "name their hosts as targets, in --from-file, or as a Host in ssh's configuration"

// linesOf reads the files, and one line more than are allowed at most.
func (r *Reader) linesOf(from Sources) ([]inputs.Item, error) {
	var items []inputs.Item
	for item, err := range r.listed(from) {
		if err != nil {
			return nil, err
		}
		if items = append(items, item); len(items) > limits.Targets {
			break // the caller refuses it
		}
	}
	return items, nil
}

// expand replaces the ranges among the items, and yields one item more than are
// allowed at most.
func (r *Reader) expand(ctx context.Context, items []inputs.Item) (all []inputs.Item) {
	each := func(yield func(inputs.Item, error) bool) {
		for _, item := range items {
			if !yield(item, nil) {
				return
			}
		}
	}
	for item := range r.Expander.Expand(ctx, each) {
		if all = append(all, item); len(all) > limits.Targets {
			break // the caller refuses it
		}
	}
	return all
}

// Targets applies ssh's configuration to the items, a few at a time because ssh
// itself may have to be run. An invalid item is an error if the user wrote it; if it
// was collected, a notice says that it is left out.
func (r *Reader) Targets(ctx context.Context, items []inputs.Item) ([]Target, error) {
	type outcome struct {
		inputs.Item
		Target
		err error
	}
	ts := make([]Target, 0, len(items))
	each := ordered.Options[inputs.Item]{Jobs: r.Jobs, All: true}
	read := func(ctx context.Context, item inputs.Item) outcome {
		t, err := r.Item(ctx, item)
		return outcome{item, t, err}
	}
	for o := range ordered.Map(ctx, each, slices.Values(items), read) {
		switch {
		case o.err == nil:
			ts = append(ts, o.Target)
		case o.Collected:
			r.Voice.Notice("left out: " + console.Quoted(o.Text) + ": " + o.err.Error())
		case o.Where != "":
			return nil, console.Refuse(exit.Usage, "fix or remove the line", "%s: %v", o.Where, o.err)
		default:
			return nil, o.err
		}
	}
	return ts, nil
}
