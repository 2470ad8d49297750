package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"rdnsproxy/internal/exit"
	"rdnsproxy/limits"
	"rdnsproxy/safetext"
	"rdnsproxy/sshconf"
)

// checkUsage is the hint where there is no target.
const checkUsage = "usage: rdnsproxy check [flags] TARGET...; a target is HOST, HOST:PORT, user@HOST, an address, or an alias of ~/.ssh/config"

// word is a target as it was written, and where.
type word struct {
	text      string
	where     string // file:line; empty on the command line
	collected bool   // nobody typed it: it stands in the configuration or in known_hosts
}

func typed(operands []string) []word {
	words := make([]word, len(operands))
	for i, o := range operands {
		words[i].text = o
	}
	return words
}

// targetList is what there is to look at.
type targetList struct {
	words   []word
	unnamed int // lines of known_hosts whose hosts cannot be, since nobody knows their hashed names
}

// targetSources are where targets come from, beside the command line.
type targetSources struct {
	All        bool   // every alias in ssh's configuration
	KnownHosts bool   // every name in known_hosts
	FromFile   string // a target a line; - is stdin
}

// list reads the targets, from wherever the sources say. They are all read before
// anything is asked, so that a bad one costs no wait.
func (r *targetReader) list(ctx context.Context, from targetSources, operands []string) (targetList, error) {
	tooMany := refuse(exit.Usage, "split the list; 'rdnsproxy help limits' says what a run may cost", "more than %d targets are too many for one run", limits.Targets)
	given := typed(operands)
	list := targetList{words: slices.Clone(given)}
	var empty []string // what the flags name that holds no target
	if from.All {
		aliases, err := asUser(r.World, sshconf.Query{File: r.Options.SSHConfig}).Aliases()
		if err != nil {
			return list, configurationError("HOST", err)
		}
		for _, a := range aliases {
			list.words = append(list.words, word{text: a, collected: true})
		}
		empty = append(empty, "ssh's configuration has no Host with a plain name")
	}
	var lines []word
	if from.FromFile != "" {
		var err error
		if lines, err = r.linesOf(from.FromFile); err != nil {
			return list, err
		}
		if len(lines) > limits.Targets {
			return list, tooMany
		}
		empty = append(empty, "--from-file "+safetext.Line(from.FromFile)+" has no line with a target")
	}
	if from.KnownHosts {
		known := r.knownWords(ctx, from, slices.Concat(given, lines))
		list.words, list.unnamed = append(list.words, known.words...), known.hashed.Unnamed
		text := known.unnamed()
		switch {
		case text == "":
			empty = append(empty, "known_hosts names no host")
		case len(list.words)+len(lines) == 0:
			return list, refuse(exit.Usage, unnamedHint, "no target: %s", text)
		case !r.Voice.quiet:
			r.Voice.withHint("notice", text+": their hosts are not checked", unnamedHint)
		}
	}
	list.words = append(list.words, lines...)
	switch {
	case len(list.words) > limits.Targets:
		return list, tooMany
	case len(list.words) > 0:
		return list, nil
	case len(empty) > 0:
		return list, refuse(exit.Usage, checkUsage, "no target: %s", strings.Join(empty, "; "))
	}
	return list, refuse(exit.Usage, checkUsage, "no target")
}

// unnamedHint says how to learn whom hashed lines are about.
const unnamedHint = "name their hosts as targets, in --from-file, or as a Host in ssh's configuration"

// maxLine bounds a line of --from-file.
const maxLine = 4096

// linesOf reads --from-file: a target a line; what follows # is a comment.
func (r *targetReader) linesOf(path string) ([]word, error) {
	const hint = "--from-file takes a file with a target on each line, or - for stdin"
	var in io.Reader = r.World.In
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return nil, refuse(exit.Usage, hint, "%s: %v", safetext.Line(path), reason(err))
		}
		defer file.Close()
		in = file
	}
	var words []word
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, maxLine)
	n := 1
	for ; len(words) <= limits.Targets && lines.Scan(); n++ { // one too many is for the caller to refuse
		line, _, _ := strings.Cut(lines.Text(), "#")
		if line = strings.TrimSpace(line); line != "" {
			words = append(words, word{text: line, where: fmt.Sprintf("%s:%d", safetext.Line(path), n)})
		}
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return nil, refuse(exit.Usage, hint, "%s:%d: the line is longer than %d bytes", safetext.Line(path), n, maxLine)
	case err != nil:
		return nil, refuse(exit.Usage, hint, "%s: %v", safetext.Line(path), reason(err))
	}
	return words, nil
}

// reason is an error without the path and the operation that the os package puts
// before it.
func reason(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// targets applies ssh's configuration to the words, a few at a time: ssh itself
// may have to be asked. A word that somebody wrote has to be good; one that was
// collected and is not is told of and left out.
func (r *targetReader) targets(ctx context.Context, words []word) ([]target, error) {
	type outcome struct {
		word
		target
		err error
	}
	ts := make([]target, 0, len(words))
	for o := range inOrder(r.Jobs, words, func(word word) outcome {
		t, err := r.target(ctx, word.text)
		return outcome{word, t, err}
	}) {
		switch {
		case o.err == nil:
			ts = append(ts, o.target)
		case o.collected:
			r.Voice.notice("left out: " + quoted(o.text) + ": " + o.err.Error())
		case o.where != "":
			return nil, refuse(exit.Usage, "mend the line, or take it out", "%s: %v", o.where, o.err)
		default:
			return nil, o.err
		}
	}
	return ts, nil
}

// printConfig prints what was read from ssh's configuration, in ssh -G's
// spelling, each value with its origin.
func printConfig(w console, targets []target) {
	for _, t := range targets {
		for _, v := range t.config.Values() {
			fmt.Fprintf(w.text(), "%v\t# %s\n", v, v.Origin)
		}
	}
}
