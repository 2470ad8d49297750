// Package cli is the only room that knows argv, environment and terminal: it
// reads what the user wants, sets the other rooms to work, and says what came
// of it. One file a command.
package cli

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"rdnsproxy/internal/exit"

	"github.com/spf13/pflag"
)

// World is what main hands over beside the arguments.
type World = console

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
	var r *refusal
	if !errors.As(err, &r) { // a flag parser's, or the system's
		err = refuse(exit.Usage, "'rdnsproxy help' lists the commands and flags", "%v", err)
	}
	relayVoice(w, false, false).error(err)
	return statusOf(err)
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
		return call{}, refuse(exit.Usage, "'rdnsproxy help' lists the commands and flags", "flag %s needs an argument", quoted(last))
	}
	if i == len(args) {
		return call{}, refuse(exit.Usage, "'rdnsproxy setup' makes ssh run this program; 'rdnsproxy check HOST' looks at a host; 'rdnsproxy help' tells more",
			"nothing to do: HOST PORT or a command is missing")
	}
	word := args[i]
	if i+1 < len(args) && isPort(args[i+1]) {
		return call{relay: true, args: args}, nil
	}
	for _, c := range commands {
		if c == word {
			if i > 0 && slices.Contains(wrapped, word) {
				return call{}, refuse(exit.Usage, "set RDNSPROXY_POLICY and the like; what stands after "+word+" is for "+word,
					"flags before %s are not passed on", word)
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
	if strings.ContainsAny(word, ".:@%[") || slices.ContainsFunc(rest, isPort) {
		return nil
	}
	names := slices.DeleteFunc(slices.Clone(commands), func(c string) bool { return strings.HasPrefix(c, "_") })
	if like := suggestions(word, names); len(word) > 2 && len(like) > 0 {
		return refuse(exit.Usage, didYouMean(word, names, "'rdnsproxy help' lists the commands"), "unknown command %s", quoted(word))
	}
	if len(rest) > 0 {
		return nil
	}
	return refuse(exit.Usage, "'rdnsproxy help' lists the commands, 'rdnsproxy check HOST' looks at a host; in ~/.ssh/config: ProxyCommand rdnsproxy %h %p",
		"%s is no command, and a host needs its port", quoted(word))
}

// knownFlags are the flags that may stand before the words that decide.
func knownFlags() *pflag.FlagSet {
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	registerRelay(flags, new(sessionOptions))
	new(checkFlags).registerOwn(flags)
	new(hostsFlags).registerOwn(flags)
	registerOwnSetup(flags, new(setupOptions))
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
