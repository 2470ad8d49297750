package target

import (
	"context"
	"fmt"
	"slices"

	"rdnsproxy/internal/knownhosts"
	"rdnsproxy/safetext"
	"rdnsproxy/sshconf"
)

// knownNames is what --known-hosts makes of the known_hosts files.
type knownNames struct {
	words  []Word   // a target for each name that is not among those that were given
	files  []string // that were read
	hashed knownhosts.Unhashed
}

// unnamed says how many lines are about hosts whose names nobody knows; empty: none.
func (k knownNames) unnamed() string {
	h := k.hashed
	if h.Unnamed == 0 {
		return ""
	}
	where := "known_hosts"
	if len(k.files) == 1 {
		where = safetext.Line(k.files[0])
	}
	text := fmt.Sprintf("none of the %d hashed lines in %s matches a name you gave or one in ssh's configuration", h.Lines, where)
	if h.Unnamed < h.Lines {
		text = fmt.Sprintf("%d of the %d hashed lines in %s match no name you gave and none in ssh's configuration", h.Unnamed, h.Lines, where)
	}
	if !h.Tried {
		text += "; there are too many names to try them all"
	}
	return text
}

// knownWords are the hosts in the known_hosts files that ssh would read of a host
// for which nothing else is configured: those with plain names, and of those with
// hashed ones (HashKnownHosts yes) whoever is found by trying the names that were
// given and those in ssh's configuration.
func (r *Reader) knownWords(ctx context.Context, from Sources, given []Word) knownNames {
	var k knownNames
	file, files := r.knownHostsOfAll(ctx)
	k.files = files
	plain := file.Names()
	for _, h := range plain {
		k.words = append(k.words, Word{text: atPort(h.Name, h.Port), collected: true})
	}
	if file.Unhash(nil).Lines == 0 {
		return k
	}
	var names candidates
	for _, word := range given {
		names.add(ctx, r, word.text, true)
	}
	for _, h := range plain {
		names.tryPort(h.Port)
		names.tryHost(h, atPort(h.Name, h.Port), true)
	}
	for _, alias := range r.aliases() {
		names.add(ctx, r, alias, from.All)
	}
	k.hashed = file.Unhash(names.hosts())
	k.hashed.Tried = k.hashed.Tried && !names.full
	for _, h := range k.hashed.Found {
		if c := names.of(h); !c.listed {
			k.words = append(k.words, Word{text: c.text, collected: true})
		}
	}
	return k
}

// knownHostsOfAll reads the known_hosts files that ssh would read of a host for
// which nothing else is configured.
func (r *Reader) knownHostsOfAll(ctx context.Context) (file *knownhosts.File, files []string) {
	q := AsUser(r.World, sshconf.Query{Host: "*", File: r.Options.SSHConfig, Keywords: []string{"userknownhostsfile"}})
	files = []string{q.Home + "/.ssh/known_hosts", q.Home + "/.ssh/known_hosts2"}
	if h, err := q.Lookup(ctx); err == nil && h.Set("userknownhostsfile") {
		files = knownHostsFiles(q, Target{Config: h})
	}
	file, errs := knownhosts.ParseFiles(files...)
	for _, err := range errs {
		r.Voice.Notice(err.Error())
	}
	return file, files
}

// aliases are those of ssh's configuration; of one that cannot be read, none.
func (r *Reader) aliases() []string {
	aliases, _ := AsUser(r.World, sshconf.Query{File: r.Options.SSHConfig}).Aliases()
	return aliases
}

// candidate is a name to try on hashed lines.
type candidate struct {
	host   knownhosts.Host
	text   string // the target that it is
	listed bool   // which is among the targets already
}

// candidates are names to try, and ports at which known hosts may be.
type candidates struct {
	all   []candidate
	ports []uint16
	full  bool // there are more than maxCandidates
}

// add takes a target, under its name as it was typed and under the one that ssh's
// configuration makes of it. What is no target is tried by nobody.
func (c *candidates) add(ctx context.Context, r *Reader, text string, listed bool) {
	typed, err := Parse(text)
	if err != nil || c.full {
		return
	}
	t, err := r.silent().Target(ctx, text) // who looks at the targets says what is wrong with them
	if err != nil {
		return
	}
	c.tryPort(t.Port)
	host := knownhosts.Host{Name: t.Host, Port: t.Port, Alias: t.KeyName}
	if t.Via != "" {
		c.tryHost(host, atPort(t.Host, t.Port), false) // the jump host, a host of its own
		host = knownhosts.Host{Name: t.Via}
	}
	c.tryHost(host, text, listed)
	c.tryHost(knownhosts.Host{Name: typed.host, Port: host.Port}, text, listed)
}

func (c *candidates) tryHost(h knownhosts.Host, text string, listed bool) {
	if c.full = len(c.all) >= maxCandidates; !c.full {
		c.all = append(c.all, candidate{h, text, listed})
	}
}

func (c *candidates) tryPort(port uint16) {
	if port != 0 && !slices.Contains(c.ports, port) && len(c.ports) < maxPorts {
		c.ports = append(c.ports, port)
	}
}

// Bounds: how many names are tried, and with how many ports each.
const (
	maxCandidates = 1 << 17
	maxPorts      = 16
)

// hosts are the candidates as they are, then each at the other ports.
func (c *candidates) hosts() []knownhosts.Host {
	c.tryPort(22)
	named := slices.Clone(c.all)
	for _, port := range c.ports {
		for _, n := range named {
			if n.host.Alias == "" && n.host.Port != port {
				typed, _ := Parse(n.text)
				text := fmt.Sprintf("[%s]:%d", typed.host, port) // also 22, where the configuration says otherwise
				c.tryHost(knownhosts.Host{Name: n.host.Name, Port: port}, text, false)
			}
		}
	}
	hosts := make([]knownhosts.Host, len(c.all))
	for i, n := range c.all {
		hosts[i] = n.host
	}
	return hosts
}

// of is the first candidate with a host.
func (c *candidates) of(h knownhosts.Host) candidate {
	return c.all[slices.IndexFunc(c.all, func(n candidate) bool { return n.host == h })]
}

// atPort writes a target; 22 is what ssh takes where none is written.
func atPort(name string, port uint16) string {
	if port == 0 || port == 22 {
		return name
	}
	return fmt.Sprintf("[%s]:%d", name, port)
}

// Names are the hosts that this machine knows by name: aliases in ssh's
// configuration, and plain names in known_hosts. What cannot be read has none.
func (r *Reader) Names(ctx context.Context) []string {
	words := r.aliases()
	known, _ := r.knownHostsOfAll(ctx)
	for _, h := range known.Names() {
		words = append(words, atPort(h.Name, h.Port))
	}
	slices.Sort(words)
	return slices.Compact(words)
}
