package cli

import (
	"regexp"
	"strings"

	"rdnsproxy/internal/session"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Reference is what help says, as data, for the manual pages. Texts are for layout.Page:
// paragraphs, indented lines that are shown as they are, and rows CELL TAB NOTE.
type Reference struct {
	Relay    Command // its Long is the help topic relay
	Commands []Command
	Topics   []Topic

	// The parts of two topics that belong to different pages.
	FormatsOfCheck, FormatsOfAudit              string
	AboutVariables, VariablesRead, VariablesSet string
}

// Command is the help of a command.
type Command struct {
	Name     string // "check", "hosts add"; "" is the relay
	Usage    string // as in "hosts add HOST [flags]", without the program's name
	Short    string
	Long     string
	Example  string
	Flags    []FlagGroup // those that help shows
	Commands []Command   // hosts has add, list, remove and verify
	Statuses []Statuses  // of the command and its own commands; none if Long says it all
}

// FlagGroup is a part of a command's flags.
type FlagGroup struct {
	Heading string // or ""
	Flags   []Flag
}

// Flag is a flag as help shows it.
type Flag struct {
	Short   string // "q", or ""
	Name    string // "quiet"
	Value   string // the name of its value, "FILE", or "" if it has none
	Usage   string
	Default string // or ""
}

// Topic is a help text that is not about one command.
type Topic struct{ Name, Short, Text string }

// NewReference returns the help of the program. Nothing that runs in a login calls it.
func NewReference() *Reference {
	relay := pflag.NewFlagSet("rdnsproxy", pflag.ContinueOnError)
	registerRelay(relay, new(session.Options))
	r := &Reference{
		FormatsOfCheck: formatsOfCheck, FormatsOfAudit: formatsOfAudit,
		AboutVariables: aboutVariables, VariablesRead: variablesRead, VariablesSet: variablesSet,
		Relay: Command{
			Usage: "[flags] HOST PORT [ORIGINAL] [-- COMMAND ARGS...]",
			Short: "check the DNS of a host before ssh talks to it",
			Long:  relayTopic, Flags: []FlagGroup{{"", flagsIn(flagTable(relay))}}, Statuses: statusesOf(""),
		},
	}
	root := commandTree(World{})
	root.InitDefaultHelpCmd()
	for _, c := range root.Commands() {
		r.Commands = append(r.Commands, referenceOf(c))
	}
	for _, t := range topics() {
		r.Topics = append(r.Topics, Topic{t.name, t.short, t.text()})
	}
	return r
}

func referenceOf(c *cobra.Command) Command {
	usage := strings.TrimPrefix(c.UseLine(), "rdnsproxy ")
	doc := Command{
		Name: strings.TrimPrefix(c.CommandPath(), "rdnsproxy "), Usage: usage,
		Short: c.Short, Long: c.Long, Example: c.Example,
	}
	doc.Statuses = statusesOf(doc.Name)
	if c.HasAvailableLocalFlags() && !c.DisableFlagParsing {
		for _, g := range groupsOf(c) {
			doc.Flags = append(doc.Flags, FlagGroup{g.heading, flagsIn(flagTable(g.of(c.LocalFlags())))})
		}
	}
	for _, sub := range c.Commands() {
		s := referenceOf(sub)
		doc.Commands = append(doc.Commands, s)
	}
	return doc
}

// statusesOf returns the exit statuses of a command and of its own commands.
func statusesOf(name string) (of []Statuses) {
	for _, s := range statuses() {
		for _, n := range s.Of {
			if n == name || name != "" && strings.HasPrefix(n, name+" ") {
				of = append(of, s)
				break
			}
		}
	}
	return of
}

// flagRow matches a row of flagTable.
const flagRow = `(?m)^ *(?:-(\w), )?--([\w-]+)(?: ([^\t\[]\S*))?\S*\t(.*?)(?: \(default ([^()]*)\))?$`

// flagsIn reads what help shows: what is a default, and what a value, only pflag knows.
func flagsIn(table string) (flags []Flag) {
	for _, m := range regexp.MustCompile(flagRow).FindAllStringSubmatch(table, -1) {
		flags = append(flags, Flag{Short: m[1], Name: m[2], Value: m[3], Usage: m[4], Default: m[5]})
	}
	return flags
}
