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

// List is where the targets of a run come from.
type List struct {
	Items   []inputs.Item // known at once: operands, aliases, names in known_hosts
	More    inputs.Items  // read as they are taken, such as --from-file; nil: none
	Unnamed int           // hashed lines of known_hosts that are left out because their names are unknown
}

// List collects the targets from all sources. What can be long is opened and read as far
// as its first target, so that a file that is not there is an error before anything is
// looked up. The error is a Refusal.
func (r *Reader) List(ctx context.Context, from Sources, operands []string) (List, error) {
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
	if r.reads(from) {
		listed, err := r.listed(from)
		if err != nil {
			return list, err
		}
		if list.More, err = inputs.Begin(listed); err != nil {
			return list, err
		}
		empty = append(empty, r.noTarget(from))
	}
	if from.KnownHosts {
		lines, err := (&List{More: list.More}).All() // their names may be those of hashed lines
		if err != nil {
			return list, err
		}
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
		if list.More != nil {
			list.More = inputs.Of(lines)
		}
	}
	if err := r.stream(ctx, &list); err != nil {
		return list, err
	}
	switch {
	case len(list.Items) > 0 || list.More != nil:
		return list, nil
	case len(empty) > 0:
		return list, console.Refuse(exit.Usage, usageHint, "no target: %s", strings.Join(empty, "; "))
	}
	return list, NoTarget()
}

// NoTarget refuses a command line that names nothing to check.
func NoTarget() error { return console.Refuse(exit.Usage, usageHint, "no target") }

// stream moves the first range and what follows it to More, where ranges are replaced by
// their addresses. The error is that of an operand that is neither a range nor a target.
func (r *Reader) stream(ctx context.Context, list *List) error {
	first := len(list.Items)
	for i, item := range list.Items {
		_, isRange, err := inputs.ParseRange(item.Text)
		if item.Err != nil {
			isRange, err = false, item.Err
		}
		if isRange {
			first, err = min(first, i), r.Expander.Refuses(item.Text)
		} else if i > first && !item.Collected && err == nil {
			_, err = Parse(item.Text)
		}
		if err != nil {
			return err
		}
	}
	rest, more := list.Items[first:], list.More
	list.Items = list.Items[:first:first]
	if len(rest) == 0 && more == nil {
		return nil
	}
	list.More = r.Expander.Expand(ctx, func(yield func(inputs.Item, error) bool) {
		for _, item := range rest {
			if !yield(item, nil) {
				return
			}
		}
		if more != nil {
			more(yield)
		}
	})
	return nil
}

// All returns the whole list. The error, a Refusal, says that it cannot be read, or that
// it is longer than limits.Targets.
func (l *List) All() ([]inputs.Item, error) {
	all := slices.Clone(l.Items)
	if l.More != nil {
		for item, err := range l.More {
			if err != nil {
				return nil, err
			}
			if all = append(all, item); len(all) > limits.Targets {
				break
			}
		}
	}
	if len(all) > limits.Targets {
		return nil, console.Refuse(exit.Usage, "split the list; 'rdnsproxy help limits' says what has to know all targets",
			"too many targets for a run that has to know all of them: the limit is %d", limits.Targets)
	}
	return all, nil
}

// Hold reads all of More, so that the list is known to be short enough; see All.
func (l *List) Hold() error {
	all, err := l.All()
	if err == nil && l.More != nil {
		l.More = inputs.Of(all[len(l.Items):])
	}
	return err
}

// unnamedHint says how to have the hosts of hashed lines checked.
const unnamedHint = "name their hosts as targets, in --from-file, or as a Host in ssh's configuration"

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
	each := ordered.Few[inputs.Item](len(items), r.Jobs)
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
