package sshconf

import (
	"net/netip"
	"slices"
	"strings"
)

// answer makes a Host of what was read, and lists the doubts about what is wanted.
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

// relevant are the doubts that bear on something that is wanted.
func (r *reading) relevant() []Doubt {
	if len(r.doubts) == 0 {
		return nil
	}
	asked := make(map[string]bool)
	for _, k := range r.asked {
		asked[k.slot()] = true
	}
	var out []Doubt
	for _, d := range r.doubts {
		if slices.ContainsFunc(d.Keywords, func(k string) bool { return asked[slotOf(k)] }) {
			out = append(out, *d)
		}
	}
	return out
}

// unjudgedBeside are the lines that only ssh can check, without those of the doubts.
func (r *reading) unjudgedBeside(doubts []Doubt) []Doubt {
	return slices.DeleteFunc(slices.Clone(r.unjudged), func(u Doubt) bool {
		return slices.ContainsFunc(doubts, func(d Doubt) bool { return d.Origin == u.Origin })
	})
}

// finisher does what ssh's main does after it has read all files.
type finisher struct {
	*reading
	hostname string // final; "" if it is open
}

// value is a keyword's final value; false if it has none or is in doubt.
func (f *finisher) value(k *keyword) (Value, bool) {
	v, set := f.settled[k.slot()]
	switch {
	case f.open[k.slot()] != nil:
		return Value{}, false
	case set && v.Keyword != k.name: // the other one of the pair is set
		return Value{}, false
	case !set:
		v = Value{k.name, k.unset, ByDefault}
	case v.Value == "none" && k.none == nothing:
		return Value{}, false
	}
	switch k.name { // what ssh's main adds
	case "hostname":
		v.Value = f.hostname
	case "proxyusefdpass": // never with a jump host
		at := slotOf("proxyjump")
		if d := f.open[at]; d != nil && v.Value == "yes" {
			f.leave(k.name, d.Origin, d.Construct)
			return Value{}, false
		}
		if jump := f.settled[at]; jump.Keyword == "proxyjump" && jump.Value != "none" {
			v.Value = "no"
		}
	case "user":
		if v.Value == "" {
			v.Value = f.q.LocalUser
		}
		switch {
		case v.Value != "":
		case f.q.withoutSSH():
			return Value{}, false
		default:
			f.leave(k.name, commandLine, "no user is given, and the local user is not known")
		}
	}
	var ok bool
	v.Value, ok = f.expand(k, v)
	return v, ok && v.Value != ""
}

// host settles the host name: it expands %h and %%, and folds it unless it is an address.
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

// proxy leaves open a host that is its own jump host, which ssh refuses, and a
// ProxyCommand after "ProxyJump none", which versions of ssh treat differently.
func (f *finisher) proxy() {
	if len(f.settled) == 0 {
		return
	}
	at := slotOf("proxyjump")
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

// canonical is how ssh shows a host: an address as getnameinfo writes it, a name in lower
// case. ok is false for what getaddrinfo may read as an address in another spelling.
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

// expand expands ~/ and tokens, as ssh does before it shows a value.
func (f *finisher) expand(k *keyword, v Value) (string, bool) {
	text := v.Value
	if k.tilde && strings.Contains(text, "~") {
		paths := words(text)
		for i, path := range paths {
			if rest, ok := strings.CutPrefix(path, "~/"); ok && f.q.Home != "" {
				paths[i] = f.q.Home + "/" + rest
			}
			if paths[i][0] == '~' {
				if f.q.Home == "" && v.Origin == ByDefault && f.q.withoutSSH() {
					return "", false
				}
				construct := k.name + " " + text
				if f.q.Home == "" {
					construct = "the user's home directory is not known"
				}
				f.leave(k.name, v.Origin, construct)
				return "", false
			}
		}
		text = strings.Join(paths, " ")
	}
	if k.tokens == "" {
		return text, true
	}
	shown, ok := expandTokens(text, f.tokens(k.tokens))
	if !ok {
		f.leave(k.name, v.Origin, k.name+" "+text)
	}
	return shown, ok
}

// tokens are the values of the tokens that are known.
func (f *finisher) tokens(letters string) map[byte]string {
	known := make(map[byte]string)
	for i := range len(letters) {
		if letters[i] == 'n' {
			known['n'] = f.q.Host
		} else if v, ok := f.value(byName(tokenKeywords[letters[i]])); ok {
			known[letters[i]] = v.Value
		}
	}
	return known
}

// leave leaves open a value that was settled but cannot be expanded here.
func (f *finisher) leave(k, origin, construct string) {
	delete(f.settled, k)
	f.doubt(Doubt{Origin: origin, Construct: display(construct)}, []string{k})
}

// expandTokens replaces %x with its value and %% with %; false if a token has no value.
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
