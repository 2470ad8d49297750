package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"rdnsproxy/internal/knownhosts"
	"rdnsproxy/internal/limits"
	"rdnsproxy/internal/safetext"
	"rdnsproxy/sshconf"
)

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

// words are the targets, from wherever the flags say. They are all read before
// anything is asked, so that a bad one costs no wait.
func (f *checkFlags) words(w World, v *voice, operands []string) ([]word, error) {
	words := typed(operands)
	if f.all {
		aliases, err := asUser(w, sshconf.Query{File: f.sshConfig}).Aliases()
		if err != nil {
			return nil, configurationError("HOST", err)
		}
		for _, a := range aliases {
			words = append(words, word{text: a, collected: true})
		}
	}
	if f.knownHosts {
		words = append(words, f.knownNames(w, v)...)
	}
	if f.fromFile != "" {
		lines, err := f.linesOf(w)
		if err != nil {
			return nil, refuse("--from-file takes a file with a target on each line, or - for stdin", "%v", err)
		}
		words = append(words, lines...)
	}
	switch {
	case len(words) > limits.Targets:
		return nil, refuse("split the list; 'rdnsproxy help limits' says what a run may cost", "more than %d targets are too many for one run", limits.Targets)
	case len(words) > 0:
		return words, nil
	case f.all || f.knownHosts || f.fromFile != "":
		return nil, refuse(checkUsage, "there is no target where the flags say")
	}
	return nil, refuse(checkUsage, "no target")
}

// knownNames are the plain names in the known_hosts files that ssh would read of
// a host for which nothing else is configured.
func (f *checkFlags) knownNames(w World, v *voice) []word {
	q := asUser(w, sshconf.Query{Host: "*", File: f.sshConfig, Keywords: []string{"userknownhostsfile"}})
	files := []string{q.Home + "/.ssh/known_hosts", q.Home + "/.ssh/known_hosts2"}
	if h, err := q.Lookup(context.Background()); err == nil && h.Set("userknownhostsfile") {
		files = knownHostsFiles(q, target{config: h})
	}
	file, errs := knownhosts.ParseFiles(files...)
	for _, err := range errs {
		v.notice(err.Error())
	}
	var words []word
	for _, h := range file.Names() {
		text := h.Name
		if h.Port != 0 && h.Port != 22 {
			text = fmt.Sprintf("[%s]:%d", h.Name, h.Port)
		}
		words = append(words, word{text: text, collected: true})
	}
	return words
}

// maxLine bounds a line of --from-file.
const maxLine = 4096

// linesOf reads --from-file: a target a line; what follows # is a comment.
func (f *checkFlags) linesOf(w World) ([]word, error) {
	var in io.Reader = w.In
	if f.fromFile != "-" {
		file, err := os.Open(f.fromFile)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		in = file
	}
	var words []word
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, maxLine)
	for n := 1; len(words) <= limits.Targets && lines.Scan(); n++ { // one too many is for the caller to refuse
		line, _, _ := strings.Cut(lines.Text(), "#")
		if line = strings.TrimSpace(line); line != "" {
			words = append(words, word{text: line, where: fmt.Sprintf("%s:%d", f.fromFile, n)})
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", safetext.Line(f.fromFile), err)
	}
	return words, nil
}

// targets applies ssh's configuration to the words, a few at a time: ssh itself
// may have to be asked. A word that somebody wrote has to be good; one that was
// collected and is not is told of and left out.
func (f *checkFlags) targets(ctx context.Context, w World, v *voice, words []word) ([]target, error) {
	type outcome struct {
		word
		target
		err error
	}
	ts := make([]target, 0, len(words))
	for o := range inOrder(f.jobs, words, func(word word) outcome {
		t, err := f.resolveTarget(ctx, w, v, word.text)
		return outcome{word, t, err}
	}) {
		switch {
		case o.err == nil:
			ts = append(ts, o.target)
		case o.collected:
			v.notice("left out: " + quoted(o.text) + ": " + o.err.Error())
		case o.where != "":
			return nil, refuse("mend the line, or take it out", "%s: %v", o.where, o.err)
		default:
			return nil, o.err
		}
	}
	return ts, nil
}

// printConfig prints what was read from ssh's configuration, in ssh -G's
// spelling, each value with its origin.
func printConfig(w World, targets []target) int {
	for _, t := range targets {
		for _, v := range t.config.Values() {
			fmt.Fprintf(w.stdout, "%v\t# %s\n", v, v.Origin)
		}
	}
	return statusPass
}
