package manual

import (
	"regexp"
	"strings"

	"rdnsproxy/internal/cli"
)

// fewFlags is the number of flags up to which a synopsis shows them one by one.
const fewFlags = 6

// usages returns the forms of a command, each as in "hosts add [flags] HOST".
func usages(c cli.Command) []string {
	if len(c.Commands) > 0 {
		var all []string
		for _, sub := range c.Commands {
			all = append(all, usages(sub)...)
		}
		return all
	}
	usage := strings.TrimSuffix(c.Usage, " [flags]") // cobra appends it
	if strings.Contains(usage, " | ") {
		return strings.Split(usage, " | ")
	}
	head, rest, _ := strings.Cut(usage, " ")
	if forms := strings.Split(rest, "|"); len(forms) > 1 && !strings.Contains(rest, "[") && strings.Contains(rest, " ") {
		for i := range forms {
			forms[i] = head + " [flags] " + forms[i]
		}
		return forms
	}
	if !strings.Contains(usage, "[flags]") && usage != c.Usage {
		usage = c.Name + " [flags]" + strings.TrimPrefix(usage, c.Name)
	}
	return []string{usage}
}

var usageWord = regexp.MustCompile(`\.\.\.|[][|]|[^][|\s.]+(?:\.[^][|\s.]+)*`)

// synopsis writes a form of the command.
func (p *page) synopsis(usage string) {
	p.WriteString(".Nm rdnsproxy\n")
	usage, flags, found := usage, "", strings.Contains(usage, "[flags]")
	if found {
		usage, flags, _ = strings.Cut(usage, "[flags]")
	}
	if line := p.usageLine(usage); line != "" {
		p.WriteString("." + line + "\n")
	}
	if !found {
		return
	}
	p.flagsInSynopsis(strings.TrimSpace(usage))
	if line := p.usageLine(flags); line != "" {
		p.WriteString("." + line + "\n")
	}
}

// flagsInSynopsis writes the flags of the command with this name, if they are few.
func (p *page) flagsInSynopsis(command string) {
	of := p.command
	for _, c := range of.Commands {
		if c.Name == command {
			of = c
		}
	}
	var flags []cli.Flag
	for _, g := range of.Flags {
		flags = append(flags, g.Flags...)
	}
	if len(flags) > fewFlags {
		p.WriteString(".Op Ar options\n")
		return
	}
	for _, f := range flags {
		line := ".Op Fl \\-" + literal(f.Name)
		if f.Value != "" {
			line += " Ar " + literal(f.Value)
		}
		p.WriteString(line + "\n")
	}
}

// usageLine returns macros for the words of a usage line.
func (p *page) usageLine(usage string) string {
	var line []string
	for _, w := range usageWord.FindAllString(usage, -1) {
		switch {
		case w == "[":
			line = append(line, "Oo")
		case w == "]":
			line = append(line, "Oc")
		case w == "|", w == "...":
			line = append(line, w)
		case strings.HasPrefix(w, "--"):
			line = append(line, "Fl", `\-`+literal(w[2:]))
		case w[0] >= 'A' && w[0] <= 'Z':
			line = append(line, "Ar", literal(w))
		default:
			line = append(line, "Cm", literal(w))
		}
	}
	return strings.Join(line, " ")
}

// operands returns the names of operands and values of a command: HOST, FILE.
func operands(c cli.Command) map[string]bool {
	names := map[string]bool{}
	add := func(text string) {
		for _, w := range notLetters.Split(text, -1) {
			if len(w) > 0 && w == strings.ToUpper(w) {
				names[w] = true
			}
		}
	}
	for _, one := range append([]cli.Command{c}, c.Commands...) {
		if !strings.Contains(one.Usage, "%") { // tokens of ssh are not operands
			add(one.Usage)
		}
		for _, g := range one.Flags {
			for _, f := range g.Flags {
				add(f.Value)
			}
		}
	}
	return names
}
