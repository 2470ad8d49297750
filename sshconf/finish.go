package sshconf

import (
	"net/netip"
	"slices"
	"strings"
)

// answer makes the Host of what was read, and lists what is in doubt of what
// was wanted.
func (r *reading) answer() (*Host, []Doubt) {
	h := &Host{Name: r.q.Host, By: ByDefault, values: make([]Value, 0, len(r.asked))}
	f := finisher{reading: r}
	f.host()
	f.proxy()
	for _, k := range r.asked {
		v, ok := f.value(k)
		if !ok {
			continue
		}
		h.add(v)
		if v.Origin != ByDefault {
			h.By = ByFile
		}
	}
	return h, f.relevant()
}

// relevant drops what bears on nothing that was asked for.
func (r *reading) relevant() []Doubt {
	if len(r.doubts) == 0 {
		return nil
	}
	asked := make(map[string]bool)
	for _, k := range r.asked {
		asked[slot(k)] = true
	}
	var out []Doubt
	for _, d := range r.doubts {
		if slices.ContainsFunc(d.Keywords, func(k string) bool { return asked[slot(k)] }) {
			out = append(out, *d)
		}
	}
	return out
}

// unjudgedBeside are the lines that only ssh can judge and that none of the doubts
// is about.
func (r *reading) unjudgedBeside(doubts []Doubt) []Doubt {
	return slices.DeleteFunc(slices.Clone(r.unjudged), func(u Doubt) bool {
		return slices.ContainsFunc(doubts, func(d Doubt) bool { return d.Origin == u.Origin })
	})
}

// finisher does what ssh's main does after all files are read.
type finisher struct {
	*reading
	hostname string // final; "" where it is open
}

// value is a keyword's final value; false where it has none or is in doubt.
func (f *finisher) value(k string) (Value, bool) {
	v, set := f.settled[slot(k)]
	switch {
	case f.open[slot(k)] != nil:
		return Value{}, false
	case set && v.Keyword != k: // the other one of the pair stands
		return Value{}, false
	case !set:
		v = Value{k, unset(k), ByDefault}
	}
	var ok bool
	switch k {
	case "hostname":
		v.Value, ok = f.hostname, true
	case "user":
		if v.Value == "" {
			v.Value = f.q.LocalUser
		}
		if ok = v.Value != ""; !ok {
			f.leave(k, commandLine, "no user is named, and nobody said who asks")
		}
	case "userknownhostsfile":
		v.Value, ok = f.knownHosts(v, set)
	case "controlpath":
		v.Value, ok = f.expandSocket(v)
	case "proxycommand", "proxyjump":
		ok = v.Value != "" && v.Value != "none"
	default:
		ok = v.Value != ""
	}
	return v, ok && v.Value != ""
}

// host settles the host name: %h and %% expanded, then folded, unless it is an
// address.
func (f *finisher) host() {
	if f.open["hostname"] != nil {
		return
	}
	name := f.q.Host
	v, set := f.settled["hostname"]
	if set {
		var ok bool
		if name, ok = expandTokens(v.Value, map[byte]string{'h': name}); !ok {
			f.leave("hostname", v.Origin, "HostName "+v.Value)
			return
		}
	}
	shown, ok := canonical(name)
	if !ok {
		origin := commandLine
		if set {
			origin = v.Origin
		}
		f.leave("hostname", origin, name+" (a form of address or name that only ssh reads)")
		return
	}
	f.hostname = shown
}

// proxy leaves open a host that is its own jump host, which ssh refuses, and
// what its versions differ in: a ProxyCommand behind "ProxyJump none".
func (f *finisher) proxy() {
	at := slot("proxyjump")
	v := f.settled[at]
	if v.Keyword != "proxyjump" {
		return
	}
	if v.Value == "none" {
		if f.mentioned["proxycommand"] {
			f.leave(at, v.Origin, "ProxyJump none, and a ProxyCommand")
		}
		return
	}
	last := v.Value[strings.LastIndexAny(v.Value, ",@")+1:]
	last, _, _ = strings.Cut(last, ":")
	last = strings.Trim(last, "[]")
	if strings.EqualFold(last, f.hostname) || strings.EqualFold(last, f.q.Host) {
		f.leave(at, v.Origin, "ProxyJump "+v.Value+" for the host itself")
	}
}

// canonical is how ssh shows a host: an address as getnameinfo writes it, a
// name in lower case. Forms that getaddrinfo may take for an address in
// another spelling are ssh's.
func canonical(name string) (string, bool) {
	if _, ok := hostName(name); !ok || strings.Contains(name, "%") {
		return "", false
	}
	if a, err := netip.ParseAddr(name); err == nil {
		return name, strings.EqualFold(a.String(), name) && !a.Is4In6()
	}
	numeric := name[0] >= '0' && name[0] <= '9' && strings.Trim(lower(name), "0123456789abcdefx.") == ""
	return lower(name), !numeric && !strings.Contains(name, ":")
}

// knownHosts expands ~/ as ssh has done by the time it shows
// UserKnownHostsFile.
func (f *finisher) knownHosts(v Value, set bool) (string, bool) {
	if !set {
		v.Value = "~/.ssh/known_hosts ~/.ssh/known_hosts2"
	}
	w := words(v.Value)
	for i := range w {
		if rest, ok := strings.CutPrefix(w[i], "~/"); ok {
			if w[i] = f.q.Home + "/" + rest; f.q.Home == "" {
				f.leave("userknownhostsfile", v.Origin, "nobody said where the user's home is")
				return "", false
			}
		}
	}
	return strings.Join(w, " "), true
}

// expandSocket expands a ControlPath: ~/, %h, %n, %p, %r and %%.
func (f *finisher) expandSocket(v Value) (string, bool) {
	if v.Value == "" || v.Value == "none" {
		return "", false
	}
	path := v.Value
	if rest, ok := strings.CutPrefix(path, "~/"); ok && f.q.Home != "" {
		path = f.q.Home + "/" + rest
	}
	tokens := map[byte]string{'n': f.q.Host}
	if f.hostname != "" {
		tokens['h'] = f.hostname
	}
	for token, k := range map[byte]string{'p': "port", 'r': "user"} {
		if kv, ok := f.value(k); ok {
			tokens[token] = kv.Value
		}
	}
	shown, ok := expandTokens(path, tokens)
	if !ok || path[0] == '~' {
		f.leave("controlpath", v.Origin, "ControlPath "+v.Value)
		return "", false
	}
	return shown, true
}

// leave puts a value in doubt that was settled but cannot be finished here.
func (f *finisher) leave(k, origin, construct string) {
	delete(f.settled, k)
	f.doubt(Doubt{Origin: origin, Construct: display(construct)}, []string{k})
}

// expandTokens replaces %x by its value and %% by %; false where one has none.
func expandTokens(s string, tokens map[byte]string) (string, bool) {
	if !strings.Contains(s, "%") {
		return s, true
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			b.WriteByte(s[i])
			continue
		}
		i++
		if i == len(s) {
			return "", false
		}
		if s[i] == '%' {
			b.WriteByte('%')
			continue
		}
		v, ok := tokens[s[i]]
		if !ok {
			return "", false
		}
		b.WriteString(v)
	}
	return b.String(), true
}
