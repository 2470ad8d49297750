package doctest

import (
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"rdnsproxy/internal/cli"
)

// parsers are the programs of this module, and what reads their command lines as they do
// without doing anything: the error is what the program would refuse the line with.
var parsers = map[string]func(t *testing.T, env, args []string) error{
	"rdnsproxy":          accepts,
	"rdnsproxy_exporter": exporterAccepts,
}

// accepts reads a command line as rdnsproxy does. What the program has to say of a line that
// it accepts, such as that a flag is ignored, is an error here.
func accepts(t *testing.T, env, args []string) error {
	said, err := os.CreateTemp(t.TempDir(), "stderr")
	if err != nil {
		t.Fatal(err)
	}
	defer said.Close()
	if err := cli.Accepts(cli.World{Env: env, Err: said}, args); err != nil {
		return err
	}
	b, err := os.ReadFile(said.Name())
	if err == nil && len(b) > 0 {
		err = fmt.Errorf("%s", b)
	}
	return err
}

// exporter is the program, once a test has built it.
var exporter string

// buildExporter builds rdnsproxy_exporter for the rest of the test.
func buildExporter(t *testing.T) {
	t.Helper()
	exporter = filepath.Join(t.TempDir(), "rdnsproxy_exporter")
	t.Cleanup(func() { exporter = "" })
	if out, err := exec.Command("go", "build", "-o", exporter, "./cmd/rdnsproxy_exporter").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// exporterAccepts runs rdnsproxy_exporter itself with --config.check, which reads the flags
// and then a modules file; that of the line need not be here, and neither need its others.
func exporterAccepts(t *testing.T, env, args []string) error {
	if exporter == "" {
		buildExporter(t)
	}
	modules := filepath.Join(t.TempDir(), "modules.yml")
	if err := os.WriteFile(modules, []byte("modules: {lookup: {}}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var rest []string
	for i := 0; i < len(args); i++ {
		name, _, together := strings.Cut(args[i], "=")
		switch {
		case name == "--config.check":
		case name != "--config.file" && name != "--web.config.file":
			rest = append(rest, args[i])
		case !together:
			i++
		}
	}
	out, err := exec.Command(exporter, append(rest, "--config.check", "--config.file="+modules)...).CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%v: %s", err, out)
	}
	return err
}

// TestDocsCommands: the programs of this module take every command line of theirs in the
// documents and in help: the command is there, its flags take these values, and the number of
// operands is right.
func TestDocsCommands(t *testing.T) {
	t.Chdir(root)
	found := map[string]int{}
	for _, c := range commandLines(t) {
		program := path.Base(c.words[0])
		parse, ours := parsers[program]
		if !ours {
			if _, err := os.Stat("cmd/" + program + "/main.go"); err == nil && !c.mention {
				t.Errorf("%s: %s: nothing reads its command lines: add what does to parsers in internal/doctest/commands_test.go", c.place, program)
			}
			continue
		}
		found[program]++
		if err := c.tried(t, parse); err != nil {
			t.Errorf("%s: %s\n\trefuses it: %v\n\tcorrect the line; if it stands for others, write what varies in capitals, as help does", c.place, c, err)
		}
	}
	if found["rdnsproxy"] < 200 {
		t.Errorf("found %d command lines", found["rdnsproxy"])
	}
}

// tried gives a command line to a parser, with something in the place of what stands for
// something else. A mention of a command in a sentence may lack its operands.
func (c commandLine) tried(t *testing.T, parse func(*testing.T, []string, []string) error) (err error) {
	for _, variable := range []string{"my.example.com", "1", "192.0.2.1"} {
		args := filled(c.words[1:], variable)
		tries := [][]string{args}
		if c.mention {
			if slices.Contains(commandNames(), strings.Join(args, " ")) {
				return nil
			}
			host := append(slices.Clone(args), "my.example.com")
			tries = append(tries, host, append(host, "22"))
		}
		for _, args := range tries {
			e := parse(t, c.env, args)
			if e == nil {
				return nil
			}
			if err == nil {
				err = e
			}
		}
	}
	return err
}

var flagAlone = regexp.MustCompile(`^--([a-zA-Z0-9][a-z0-9-]*)([ =,].*)?$`)

// exporterFlag matches a row of the table of rdnsproxy_exporter's flags.
var exporterFlag = regexp.MustCompile("(?m)^\\| `--([a-z.-]+)")

// TestDocsFlags: a flag that a sentence mentions without a program is one of rdnsproxy's, or
// of rdnsproxy_exporter's.
func TestDocsFlags(t *testing.T) {
	t.Chdir(root)
	flags := map[string]bool{"help": true, "version": true}
	var add func([]cli.Command)
	add = func(commands []cli.Command) {
		for _, c := range commands {
			for _, group := range c.Flags {
				for _, f := range group.Flags {
					flags[f.Name] = true
				}
			}
			add(c.Commands)
		}
	}
	reference := cli.NewReference()
	add(append(reference.Commands, reference.Relay))
	for _, row := range exporterFlag.FindAllStringSubmatch(document(t, "docs/exporter.md"), -1) {
		flags[row[1]] = true
	}
	for _, s := range spans(t) {
		if m := flagAlone.FindStringSubmatch(s.text); m != nil && !flags[m[1]] {
			t.Errorf("%s: rdnsproxy has no flag --%s: if it belongs to another program, name that program in front of it", s.place, m[1])
		}
	}
}

// commandNames returns the words that name a command, and "" for the relay.
var commandNames = sync.OnceValue(func() []string {
	names := []string{""}
	var add func([]cli.Command)
	add = func(commands []cli.Command) {
		for _, c := range commands {
			names = append(names, c.Name)
			add(c.Commands)
		}
	}
	add(cli.NewReference().Commands)
	return names
})

// standsFor has what ssh and help write for something else, and an instance of it.
var standsFor = map[string]string{
	"%h": "my.example.com", "%n": "my.example.com", "%p": "22", "%r": "chris", "%%": "%",
	"%I": "HOSTNAME", "%H": "my.example.com", "%t": "ssh-ed25519", "%K": "AAAAC3NzaC1lZDI1NTE5AAAAIP",
	"HOST": "my.example.com", "PORT": "22", "ORIGINAL": "my", "TARGET": "my.example.com", "ADDRESS": "192.0.2.1",
	"NAME": "my.example.com", "CODE": "hostkey.changed", "COMMAND": "audit", "FORMAT": "json", "VERDICT": "mismatch", "TOPIC": "exit-status", "DURATION": "5s",
	"SHA256:...": "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU", "N": "5", "I/N": "1/5", "DATE": "2099-01-01",
	"INTERFACE": "lo",
}

var (
	shellVariable = regexp.MustCompile(`\$\{?\w+\}?|\$\(\)|\{#?\}`)
	anyOf         = regexp.MustCompile(`^([\w.-]+)(?:\|[\w.-]+)+$`)
)

// filled returns the words with an instance of what stands for something else.
func filled(words []string, variable string) (args []string) {
	for _, w := range words {
		w = strings.Trim(w, "[]")
		if w != "..." {
			if _, is := standsFor[w]; !is {
				w = strings.TrimSuffix(w, "...")
			}
		}
		if m := anyOf.FindStringSubmatch(w); m != nil {
			w = m[1]
		}
		if name, value, ok := strings.Cut(w, "="); ok && standsFor[value] != "" {
			w = name + "=" + standsFor[value]
		}
		if instance, ok := standsFor[w]; ok {
			w = instance
		}
		if w == "..." || w == "ARGS" || w == "flags" || w == "" {
			continue
		}
		args = append(args, shellVariable.ReplaceAllLiteralString(w, variable))
	}
	return args
}
