// Package manual makes the manual pages, in mdoc: one for each command, and one for the
// relay. What help says they have from internal/cli; the rest is in the directory pages.
//
// The program does not contain it: 'make man' runs it.
package manual

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"time"

	"rdnsproxy/internal/cli"
	"rdnsproxy/limits"
)

// Page is a manual page of section 1.
type Page struct {
	Name string // "rdnsproxy-check"
	Text []byte // in mdoc (mandoc's mdoc(7))
}

//go:embed pages
var pages embed.FS

// Pages returns all pages, dated. It fails if a text asks for something that does not exist.
func Pages(date time.Time) ([]Page, error) {
	r := cli.NewReference()
	var all []Page
	for _, c := range append([]cli.Command{r.Relay}, r.Commands...) {
		p := page{reference: r, command: c, name: name(c.Name), places: places(r)}
		if err := p.write(date); err != nil {
			return nil, fmt.Errorf("%s: %w", p.name, err)
		}
		all = append(all, Page{p.name, p.Bytes()})
	}
	return all, nil
}

// name returns the name of a command's page.
func name(command string) string {
	return strings.TrimSuffix("rdnsproxy-"+command, "-")
}

// page is a page that is being written.
type page struct {
	mdoc
	reference *cli.Reference
	command   cli.Command
	name      string
	places    map[string]place
}

// place is where a help topic is among the pages.
type place struct{ page, section string }

// places finds the topics in the skeletons.
func places(r *cli.Reference) map[string]place {
	found := map[string]place{}
	for _, c := range append([]cli.Command{r.Relay}, r.Commands...) {
		section := ""
		for line := range strings.Lines(skeleton(name(c.Name))) {
			line = strings.TrimSpace(line)
			if title, ok := strings.CutPrefix(line, "# "); ok {
				section = title
			}
			if topic, ok := strings.CutPrefix(line, "@topic "); ok {
				found[topic] = place{name(c.Name), section}
			}
			if line == "@limits" {
				found["limits"] = place{name(c.Name), section}
			}
		}
		found[c.Name] = place{name(c.Name), ""}
	}
	at := func(page, section string) place { return place{"rdnsproxy" + page, section} }
	found["relay"], found["exit-status"] = at("", "DESCRIPTION"), at("", "EXIT STATUS")
	found["environment"], found["formats"] = at("", "ENVIRONMENT"), at("-check", "FORMATS")
	return found
}

// ordinary is the skeleton of a page that has none of its own.
const ordinary = `# DESCRIPTION
@long
# OPTIONS
@options
# EXIT STATUS
@status
# EXAMPLES
@examples
# SEE ALSO
rdnsproxy(1)
`

// skeleton returns the sections of a page, in their order: text for layout.Page, and lines
// with @ that stand for a part of the help.
func skeleton(page string) string {
	b, err := fs.ReadFile(pages, "pages/"+page+".txt")
	if err != nil {
		return ordinary
	}
	return string(b)
}

// write writes the page.
func (p *page) write(date time.Time) error {
	p.words = operands(p.command)
	p.refer = p.where
	fmt.Fprintf(p, ".Dd %s\n.Dt %s 1\n.Os\n", date.UTC().Format("January 2, 2006"), strings.ToUpper(p.name))
	fmt.Fprintf(p, ".Sh NAME\n.Nm %s\n.Nd %s\n", p.name, escaped(p.command.Short))
	p.WriteString(".Sh SYNOPSIS\n")
	for _, usage := range usages(p.command) {
		p.synopsis(usage)
	}
	for _, s := range sections(skeleton(p.name)) {
		var body bytes.Buffer
		before := p.Buffer
		p.Buffer = body
		p.after = false
		err := p.section(s.text)
		body, p.Buffer = p.Buffer, before
		if err != nil {
			return err
		}
		if body.Len() > 0 { // a command without flags has no section about them
			fmt.Fprintf(p, ".Sh %s\n", s.title)
			p.Write(body.Bytes())
		}
	}
	return nil
}

type part struct{ title, text string }

// sections splits a skeleton.
func sections(skeleton string) (all []part) {
	for line := range strings.Lines(skeleton) {
		if title, ok := strings.CutPrefix(line, "# "); ok {
			all = append(all, part{title: strings.TrimSpace(title)})
		} else if len(all) > 0 {
			all[len(all)-1].text += line
		}
	}
	return all
}

// section writes the text of a section.
func (p *page) section(text string) error {
	prose := ""
	flush := func() {
		p.blocks(prose)
		prose = ""
	}
	for line := range strings.Lines(text) {
		directive, ok := strings.CutPrefix(line, "@")
		if title, sub := strings.CutPrefix(line, "## "); sub {
			flush()
			p.subsection(title)
			continue
		}
		if !ok {
			prose += line
			continue
		}
		flush()
		verb, rest, _ := strings.Cut(strings.TrimSpace(directive), " ")
		if err := p.insert(verb, rest); err != nil {
			return err
		}
	}
	flush()
	return nil
}

// insert writes a part of the help.
func (p *page) insert(verb, of string) error {
	switch verb {
	case "long":
		fmt.Fprintf(p, ".Nm rdnsproxy Cm %s\n", literal(p.command.Name)) // whose help begins with a verb
		p.blocks(strings.ToLower(p.command.Long[:1]) + withoutStatus(p.command.Long)[1:])
	case "options":
		p.options(p.command.Flags)
	case "commands":
		for _, c := range p.command.Commands {
			p.subsection(c.Name)
			p.blocks(withoutStatus(c.Long))
			p.options(c.Flags)
		}
	case "list":
		p.list(p.reference.Commands)
	case "status":
		p.statuses()
	case "examples":
		p.blocks(p.command.Example)
	case "variables":
		p.blocks(p.reference.AboutVariables)
		p.blocks("Other variables that are read:\n\n" + p.reference.VariablesRead)
		p.blocks("Variables that rdnsproxy sets itself:\n\n" + p.reference.VariablesSet)
	case "variable":
		return p.variable(strings.Fields(of))
	case "formats":
		p.blocks(map[string]string{"check": p.reference.FormatsOfCheck, "audit": p.reference.FormatsOfAudit}[of])
	case "topic":
		i := slices.IndexFunc(p.reference.Topics, func(t cli.Topic) bool { return t.Name == of })
		if i < 0 {
			return fmt.Errorf("there is no help topic %q", of)
		}
		text := withoutStatus(p.reference.Topics[i].Text)
		if rest, ok := strings.CutPrefix(text, "  rdnsproxy "+p.command.Usage+"\n\n"); ok { // the synopsis has it
			text = "The relay " + rest
		}
		p.blocks(text)
	case "limits":
		p.limits()
	default:
		return fmt.Errorf("@%s means nothing", verb)
	}
	return nil
}

// withoutStatus removes the paragraph about the exit status, for which pages have a section,
// and the lines with the commands' forms, which are in the synopsis.
func withoutStatus(long string) string {
	var kept []string
	for paragraph := range strings.SplitSeq(long, "\n\n") {
		if !strings.HasPrefix(paragraph, "Exit status:") {
			kept = append(kept, paragraph)
		}
	}
	return strings.Join(kept, "\n\n")
}

// statuses writes the exit statuses: the tables, or else what the help of a command says.
func (p *page) statuses() {
	covered := map[string]bool{p.command.Name: len(p.command.Commands) > 0}
	for _, s := range p.command.Statuses {
		var of []string
		for _, c := range s.Of {
			if c == p.command.Name || strings.HasPrefix(c, p.command.Name+" ") {
				of = append(of, c)
				covered[c] = true
			}
		}
		heading := strings.Join(of, ", ")
		if heading == p.command.Name {
			heading = ""
		}
		if s.With != "" {
			heading = strings.TrimSpace(heading + " with " + s.With)
		}
		if rest, ok := strings.CutPrefix(heading, "with "); ok {
			heading = "With " + rest
		}
		if heading != "" && s.Rows != "" {
			p.paragraph(heading + ":")
		}
		p.blocks(s.Rows)
		p.blocks(s.Note)
	}
	for _, c := range append([]cli.Command{p.command}, p.command.Commands...) {
		_, status, ok := strings.Cut(c.Long, "Exit status: ")
		if !ok || covered[c.Name] {
			continue
		}
		if c.Name != p.command.Name {
			p.paragraph(c.Name + ":")
		}
		p.blocks(statusRows(status))
	}
}

// statusStart matches where the words about a status begin, in "0 done, 1 refused".
var statusStart = regexp.MustCompile(`(?:^|,\s)(\d+)\s[a-z]`)

// statusRows makes rows of statuses that are in a sentence, if each begins with its number.
func statusRows(status string) string {
	starts := statusStart.FindAllStringSubmatchIndex(status, -1)
	if len(starts) == 0 || starts[0][0] != 0 {
		return status
	}
	rows := ""
	for i, at := range starts {
		end := len(status)
		if i+1 < len(starts) {
			end = starts[i+1][0]
		}
		words := strings.TrimSuffix(strings.TrimSpace(strings.ReplaceAll(status[at[3]:end], "\n", " ")), ".")
		rows += "  " + status[at[2]:at[3]] + "\t" + words + "\n"
	}
	return rows
}

// variable writes some of the variables that set no flag.
func (p *page) variable(names []string) error {
	var rows strings.Builder
	for _, n := range names {
		row := ""
		for line := range strings.Lines(p.reference.VariablesRead) {
			cell, _, _ := strings.Cut(line, "\t")
			if slices.Contains(strings.FieldsFunc(cell, func(r rune) bool { return r == ' ' || r == ',' }), n) {
				row = line
			}
		}
		if row == "" {
			return fmt.Errorf("help has no variable %s", n)
		}
		rows.WriteString(row)
	}
	p.blocks(rows.String())
	return nil
}

// limits writes what may grow, and its bounds.
func (p *page) limits() {
	for _, g := range limits.Table() {
		p.subsection(strings.ToUpper(g.Of[:1]) + g.Of[1:])
		p.WriteString(".Bl -tag -width Ds -compact\n")
		for _, l := range g.Limits {
			fmt.Fprintf(p, ".It %s : %s\n", literal(l.Of), literal(l.Most))
			p.prose(sentence(l.Beyond))
		}
		p.WriteString(".El\n")
	}
}

// list writes the commands with their pages.
func (p *page) list(commands []cli.Command) {
	p.WriteString(".Bl -tag -width Ds\n")
	for _, c := range commands {
		fmt.Fprintf(p, ".It Xr %s 1\n", name(c.Name))
		p.prose(sentence(c.Short))
	}
	p.WriteString(".El\n")
	p.after = true
}

// options writes flags, under their headings if they have any.
func (p *page) options(groups []cli.FlagGroup) {
	for _, g := range groups {
		if len(groups) > 1 {
			p.subsection(g.Heading)
		}
		if len(g.Flags) == 0 {
			continue
		}
		p.WriteString(".Bl -tag -width Ds\n")
		for _, f := range g.Flags {
			p.WriteString(".It ")
			if f.Short != "" {
				p.WriteString("Fl " + f.Short + " , ")
			}
			p.WriteString("Fl \\-" + literal(f.Name))
			if f.Value != "" {
				p.WriteString(" Ar " + literal(f.Value))
			}
			p.WriteString("\n")
			text := sentence(f.Usage)
			if f.Default != "" {
				text += " The default is " + f.Default + "."
			}
			p.prose(text)
		}
		p.WriteString(".El\n")
		p.after = true
	}
}

// where returns what to write instead of 'help TOPIC'.
func (p *page) where(topic string) (macro string, ok bool) {
	at, ok := p.places[topic]
	switch {
	case !ok:
		return "", false
	case at.page == p.name && at.section != "":
		return "Sx " + at.section, true
	case at.page == p.name:
		return "", false
	}
	return "Xr " + at.page + " 1", true
}
