package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"rdnsproxy/internal/knownhosts"
	"rdnsproxy/internal/safetext"
	"rdnsproxy/sshconf"
)

const checkUsage = "usage: rdnsproxy check [flags] TARGET...; a target is HOST, HOST:PORT, user@HOST, an address, or an alias of ~/.ssh/config"

// words are the targets as they were written, from wherever the flags say. They
// are all read before anything is asked, so that a bad one costs no wait.
func (f *checkFlags) words(w World, v *voice, operands []string) ([]string, error) {
	words := operands
	if f.all {
		aliases, err := asUser(w, sshconf.Query{File: f.sshConfig}).Aliases()
		if err != nil {
			return nil, configurationError("HOST", err)
		}
		words = append(words, aliases...)
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
	case len(words) > 0:
		return words, nil
	case f.all || f.knownHosts || f.fromFile != "":
		return nil, refuse(checkUsage, "there is no target where the flags say")
	}
	return nil, refuse(checkUsage, "no target")
}

// knownNames are the plain names in the user's known_hosts files.
func (f *checkFlags) knownNames(w World, v *voice) []string {
	home := asUser(w, sshconf.Query{}).Home
	file, errs := knownhosts.ParseFiles(home+"/.ssh/known_hosts", home+"/.ssh/known_hosts2")
	for _, err := range errs {
		v.notice(err.Error())
	}
	var words []string
	for _, h := range file.Names() {
		switch {
		case h.Port != 0 && h.Port != 22:
			words = append(words, fmt.Sprintf("[%s]:%d", h.Name, h.Port))
		default:
			words = append(words, h.Name)
		}
	}
	return words
}

// maxLine bounds a line of --from-file.
const maxLine = 4096

// linesOf reads --from-file: a target a line; what follows # is a comment.
func (f *checkFlags) linesOf(w World) ([]string, error) {
	var in io.Reader = w.In
	if f.fromFile != "-" {
		file, err := os.Open(f.fromFile)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		in = file
	}
	var words []string
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		line, _, _ := strings.Cut(lines.Text(), "#")
		if line = strings.TrimSpace(line); line != "" {
			words = append(words, line)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", safetext.Line(f.fromFile), err)
	}
	return words, nil
}

// targets applies ssh's configuration to the words, a few at a time: ssh itself
// may have to be asked.
func (f *checkFlags) targets(ctx context.Context, w World, v *voice, words []string) ([]target, error) {
	type outcome struct {
		target
		err error
	}
	var ts []target
	for o := range inOrder(f.jobs, words, func(word string) outcome {
		t, err := f.resolveTarget(ctx, w, v, word)
		return outcome{t, err}
	}) {
		if o.err != nil {
			return nil, o.err
		}
		ts = append(ts, o.target)
	}
	return ts, nil
}

// printConfig prints what was read from ssh's configuration, in ssh -G's
// spelling, each value with its origin.
func printConfig(w World, targets []target) int {
	for _, t := range targets {
		for _, v := range t.config.Values() {
			fmt.Fprintf(w.Out, "%v\t# %s\n", v, v.Origin)
		}
	}
	return statusPass
}
