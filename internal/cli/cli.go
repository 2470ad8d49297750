// Package cli is the command line: it turns arguments and RDNSPROXY_ variables into
// options, calls the other packages, and returns the exit status. It has the help, and a
// file for each command; no other package knows flags.
package cli

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/session"
	"rdnsproxy/internal/setup"
	"rdnsproxy/internal/target"

	"github.com/spf13/pflag"
)

// World is what main passes in besides the arguments.
type World = console.World

// Run runs the program and returns the exit status.
func Run(ctx context.Context, w World, args []string) int {
	if w.Own {
		if err := refuseExpanded(); err != nil {
			return failed(w, err)
		}
	}
	call, err := classify(args)
	if err == nil && call.relay {
		return runRelay(ctx, w, call.args)
	}
	if err == nil {
		return runCommand(ctx, w, call.args)
	}
	return failed(w, err)
}

// failed prints why the program could not do what was asked and returns the exit status.
func failed(w World, err error) int {
	var r *console.Refusal
	if !errors.As(err, &r) { // from the flag parser or the system
		err = console.Refuse(exit.Usage, "'rdnsproxy help' lists the commands and flags", "%v", err)
	}
	console.NewRelayVoice(w, false, false).Error(err)
	return console.StatusOf(err)
}

// call is a classified command line.
type call struct {
	relay bool
	args  []string // for a command with its name first
}

// wrapped are the programs that the wrapper runs.
var wrapped = []string{"ssh", "sftp", "scp"}

// commands are the words that name a command unless a port follows.
var commands = []string{
	"setup", "check", "audit", "explain", "hosts", "accept", "cache", "ssh", "sftp", "scp", "demo", "known-hosts", "version",
	"completion", "help",
	"__complete", "__completeNoDesc",
}

// classify distinguishes the relay, HOST PORT, from the commands. Since a host may be
// called check, the first word that is not a flag and the next word decide: if that is a
// port number, it is the relay. A leading -- means the relay too.
func classify(args []string) (call, error) {
	few, all := sync.OnceValue(relayFlags), sync.OnceValue(knownFlags)
	i, last := 0, ""
	for i < len(args) && strings.HasPrefix(args[i], "-") && args[i] != "-" {
		last = args[i]
		switch args[i] {
		case "--":
			return call{relay: true, args: args}, nil
		case "-h", "--help":
			return call{args: []string{"help"}}, nil
		case "-V", "--version":
			return call{args: []string{"version"}}, nil
		}
		n, known := flagWords(few(), args[i])
		if !known {
			n, _ = flagWords(all(), args[i])
		}
		i += n
	}
	if i > len(args) {
		return call{}, console.Refuse(exit.Usage, "'rdnsproxy help' lists the commands and flags",
			"flag %s needs an argument", console.Quoted(last))
	}
	if i == len(args) {
		return call{}, console.Refuse(exit.Usage, "'rdnsproxy setup' makes ssh use it; 'rdnsproxy check HOST' checks a host; 'rdnsproxy help' lists everything",
			"nothing to do: missing command, or HOST PORT")
	}
	word := args[i]
	if i+1 < len(args) && target.IsPort(args[i+1]) {
		return call{relay: true, args: args}, nil
	}
	for _, c := range commands {
		if c == word {
			if i > 0 && slices.Contains(wrapped, word) {
				return call{}, console.Refuse(exit.Usage, "use environment variables such as RDNSPROXY_POLICY; arguments after "+word+" go to "+word,
					"flags of rdnsproxy cannot be given to the wrapper")
			}
			// Flags before a command's name belong to the command.
			rest := append([]string{word}, args[:i]...)
			return call{args: append(rest, args[i+1:]...)}, nil
		}
	}
	if err := mistyped(word, args[i+1:]); err != nil {
		return call{}, err
	}
	return call{relay: true, args: args}, nil
}

// mistyped returns a Refusal for a word that is neither a command nor a host with a port.
// It returns nil if the word looks like a host: then the relay says what is missing.
func mistyped(word string, rest []string) error {
	if strings.ContainsAny(word, ".:@%[") || slices.ContainsFunc(rest, target.IsPort) {
		return nil
	}
	names := slices.DeleteFunc(slices.Clone(commands), func(c string) bool { return strings.HasPrefix(c, "_") })
	if like := suggestions(word, names); len(word) > 2 && len(like) > 0 {
		return console.Refuse(exit.Usage, didYouMean(word, names, "'rdnsproxy help' lists the commands"),
			"unknown command %s", console.Quoted(word))
	}
	if len(rest) > 0 {
		return nil
	}
	return console.Refuse(exit.Usage, "'rdnsproxy help' lists the commands, 'rdnsproxy check HOST' checks a host; in ~/.ssh/config: ProxyCommand rdnsproxy '%h' %p",
		"%s is not a command, and a host needs a port", console.Quoted(word))
}

// knownFlags returns the flags that may precede the words that decide.
func knownFlags() *pflag.FlagSet {
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	registerRelay(flags, new(session.Options))
	new(checkFlags).registerOwn(flags)
	new(hostsFlags).registerOwn(flags)
	registerOwnSetup(flags, new(setup.Options))
	new(auditFlags).registerOwn(flags)
	return flags
}

// relayFlags returns those of them that the relay has. They are few, and it is waiting.
func relayFlags() *pflag.FlagSet {
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	registerRelay(flags, new(session.Options))
	return flags
}

// flagWords returns the number of words of a flag: two if its value is the next word. known
// is false if the set lacks a flag.
func flagWords(fs *pflag.FlagSet, arg string) (words int, known bool) {
	if name, ok := strings.CutPrefix(arg, "--"); ok {
		name, _, together := strings.Cut(name, "=")
		f := fs.Lookup(name)
		if f != nil && f.NoOptDefVal == "" && !together {
			return 2, true
		}
		return 1, f != nil
	}
	known = true
	for j := 1; j < len(arg); j++ {
		f := fs.ShorthandLookup(arg[j : j+1])
		switch {
		case f == nil:
			known = false
		case f.NoOptDefVal == "" && j == len(arg)-1:
			return 2, known
		case f.NoOptDefVal == "":
			return 1, known
		}
	}
	return 1, known
}
