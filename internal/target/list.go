package target

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

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/ordered"
	"rdnsproxy/limits"
	"rdnsproxy/safetext"
	"rdnsproxy/sshconf"
)

// usageHint is the hint where there is no target.
const usageHint = "usage: rdnsproxy check [flags] TARGET...; " +
	"a target is HOST, HOST:PORT, user@HOST, an address, or an alias of ~/.ssh/config"

// Word is a target as written, and where it was found.
type Word struct {
	text      string
	where     string // file:line; "" on the command line
	collected bool   // taken from ssh's configuration or known_hosts, not given by the user
}

// WordsFromArgs returns operands of the command line as Words.
func WordsFromArgs(operands []string) []Word {
	words := make([]Word, len(operands))
	for i, o := range operands {
		words[i].text = o
	}
	return words
}

// List is a list of targets.
type List struct {
	Words   []Word
	Unnamed int // hashed lines of known_hosts that are left out because their names are unknown
}

// Sources say where targets come from, in addition to the command line.
type Sources struct {
	All        bool   // every alias in ssh's configuration
	KnownHosts bool   // every name in known_hosts
	FromFile   string // a file with one target per line; - is stdin
}

// List collects the targets from all sources. They are read before anything is
// looked up, so that a bad one is reported at once. The error is a Refusal.
func (r *Reader) List(ctx context.Context, from Sources, operands []string) (List, error) {
	tooMany := console.Refuse(exit.Usage, "split the list; 'rdnsproxy help limits' says what a run may cost",
		"too many targets for one run: the limit is %d", limits.Targets)
	given := WordsFromArgs(operands)
	list := List{Words: slices.Clone(given)}
	var empty []string // the sources that hold no target
	if from.All {
		aliases, err := AsUser(r.World, sshconf.Query{File: r.Options.SSHConfig}).Aliases()
		if err != nil {
			return list, ConfigError("HOST", err)
		}
		for _, a := range aliases {
			list.Words = append(list.Words, Word{text: a, collected: true})
		}
		empty = append(empty, "ssh's configuration has no Host with a plain name")
	}
	var lines []Word
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
		list.Words, list.Unnamed = append(list.Words, known.words...), known.hashed.Unnamed
		text := known.unnamed()
		switch {
		case text == "":
			empty = append(empty, "known_hosts names no host")
		case len(list.Words)+len(lines) == 0:
			return list, console.Refuse(exit.Usage, unnamedHint, "no target: %s", text)
		default:
			r.Voice.NoticeWithHint(text+": their hosts are not checked", unnamedHint)
		}
	}
	list.Words = append(list.Words, lines...)
	switch {
	case len(list.Words) > limits.Targets:
		return list, tooMany
	case len(list.Words) > 0:
		return list, nil
	case len(empty) > 0:
		return list, console.Refuse(exit.Usage, usageHint, "no target: %s", strings.Join(empty, "; "))
	}
	return list, console.Refuse(exit.Usage, usageHint, "no target")
}

// unnamedHint says how to have the hosts of hashed lines checked.
const unnamedHint = "name their hosts as targets, in --from-file, or as a Host in ssh's configuration"

// maxLine bounds a line of --from-file.
const maxLine = 4096

// linesOf reads --from-file: a target per line; # starts a comment.
func (r *Reader) linesOf(path string) ([]Word, error) {
	const hint = "--from-file takes a file with a target on each line, or - for stdin"
	var in io.Reader = r.World.In
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return nil, console.Refuse(exit.Usage, hint, "%s: %v", safetext.Line(path), reason(err))
		}
		defer file.Close()
		in = file
	}
	var words []Word
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, maxLine)
	n := 1
	for ; len(words) <= limits.Targets && lines.Scan(); n++ { // the caller refuses one too many
		line, _, _ := strings.Cut(lines.Text(), "#")
		if line = strings.TrimSpace(line); line != "" {
			words = append(words, Word{text: line, where: fmt.Sprintf("%s:%d", safetext.Line(path), n)})
		}
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return nil, console.Refuse(exit.Usage, hint,
			"%s:%d: the line is longer than %d bytes", safetext.Line(path), n, maxLine)
	case err != nil:
		return nil, console.Refuse(exit.Usage, hint, "%s: %v", safetext.Line(path), reason(err))
	}
	return words, nil
}

// reason returns an error of the os package without its operation and path.
func reason(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// Targets applies ssh's configuration to the words, a few at a time because ssh
// itself may have to be run. An invalid word is an error if the user wrote it; if it
// was collected, a notice says that it is left out.
func (r *Reader) Targets(ctx context.Context, words []Word) ([]Target, error) {
	type outcome struct {
		Word
		Target
		err error
	}
	ts := make([]Target, 0, len(words))
	for o := range ordered.Map(r.Jobs, words, func(word Word) outcome {
		t, err := r.Target(ctx, word.text)
		return outcome{word, t, err}
	}) {
		switch {
		case o.err == nil:
			ts = append(ts, o.Target)
		case o.collected:
			r.Voice.Notice("left out: " + console.Quoted(o.text) + ": " + o.err.Error())
		case o.where != "":
			return nil, console.Refuse(exit.Usage, "fix or remove the line", "%s: %v", o.where, o.err)
		default:
			return nil, o.err
		}
	}
	return ts, nil
}
