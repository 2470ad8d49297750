package target

import (
	"context"
	"fmt"
	"slices"

	"rdnsproxy/internal/inputs"
	"rdnsproxy/internal/knownhosts"
	"rdnsproxy/safetext"
	"rdnsproxy/sshconf"
)

// knownNames are the targets that --known-hosts finds in the known_hosts files.
type knownNames struct {
	words  []inputs.Item // a target for each name, except names from hashed lines that were given anyway
	files  []string      // the files that were read
	hashed knownhosts.Unhashed
}

// unnamed says how many hashed lines match no name; "" if there are none.
func (k knownNames) unnamed() string {
	h := k.hashed
	if h.Unnamed == 0 {
		return ""
	}
	where := "known_hosts"
	if len(k.files) == 1 {
		where = safetext.Line(k.files[0])
	}
	text := fmt.Sprintf("none of the %d hashed lines in %s matches a name you gave or one in ssh's configuration",
		h.Lines, where)
	if h.Unnamed < h.Lines {
		text = fmt.Sprintf("%d of the %d hashed lines in %s match no name you gave and none in ssh's configuration",
			h.Unnamed, h.Lines, where)
	}
	if !h.Tried {
		text += "; there are too many names to try them all"
	}
	return text
}

// knownWords returns the hosts in the known_hosts files that ssh reads for a host
// without a configuration of its own: all plain names, and those hashed names
// (HashKnownHosts yes) that match a given name or one in ssh's configuration.
func (r *Reader) knownWords(ctx context.Context, from Sources, given []inputs.Item) knownNames {
	var k knownNames
	file, files := r.knownHostsOfAll(ctx)
	k.files = files
	plain := file.Names()
	for _, h := range plain {
		k.words = append(k.words, inputs.Item{Text: hostPort(h.Name, h.Port), Collected: true})
	}
	if file.Unhash(nil).Lines == 0 {
		return k
	}
	var names candidates
	for _, word := range given {
		if word.Err == nil {
			names.add(ctx, r, word.Text, true)
		}
	}
	for _, h := range plain {
		names.tryPort(h.Port)
		names.tryHost(h, hostPort(h.Name, h.Port), true)
	}
	for _, alias := range r.aliases() {
		names.add(ctx, r, alias, from.All)
	}
	k.hashed = file.Unhash(names.hosts())
	k.hashed.Tried = k.hashed.Tried && !names.full
	for _, h := range k.hashed.Found {
		if c := names.find(h); !c.listed {
			k.words = append(k.words, inputs.Item{Text: c.text, Collected: true})
		}
	}
	return k
}

// knownHostsOfAll reads the known_hosts files that ssh reads for a host without a
// configuration of its own.
func (r *Reader) knownHostsOfAll(ctx context.Context) (file *knownhosts.File, files []string) {
	keywords := []string{"userknownhostsfile"}
	q := AsUser(r.World, sshconf.Query{Host: "*", File: r.Options.SSHConfig, Keywords: keywords})
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

// aliases returns the aliases in ssh's configuration; none if it cannot be read.
func (r *Reader) aliases() []string {
	aliases, _ := AsUser(r.World, sshconf.Query{File: r.Options.SSHConfig}).Aliases()
	return aliases
}

// candidate is a name to try on hashed lines.
type candidate struct {
	host   knownhosts.Host
	text   string // the target to add if the name matches
	listed bool   // the target is already on the list
}

// candidates are the names to try on hashed lines, and the ports to try them with.
type candidates struct {
	all   []candidate
	ports []uint16
	full  bool // maxCandidates is reached
}

// add adds a target, under the name as typed and under the name that ssh's
// configuration gives it. A word that is not a valid target is skipped.
func (c *candidates) add(ctx context.Context, r *Reader, text string, listed bool) {
	typed, err := Parse(text)
	if err != nil || c.full {
		return
	}
	t, err := r.quiet().Target(ctx, text) // errors are reported when the targets are checked
	if err != nil {
		return
	}
	c.tryPort(t.Port)
	host := knownhosts.Host{Name: t.Host, Port: t.Port, Alias: t.KeyName}
	if t.Via != "" {
		c.tryHost(host, hostPort(t.Host, t.Port), false) // the jump host has a line of its own
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

// Limits on the names to try, and on the ports for each.
const (
	maxCandidates = 1 << 17
	maxPorts      = 16
)

// hosts returns the candidates as they are, then each with the other ports.
func (c *candidates) hosts() []knownhosts.Host {
	c.tryPort(22)
	named := slices.Clone(c.all)
	for _, port := range c.ports {
		for _, n := range named {
			if n.host.Alias == "" && n.host.Port != port {
				typed, _ := Parse(n.text)
				text := fmt.Sprintf("[%s]:%d", typed.host, port) // 22 too: the configuration may have another
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

// find returns the first candidate for a host.
func (c *candidates) find(h knownhosts.Host) candidate {
	return c.all[slices.IndexFunc(c.all, func(n candidate) bool { return n.host == h })]
}

// hostPort formats a target; port 22, ssh's default, is left out.
func hostPort(name string, port uint16) string {
	if port == 0 || port == 22 {
		return name
	}
	return fmt.Sprintf("[%s]:%d", name, port)
}

// Names returns the hosts that this machine knows by name, sorted: aliases in ssh's
// configuration and plain names in known_hosts. Unreadable files are skipped.
func (r *Reader) Names(ctx context.Context) []string {
	words := r.aliases()
	known, _ := r.knownHostsOfAll(ctx)
	for _, h := range known.Names() {
		words = append(words, hostPort(h.Name, h.Port))
	}
	slices.Sort(words)
	return slices.Compact(words)
}
