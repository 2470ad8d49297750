package audit

import (
	"cmp"
	"hash/maphash"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"

	"rdnsproxy/sshdlog"
)

// labels are the labels of an anonymized report.
type labels struct {
	known map[thing]string
	last  map[string]int // the last number of each kind
	nets  map[netip.Prefix]string
	long  []string // names that are more than a word, the longest first; for texts without marks
}

// thing is what a label stands for.
type thing struct{ kind, name string }

// The kinds of labels. A word of unknown kind is looked up in this order.
func kinds() [9]string {
	return [...]string{"client", "name", "zone", "contact", "file", "input", "server", "user", "list"}
}

// newLabels gives a label to everything in the report that texts may mention.
func newLabels(r *Report) *labels {
	a := &labels{known: map[thing]string{}, last: map[string]int{}, nets: map[netip.Prefix]string{}}
	for _, i := range r.Inputs {
		a.input(i.Name)
	}
	for i := range r.Clients {
		a.address(r.Clients[i].Address)
	}
	a.hosts(r.Hosts)
	for _, c := range r.Clients {
		a.client(c)
	}
	for _, z := range r.Zones {
		a.zone(z.Zone)
		a.contact(z.Keeper)
		for _, c := range z.Clients {
			a.address(c)
		}
	}
	for _, c := range r.Connections {
		a.server(c.Host)
		a.address(c.Address)
		a.name(c.Name)
		a.user(c.User)
	}
	for _, f := range r.Forgeries {
		a.server(f.Host)
		a.address(f.Client)
	}
	for _, f := range r.Findings {
		a.address(f.Address)
		a.servers(f.Hosts)
	}
	if r.marked == "" {
		a.long = a.phrases()
	}
	return a
}

// label returns the label of a thing, the next of its kind if it has none yet. What texts
// show cut has the same label.
func (a *labels) label(kind, name string) string {
	if name == "" {
		return ""
	}
	if l, ok := a.known[thing{kind, name}]; ok {
		return l
	}
	a.last[kind]++
	l := kind + "-" + strconv.Itoa(a.last[kind])
	a.known[thing{kind, name}] = l
	a.known[thing{kind, shown(name)}] = l
	return l
}

// find returns the label of a name of any kind.
func (a *labels) find(name string) (string, bool) {
	for _, kind := range kinds() {
		if l, ok := a.known[thing{kind, name}]; ok {
			return l, true
		}
	}
	return "", false
}

func (a *labels) server(name string) string  { return a.label("server", name) }
func (a *labels) name(name string) string    { return a.label("name", strings.TrimSuffix(name, ".")) }
func (a *labels) zone(name string) string    { return a.label("zone", name) }
func (a *labels) contact(mail string) string { return a.label("contact", mail) }
func (a *labels) list(list string) string    { return a.label("list", list) }
func (a *labels) input(name string) string   { return a.label("input", name) }

// user returns the label of a user. Every system has root.
func (a *labels) user(name string) string {
	if name == "root" {
		return name
	}
	return a.label("user", name)
}

// shuffle is the order of things of which a report says nothing that tells them apart. That
// of their names would say something about these.
var shuffle = sync.OnceValue(maphash.MakeSeed)

func shuffled(x, y string) int {
	return cmp.Compare(maphash.String(shuffle(), x), maphash.String(shuffle(), y))
}

// byNumber compares two labels of one kind.
func byNumber(x, y string) int { return cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y)) }

// hosts returns the hosts by their labels, which are numbered by what the hosts did.
func (a *labels) hosts(hosts []Host) []Host {
	out := slices.Clone(hosts)
	slices.SortStableFunc(out, func(x, y Host) int {
		return cmp.Or(cmp.Compare(y.Logins, x.Logins), cmp.Compare(y.Proofs, x.Proofs), shuffled(x.Name, y.Name))
	})
	for i := range out {
		out[i].Name = a.server(out[i].Name)
	}
	return out
}

// servers returns the labels of servers, in order.
func (a *labels) servers(names []string) []string {
	mixed := slices.Clone(names)
	slices.SortFunc(mixed, shuffled)
	out := each(mixed, a.server)
	slices.SortFunc(out, byNumber)
	return out
}

// names returns a set with labels, the most frequent first.
func (a *labels) names(n Names, label func(string) string) Names {
	mixed := slices.Clone(n.Names)
	slices.SortStableFunc(mixed, func(x, y Name) int {
		return cmp.Or(cmp.Compare(y.Count, x.Count), shuffled(x.Name, y.Name))
	})
	n.Names = each(mixed, func(x Name) Name {
		x.Name, x.At = label(x.Name), a.place(x.At)
		return x
	})
	return n
}

// place replaces the file of FILE:LINE.
func (a *labels) place(at string) string {
	if file, line, ok := sshdlog.Place([]byte(at)); ok {
		return a.label("file", string(file)) + ":" + string(line)
	}
	return ""
}

func (a *labels) address(addr netip.Addr) string {
	if !addr.IsValid() {
		return ""
	}
	return a.label("client", addr.String())
}

// net returns the label of the network of an address, which says which clients are
// neighbours.
func (a *labels) net(addr netip.Addr) string {
	if !addr.IsValid() {
		return ""
	}
	p := net24(addr)
	l, ok := a.nets[p]
	if !ok {
		l = "net-" + strconv.Itoa(len(a.nets)+1)
		a.nets[p] = l
	}
	return l
}
