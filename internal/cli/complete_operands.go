package cli

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"rdnsproxy/internal/kept"
	"rdnsproxy/internal/listing"
	"rdnsproxy/internal/pins"
	"rdnsproxy/internal/survey"
	"rdnsproxy/internal/target"

	"github.com/spf13/cobra"
)

const (
	noFiles = cobra.ShellCompDirectiveNoFileComp
	files   = cobra.ShellCompDirectiveDefault // what the shell completes by itself
)

// completeOperands registers what completes the operands of each command. Those of explain
// and help are in their own files; those of audit are files.
func completeOperands(w World, root *cobra.Command) {
	root.Args = cobra.ArbitraryArgs // HOST PORT is not an unknown command
	root.ValidArgsFunction = completesRelay(w)
	hosts := completesHosts(w)
	nothing := completesWords(nil)
	for command, complete := range map[string]cobra.CompletionFunc{
		"check":      completesTargets(w),
		"setup":      hosts,
		"hosts add":  completesOne(hosts),
		"hosts list": nothing,
		"hosts remove": completesOne(func(c *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
			return startingWith(typed, plainWords(pinned(w, c))), noFiles
		}),
		"hosts verify": nothing,
		"accept":       completesAccept(w),
		"cache show":   nothing,
		"cache clear": func(c *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
			words, directive := hosts(c, args, typed)
			return append(startingWith(typed, cached(w)), words...), directive
		},
		"demo":    nothing,
		"version": nothing,
	} {
		if c, _, err := root.Find(strings.Fields(command)); err == nil {
			c.ValidArgsFunction = complete
		}
	}
	for _, program := range wrapped {
		if c, _, err := root.Find([]string{program}); err == nil {
			c.ValidArgsFunction = completesWrapped(w, program)
		}
	}
}

// completesRelay completes HOST PORT [ORIGINAL] -- COMMAND.
func completesRelay(w World) cobra.CompletionFunc {
	hosts := completesHosts(w)
	return func(c *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		switch {
		case c.ArgsLenAtDash() >= 2, len(args) > 3:
			return nil, files // the command
		case len(args) == 1:
			return startingWith(typed, []string{"22"}), noFiles
		case len(args) == 3:
			return nil, noFiles
		}
		return hosts(c, args, typed)
	}
}

// completesTargets completes the targets of check, or files of results after --merge.
func completesTargets(w World) cobra.CompletionFunc {
	hosts := completesHosts(w)
	return func(c *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		if c.Flags().Changed("merge") {
			return nil, files
		}
		return hosts(c, args, typed)
	}
}

// completesAccept completes hosts, or list, forget and verify; after forget, what is
// accepted.
func completesAccept(w World) cobra.CompletionFunc {
	hosts := completesHosts(w)
	return func(c *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		switch {
		case len(args) == 0:
			words, directive := hosts(c, args, typed)
			return append(startingWith(typed, []string{"list", "forget", "verify"}), words...), directive
		case args[0] == "forget":
			return startingWith(typed, without(plainWords(acceptedNames(w)), args[1:])), noFiles
		case args[0] == "list", args[0] == "verify":
			return nil, noFiles
		}
		return hosts(c, args, typed)
	}
}

// optionsWithValue are the options of the wrapped programs that take a value (ssh.c, scp.c
// and sftp.c of OpenSSH 9.9, main).
var optionsWithValue = map[string]string{
	"ssh": "BDEFIJLOPQRSWbceilmopw", "sftp": "BDFJPRSXbcilos", "scp": "DFJPSXcilo",
}

// completesWrapped completes the host of ssh and sftp, and HOST: or a file for scp.
func completesWrapped(w World, program string) cobra.CompletionFunc {
	hosts := completesHosts(w)
	return func(c *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		operands := 0
		for i := 0; i < len(args); i++ {
			if operands > 0 && program != "scp" {
				return nil, files // of the remote command, or sftp's
			}
			if !strings.HasPrefix(args[i], "-") || args[i] == "-" {
				operands++
				continue
			}
			at := strings.IndexAny(args[i][1:], optionsWithValue[program])
			if at != len(args[i])-2 {
				continue // the value is not the next word
			}
			if i++; i < len(args) {
				continue
			}
			switch option := args[i-1][at+1]; option {
			case 'J':
				return hosts(c, nil, typed)
			case 'F', 'i', 'E', 'S', 'I':
				return nil, files
			}
			return nil, noFiles
		}
		switch {
		case strings.HasPrefix(typed, "-"):
			return nil, noFiles
		case program != "scp" && operands > 0:
			return nil, files
		}
		words, directive := hosts(c, nil, typed)
		if program != "scp" {
			return words, directive
		}
		if len(words) == 0 || strings.ContainsAny(typed, "/:") {
			return nil, files
		}
		for i := range words {
			words[i] += ":"
		}
		return words, directive | cobra.ShellCompDirectiveNoSpace
	}
}

// completesOne completes one operand.
func completesOne(complete cobra.CompletionFunc) cobra.CompletionFunc {
	return func(c *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, noFiles
		}
		return complete(c, args, typed)
	}
}

// completesHosts completes the hosts that this machine knows, also behind USER@, except
// those that are in the line already.
func completesHosts(w World) cobra.CompletionFunc {
	return func(c *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		words := hostWords(w, c)
		if at := strings.LastIndexByte(typed, '@'); at >= 0 {
			for i := range words {
				words[i] = typed[:at+1] + words[i]
			}
		}
		return startingWith(typed, without(words, args)), noFiles
	}
}

func startingWith(typed string, words []string) []string {
	return slices.DeleteFunc(slices.Clone(words), func(word string) bool { return !strings.HasPrefix(word, typed) })
}

func without(words, unwanted []string) []string {
	return slices.DeleteFunc(slices.Clone(words), func(word string) bool { return slices.Contains(unwanted, word) })
}

// plainWords removes the words that a shell could take for something else than a word, or
// the program for a flag. They stand in files, such as ssh's configuration that somebody
// else has written, and what is completed is run; no host has such a name. OpenSSH refuses
// most of them too (valid_hostname in ssh.c).
func plainWords(words []string) []string {
	return slices.DeleteFunc(slices.Clone(words), func(word string) bool {
		return word == "" || word[0] == '-' || strings.ContainsFunc(word, func(r rune) bool {
			return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(".-_:%[]", r)
		})
	})
}

// fromLine sets a command's flags that are not in the line from the environment. What is
// wrong there is reported when the command runs.
func fromLine(w World, c *cobra.Command) { _ = fromEnvironment(c.Flags(), w) }

// hostWords returns the hosts that this machine knows by name: aliases in ssh's
// configuration, and plain names in known_hosts. Unreadable files are skipped silently,
// because the user is waiting for a completion.
func hostWords(w World, c *cobra.Command) []string {
	fromLine(w, c)
	o := target.Options{SSHConfig: w.Getenv(variable("ssh-config"))}
	if f := c.Flags().Lookup("ssh-config"); f != nil {
		o.SSHConfig = f.Value.String()
	}
	return plainWords(target.NewReader(w, nil, o, target.Connect{}).Names(context.Background()))
}

// pinned returns the hosts that have a line of ours in the hosts file.
func pinned(w World, c *cobra.Command) []string {
	fromLine(w, c)
	o := pins.Options{Options: survey.Defaults()}
	o.HostsFile = c.Flags().Lookup("hosts-file").Value.String()
	return pins.New(w, o).Names()
}

// acceptedNames returns the names with an accepted mapping.
func acceptedNames(w World) []string {
	a, err := pins.NewAcceptedMappings(w, survey.Defaults(), listing.Text)
	if err != nil {
		return nil
	}
	return a.Names()
}

// cached returns the addresses about which something is kept.
func cached(w World) []string {
	k, err := kept.New(w, kept.Options{Options: target.Defaults()})
	if err != nil {
		return nil
	}
	return k.Addresses()
}
