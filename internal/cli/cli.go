// Package cli is the command line: it turns arguments and RDNSPROXY_ variables into
// options, sets the other rooms to work, and gives the exit status. It has the help,
// and one file a command; no other room knows flags.
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

// World is what main hands over beside the arguments.
type World = console.World

// Run is the whole program: it returns the exit status.
func Run(ctx context.Context, w World, args []string) int {
	call, err := classify(args)
	if err == nil && call.relay {
		return runRelay(ctx, w, call.args)
	}
	if err == nil {
		return runCommand(ctx, w, call.args)
	}
	return failed(w, err)
}

// failed says why the program ends without having done what was asked, and gives
// the exit status.
func failed(w World, err error) int {
	var r *console.Refusal
	if !errors.As(err, &r) { // a flag parser's, or the system's
		err = console.Refuse(exit.Usage, "'rdnsproxy help' lists the commands and flags", "%v", err)
	}
	console.NewRelayVoice(w, false, false).Error(err)
	return console.StatusOf(err)
}

// call is a command line that has been told apart.
type call struct {
	relay bool
	args  []string // of the relay; of a command with its name first
}

// wrapped are the programs that the wrapper runs.
var wrapped = []string{"ssh", "sftp", "scp"}

// commands are the words that name a command where no port follows them.
var commands = []string{"setup", "check", "explain", "hosts", "accept", "ssh", "sftp", "scp", "demo", "version", "completion", "help", "__complete", "__completeNoDesc"}

// classify tells the relay, HOST PORT, from the commands. A host may be called
// check: the first word that is no flag and the word right after it decide, and
// if that is a port number it is the relay. A leading -- is the relay too.
func classify(args []string) (call, error) {
	flags := sync.OnceValue(knownFlags)
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
		i += flagWords(flags(), args[i])
	}
	if i > len(args) {
		return call{}, console.Refuse(exit.Usage, "'rdnsproxy help' lists the commands and flags", "flag %s needs an argument", console.Quoted(last))
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
			// Flags that stand before a command's name are the command's.
			rest := append([]string{word}, args[:i]...)
			return call{args: append(rest, args[i+1:]...)}, nil
		}
	}
	if err := mistyped(word, args[i+1:]); err != nil {
		return call{}, err
	}
	return call{relay: true, args: args}, nil
}

// mistyped is for a word that is no command and that no port follows, so that it
// cannot be the relay's host either. It gives nil where it is a host by its looks:
// then the relay says what is missing.
func mistyped(word string, rest []string) error {
	if strings.ContainsAny(word, ".:@%[") || slices.ContainsFunc(rest, target.IsPort) {
		return nil
	}
	names := slices.DeleteFunc(slices.Clone(commands), func(c string) bool { return strings.HasPrefix(c, "_") })
	if like := suggestions(word, names); len(word) > 2 && len(like) > 0 {
		return console.Refuse(exit.Usage, didYouMean(word, names, "'rdnsproxy help' lists the commands"), "unknown command %s", console.Quoted(word))
	}
	if len(rest) > 0 {
		return nil
	}
	return console.Refuse(exit.Usage, "'rdnsproxy help' lists the commands, 'rdnsproxy check HOST' checks a host; in ~/.ssh/config: ProxyCommand rdnsproxy %h %p",
		"%s is not a command, and a host needs a port", console.Quoted(word))
}

// knownFlags are the flags that may stand before the words that decide.
func knownFlags() *pflag.FlagSet {
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	registerRelay(flags, new(session.Options))
	new(checkFlags).registerOwn(flags)
	new(hostsFlags).registerOwn(flags)
	registerOwnSetup(flags, new(setup.Options))
	return flags
}

// flagWords is how many words a flag takes: two if its value is the next one.
func flagWords(fs *pflag.FlagSet, arg string) int {
	if name, ok := strings.CutPrefix(arg, "--"); ok {
		if f := fs.Lookup(name); f != nil && f.NoOptDefVal == "" {
			return 2
		}
		return 1
	}
	for j := 1; j < len(arg); j++ {
		if f := fs.ShorthandLookup(arg[j : j+1]); f != nil && f.NoOptDefVal == "" {
			if j == len(arg)-1 {
				return 2
			}
			return 1
		}
	}
	return 1
}
