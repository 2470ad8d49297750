package setup

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/recipe"
	"rdnsproxy/internal/target"
	"rdnsproxy/safetext"
	"rdnsproxy/sshconf"
)

// preview shows what a configuration would do before it is written: it runs ssh -G
// with a copy of it, and with a copy without the recipe for comparison.
type preview struct {
	ctx     context.Context
	w       console.World
	file    *configFile
	rest    []byte // the configuration without the block
	dir     string // holds the copies
	samples []sshconf.Sample
	others  []sshconf.Condition     // blocks whose ProxyCommand or ProxyJump the lines would displace
	before  map[string]settingLines // by host
	after   map[string]settingLines
}

// anyHost is a host that no configuration names.
const anyHost = "rdnsproxy-setup.invalid"

// shellHost is a host name that ssh refuses since 9.6 (readconf.c, valid_hostname) and
// that is harmless in a shell.
const shellHost = "rdnsproxy-setup$.invalid"

// maxSamples is for how many patterns of a configuration ssh -G is run.
const maxSamples = 300

func newPreview(ctx context.Context, w console.World, file *configFile, rest []byte) (*preview, error) {
	dir, err := os.MkdirTemp("", "rdnsproxy-setup-")
	if err != nil {
		return nil, console.Refuse(exit.Found, "", "a directory for a copy of %s: %s", file, console.PlainError(err))
	}
	p := &preview{ctx: ctx, w: w, file: file, rest: rest, dir: dir, before: map[string]settingLines{}}
	if err := p.begin(); err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

func (p *preview) close() { os.RemoveAll(p.dir) }

// begin reads the configuration without the recipe, which ssh has to accept.
func (p *preview) begin() error {
	if err := cmp.Or(p.write("own", p.rest), p.copy("before", p.rest)); err != nil {
		return err
	}
	if err := p.read(); err != nil {
		return target.ConfigError("HOST", p.realPathErr(err))
	}
	for _, s := range p.samples {
		lines, err := p.ask("before", s.Host)
		switch {
		case err == nil:
			p.before[s.Host] = lines
		case s.Host == anyHost:
			return console.Refuse(exit.Found, "fix it first: 'ssh -G HOST' says the same", "%v", err)
		} // otherwise ssh refuses only this host name
	}
	return nil
}

// read determines the hosts to ask ssh about, and the blocks that come after the
// recipe's lines. A block in the user's file is above the lines and takes precedence,
// unless it applies only when ssh reads the files again; one in the system's file
// comes after them.
func (p *preview) read() error {
	p.samples = []sshconf.Sample{{Pattern: "*", Host: anyHost}}
	files := []sshconf.Query{{UserFile: p.path("own"), SystemFile: os.DevNull}}
	if p.file.isDefault {
		files = append(files, sshconf.Query{UserFile: os.DevNull})
	}
	for i, q := range files {
		samples, conditions, err := target.AsUser(p.w, q).Blocks()
		if err != nil {
			return err
		}
		p.samples = append(p.samples, samples...)
		for _, c := range conditions {
			if i > 0 || c.Late {
				p.others = append(p.others, c)
			}
		}
	}
	p.samples = p.samples[:min(len(p.samples), maxSamples)]
	return nil
}

// copy writes a copy of a configuration, followed by the system's if ssh reads both.
func (p *preview) copy(name string, content []byte) error {
	text := slices.Clone(content)
	if p.file.isDefault {
		text = append(text, "\nMatch all\nInclude "+sshconf.SystemConfig+"\n"...)
	}
	return p.write(name, text)
}

func (p *preview) write(name string, text []byte) error {
	if err := os.WriteFile(p.path(name), text, 0o600); err != nil {
		return console.Refuse(exit.Found, "", "a copy of %s: %s", p.file, console.PlainError(err))
	}
	return nil
}

func (p *preview) path(name string) string { return filepath.Join(p.dir, name) }

func (p *preview) query(name, host string) sshconf.Query {
	return target.AsUser(p.w, sshconf.Query{Host: host, File: p.path(name)})
}

// ask returns the output of ssh -G for a host with one of the copies.
func (p *preview) ask(name, host string) (settingLines, error) {
	out, err := p.query(name, host).Print(p.ctx)
	if err != nil {
		return nil, p.realPathErr(err)
	}
	return linesOf(out), nil
}

// realPathErr replaces the paths of the copies in an error by that of the
// configuration.
func (p *preview) realPathErr(err error) error {
	return errors.New(p.realPaths(err.Error()))
}

func (p *preview) realPaths(text string) string {
	for _, name := range []string{"own", "before", "after"} {
		text = strings.ReplaceAll(text, safetext.Line(p.path(name)), p.file.String())
	}
	return text
}

// try asks ssh what it would do with the recipe, for every host in p.before.
func (p *preview) try(r recipe.Recipe) error {
	if err := p.copy("after", recipe.Add(p.rest, r)); err != nil {
		return err
	}
	p.after = map[string]settingLines{}
	for host := range p.before {
		lines, err := p.ask("after", host)
		if err != nil {
			return console.Refuse(exit.Found, "nothing was written", "with rdnsproxy's lines, %v", err)
		}
		p.after[host] = lines
	}
	return nil
}

// planAll makes the recipe for all hosts so that no other ProxyCommand or ProxyJump is
// displaced, not even one in a file that ssh reads later or one that applies only when
// ssh reads the files again (Match final).
func (p *preview) planAll(r recipe.Recipe) (recipe.Recipe, error) {
	general := p.before[anyHost]
	if value := general["canonicalizehostname"]; value != nil && value[0] == "always" {
		for _, s := range p.samples {
			if kind, _ := p.before[s.Host].proxy(); kind != "" && strings.ContainsAny(s.Pattern, "*?") {
				return r, console.Refuse(exit.Found, "name hosts: rdnsproxy setup --fdpass HOST...",
					"with CanonicalizeHostname always, short names would lose the %s of %s",
					spelledKeyword(kind), shownHost(s.Pattern))
			}
		}
	}
	if value := general["canonicalizehostname"]; value != nil &&
		value[0] != "false" && value[0] != "no" && value[0] != "always" {
		return r, console.Refuse(exit.Found,
			"'CanonicalizeHostname always' is not ignored; or name hosts: rdnsproxy setup --fdpass HOST...",
			"ssh ignores CanonicalizeHostname %s once there is a ProxyCommand, so short names would resolve differently",
			safetext.Line(value[0]))
	}
	if kind, value := general.proxy(); kind != "" {
		if kind == "proxycommand" && recipe.RunsThisProgram(value) {
			return r, console.Refuse(exit.Found, "remove them first: rdnsproxy setup writes its own",
				"%s already has lines for rdnsproxy, written by hand", p.file)
		}
		return r, console.Refuse(exit.Found, "remove it, or add rdnsproxy by hand",
			"every host already has a %s: %s", spelledKeyword(kind), safetext.Cut(safetext.Line(value), 60))
	}
	for _, c := range p.others {
		if len(c.Patterns) == 0 {
			return r, console.Refuse(exit.Found,
				"put the lines below it by hand, or name hosts: rdnsproxy setup --fdpass HOST...",
				"%s: the ProxyCommand or ProxyJump of this block would be lost for the hosts that it matches",
				p.realPaths(c.Origin))
		}
		r.Except = append(r.Except, c.Patterns...)
	}
	for range 3 { // excepting one pattern may reveal another
		if err := p.try(r); err != nil {
			return r, err
		}
		displaced := p.displaced(r)
		switch {
		case len(displaced) == 0:
			return r, nil
		case displaced[0] == "*":
			return r, console.Refuse(exit.Found, "'ssh -G HOST' shows what it has",
				"%s has settings for every host that do not go with a ProxyCommand, such as ProxyUseFdpass", p.file)
		}
		r.Except = append(r.Except, displaced...)
	}
	return r, console.Refuse(exit.Found, "write the lines by hand: 'rdnsproxy help' shows them",
		"%s: the ProxyCommand or ProxyJump of %s cannot be kept", p.file, several(p.displaced(r), 3))
}

// displaced returns the patterns for which the recipe would change anything other than
// that ssh now runs rdnsproxy where it ran no command. ProxyUseFdpass must be set for
// the hosts in r.Passed and for no others.
func (p *preview) displaced(r recipe.Recipe) []string {
	var all []string
	for _, s := range p.samples {
		before, ok := p.before[s.Host]
		if !ok {
			continue
		}
		after := p.after[s.Host]
		passed := slices.Contains(r.Passed, s.Host)
		kind, value := before.proxy()
		nowKind, now := after.proxy()
		lost := kind != "" && (nowKind != kind || now != value)
		fdpass := after["proxyusefdpass"] != nil && after["proxyusefdpass"][0] == "yes"
		broken := kind == "" && nowKind != "" && fdpass != passed
		altered := slices.ContainsFunc(before.differing(after), func(k string) bool {
			return k != "proxycommand" && k != "proxyjump" && !(k == "proxyusefdpass" && passed)
		})
		if (lost || broken || altered) && !slices.Contains(all, s.Pattern) {
			all = append(all, s.Pattern)
		}
	}
	return all
}

// planPassed adds to the recipe hosts whose connections are passed to ssh.
func (p *preview) planPassed(r recipe.Recipe, hosts []string, v *console.Voice) (recipe.Recipe, error) {
	for _, h := range hosts {
		if _, known := p.before[h]; known {
			continue
		}
		lines, err := p.ask("before", h)
		if err != nil {
			return r, console.Refuse(exit.Found, "", "%v", err)
		}
		p.before[h] = lines
		p.samples = append(p.samples, sshconf.Sample{Pattern: h, Host: h})
	}
	var added []string
	for _, h := range hosts {
		if kind, value := p.before[h].proxy(); kind != "" {
			v.Warning(fmt.Sprintf("%s is skipped: it already has a %s: %s",
				shownHost(h), spelledKeyword(kind), safetext.Cut(safetext.Line(value), 60)))
			continue
		}
		if i := slices.IndexFunc(p.others, func(c sshconf.Condition) bool { return c.Holds(h) }); i >= 0 {
			v.Warning(fmt.Sprintf("%s is skipped: %s: the ProxyCommand or ProxyJump of this block may apply to it",
				shownHost(h), p.realPaths(p.others[i].Origin)))
			continue
		}
		added = append(added, h)
	}
	if len(added) == 0 {
		return r, console.Refuse(exit.Found, "", "nothing was written: every host was skipped")
	}
	for _, h := range added {
		if !slices.Contains(r.Passed, h) {
			r.Passed = append(r.Passed, h)
		}
	}
	if err := p.try(r); err != nil {
		return r, err
	}
	for _, h := range added {
		_, command := p.after[h].proxy()
		pass := p.after[h]["proxyusefdpass"]
		if !strings.Contains(command, "--fdpass") || pass == nil || pass[0] != "yes" {
			return r, console.Refuse(exit.Found, "see 'ssh -G "+safetext.Name(h)+"'",
				"nothing was written: another line of the configuration sets ProxyUseFdpass for %s", shownHost(h))
		}
	}
	if d := p.displaced(r); len(d) > 0 {
		return r, console.Refuse(exit.Found, "nothing was written", "ssh would behave differently for %s", several(d, 3))
	}
	v.Notice("'ssh -o ProxyCommand=...' and mosh fail on " + several(r.Passed, 5) +
		": ssh expects a passed connection there")
	return r, nil
}

// unchecked describes the hosts that rdnsproxy does not check, because they have their
// own ProxyCommand or ProxyJump.
func (p *preview) unchecked() []string {
	var jumps, commands []string
	for _, s := range p.samples {
		switch kind, value := p.before[s.Host].proxy(); {
		case kind == "proxyjump":
			jumps = append(jumps, shownHost(s.Pattern))
		case kind == "proxycommand" && !recipe.RunsThisProgram(value):
			commands = append(commands, shownHost(s.Pattern))
		}
	}
	var lines []string
	if len(jumps) > 0 {
		lines = append(lines, "behind a ProxyJump, only the connection to the jump host is checked: "+several(jumps, 8))
	}
	if len(commands) > 0 {
		lines = append(lines, "not checked, because they have their own ProxyCommand ("+
			"with rdnsproxy '%h' %p -- in front of it, they are): "+several(commands, 8))
	}
	if len(p.samples) == maxSamples {
		lines = append(lines, fmt.Sprintf("only the first %d patterns of the configuration were looked at", maxSamples))
	}
	return lines
}

func spelledKeyword(kind string) string {
	if kind == "proxyjump" {
		return "ProxyJump"
	}
	return "ProxyCommand"
}

// settingLines holds the output of ssh -G: the values of each keyword.
type settingLines map[string][]string

func linesOf(out string) settingLines {
	all := settingLines{}
	for ln := range strings.Lines(out) {
		keyword, value, _ := strings.Cut(strings.TrimRight(ln, "\r\n"), " ")
		all[keyword] = append(all[keyword], value)
	}
	return all
}

// proxy returns the ProxyJump or ProxyCommand that is set; "" if there is none.
func (s settingLines) proxy() (kind, value string) {
	for _, kind := range []string{"proxyjump", "proxycommand"} {
		if v := s[kind]; v != nil && v[0] != "none" && v[0] != "" {
			return kind, v[0]
		}
	}
	return "", ""
}

// differing returns the keywords whose values differ, sorted.
func (s settingLines) differing(o settingLines) []string {
	var all []string
	for keyword := range s {
		if !slices.Equal(s[keyword], o[keyword]) {
			all = append(all, keyword)
		}
	}
	for keyword := range o {
		if s[keyword] == nil {
			all = append(all, keyword)
		}
	}
	slices.Sort(all)
	return all
}
