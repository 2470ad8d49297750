package check

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"rdnsproxy/resolve"
	"rdnsproxy/safetext"
)

// Schema is the version of the shape of a Result in JSON. Fields may be added
// under it, never renamed.
const Schema = 1

// Result is a judged target, from which every output format is made. It can be written
// to JSON and read back, without Pinned. All texts in it are safe to print.
type Result struct {
	Schema    int       `json:"schema"`
	Target    string    `json:"target"` // as typed
	Host      string    `json:"host"`
	Name      string    `json:"name,omitempty"` // the host after the search list; absent if it is an address
	Port      uint16    `json:"port"`
	Verdict   Verdict   `json:"verdict"`  // about DNS only: the worst of the addresses'
	Severity  Severity  `json:"severity"` // the worst of the findings'
	Forward   Forward   `json:"forward"`
	Addresses []Address `json:"addresses"`
	Findings  []Finding `json:"findings"`
	Tickets   []Ticket  `json:"kerberos,omitempty"` // in the order in which Kerberos asks for them
	Timings   Phases    `json:"timings"`

	// Where is where the target is named: FILE:LINE of a list or a zone file, or the host's
	// name in an inventory. It is empty on the command line.
	Where string `json:"where,omitempty"`

	Time    time.Time `json:"time,omitzero"`     // when it was reported; UTC, to the millisecond
	Version string    `json:"version,omitempty"` // of the program that reported it

	Pinned bool `json:"-"` // addresses come from a hosts line that rdnsproxy has written
}

// Forward is how the target's name was looked up.
type Forward struct {
	A         resolve.Status `json:"a"`
	AAAA      resolve.Status `json:"aaaa"`
	Canonical string         `json:"canonical"`
	Chain     []string       `json:"chain,omitempty"` // the CNAMEs on the way to it
	Source    string         `json:"source"`
	TTL       int            `json:"ttl"` // seconds
}

// Address is one judged address of a target.
type Address struct {
	Address  netip.Addr `json:"address"`
	Family   string     `json:"family"` // ipv4 or ipv6
	Source   string     `json:"source"`
	Verdict  Verdict    `json:"verdict"`
	Severity Severity   `json:"severity"`
	Reverse  Reverse    `json:"reverse"`
	PTR      []PTR      `json:"ptr"`
	Connect  *Connect   `json:"connect,omitempty"` // absent if nobody tried to connect
	SSH      *SSH       `json:"ssh,omitempty"`     // absent if nothing spoke SSH
	// SSHD is the line that a current sshd with UseDNS yes logs about a client with
	// this address; empty if it logs nothing.
	SSHD string `json:"sshd_message"`
}

// Reverse is how an address was looked up.
type Reverse struct {
	Status    resolve.Status `json:"status"`
	Source    string         `json:"source"`
	TTL       int            `json:"ttl"`       // seconds
	Truncated bool           `json:"truncated"` // there are more names than were checked

	// Zone is the reverse zone that a PTR record would stand in, and Contact its operator's
	// mail address, from the SOA. They are looked up only if the verdict leaves something to
	// ask for.
	Zone    string `json:"zone,omitempty"`
	Contact string `json:"contact,omitempty"`
}

// PTR is one name of an address, and the addresses of that name.
type PTR struct {
	Name      string         `json:"name"`
	Source    string         `json:"source"` // of its addresses
	Status    resolve.Status `json:"status"` // of the lookup of its addresses
	Addresses []netip.Addr   `json:"addresses"`
	Confirmed bool           `json:"confirmed"` // it resolves back to the address

	// Differs says that an sshd on this machine, which uses the search list, finds the
	// opposite of Confirmed.
	Differs bool `json:"sshd_differs,omitempty"`
}

// Connect is the outcome of a connection attempt.
type Connect struct {
	Status  ConnectStatus `json:"status"`
	Seconds float64       `json:"seconds"`
	Error   string        `json:"error"`
	Via     string        `json:"via,omitempty"` // the proxies, the nearest first, with commas; safe to print
}

// SSH is the SSH server that answered.
type SSH struct {
	Version string `json:"version"` // the identification

	// Client is the origin of the lists that ssh would send: ssh -G, or the release whose
	// lists are assumed.
	Client   string    `json:"client,omitempty"`
	HostKeys []HostKey `json:"hostkeys"`
}

// HostKey is one host key and ssh's verdict on it.
type HostKey struct {
	Type        string    `json:"type"`
	Fingerprint string    `json:"fingerprint"`
	Status      KeyStatus `json:"status"`
	Evidence    string    `json:"evidence"`       // the line of known_hosts, or what else vouches for it
	Line        string    `json:"line,omitempty"` // for known_hosts; absent if nothing vouches for the key
	Certificate bool      `json:"certificate,omitempty"`
	Chosen      bool      `json:"chosen,omitempty"`  // the one that ssh would be shown
	Refused     string    `json:"refused,omitempty"` // why ssh ends the connection whatever status is
}

// vouched reports whether something vouches for the key: its status, or SSHFP records
// that ssh is configured not to rely on.
func (k HostKey) vouched() bool { return k.Refused == "" && (k.Status.Proven() || k.Line != "") }

// Finding is the unit of all output: what was found, how bad it is, which address it is
// about, and what can be done.
type Finding struct {
	Code     Code       `json:"code"`
	Severity Severity   `json:"severity"`
	Address  netip.Addr `json:"address,omitzero"`
	Text     string     `json:"text"`
	Advice   []Advice   `json:"advice,omitempty"`
	File     string     `json:"file,omitempty"` // the user's zone file with the record that it is about
	Line     int        `json:"line,omitempty"` // of that record, from 1
}

// Advice is what can be done, and on which machine.
type Advice struct {
	Code    AdviceCode `json:"code"`
	Machine Machine    `json:"machine"`
	Text    string     `json:"text"`
	File    string     `json:"file,omitempty"` // the file that Line goes into
	Line    string     `json:"line,omitempty"` // a hosts line, a DNS record, a line of sshd's log, or a command
}

// Phases is how long the phases took, in seconds.
type Phases struct {
	Resolve float64 `json:"resolve_seconds"` // until the last family had answered
	Reverse float64 `json:"reverse_seconds"` // the longest check of an address

	// Of the slowest address; absent if nobody tried to connect.
	Connect  float64 `json:"connect_seconds,omitempty"`
	Identify float64 `json:"identify_seconds,omitempty"`
	HostKeys float64 `json:"hostkeys_seconds,omitempty"`
}

// Unjudged is the Result of a target that could not be checked at all.
func Unjudged(target string) *Result {
	return &Result{
		Schema: Schema, Target: safetext.Of(target).String(), Host: PlainHost(target),
		Verdict: Undetermined, Severity: Unknown, Addresses: []Address{}, Findings: []Finding{},
	}
}

// Unfinished is the Result of a target whose check was interrupted. It has nothing of what
// was found by then.
func Unfinished(t Target) *Result {
	r := Unjudged(t.Input)
	r.Host, r.Port = PlainHost(t.Host), t.Port
	r.Findings = []Finding{aboutTarget(Interrupted,
		safetext.Of(t.Input).String()+" was not checked: the check was interrupted")}
	return r
}

// Invalid is the Result of what should have been a target and is none, such as a line of
// a list; text says where it is, what is wrong and what to do.
func Invalid(word, text string) *Result {
	r := Unjudged(word)
	r.Host = r.Target // not escaped as a name: it is none
	r.Severity, r.Findings = Error, []Finding{aboutTarget(InputInvalid, text)}
	return r
}

// Unwalked is the Result of a range of addresses, or a part of one, that a walk has left
// out (resolve.Resolver.Walk); text says which range it is of, and why.
func Unwalked(part string, gap *resolve.WalkGap, text string) *Result {
	r := Unjudged(part)
	r.Host = r.Target
	f := aboutTarget(WalkEmpty, text)
	if gap.Reason != resolve.GapEmpty {
		f = aboutTarget(WalkIncomplete, text).When(gap.Reason == resolve.GapInvented && gap.Part != "", WhenPartInvented)
	}
	if gap.Answer != nil {
		f.Advice = adviseWalk(*gap.Answer)
	}
	r.Severity, r.Findings = f.Severity, []Finding{f}
	return r
}

// Invalid reports whether the result is about something that is not a target.
func (r *Result) Invalid() bool {
	return len(r.Findings) == 1 && r.Findings[0].Code == InputInvalid
}

// Interrupted reports whether the check of the target was interrupted.
func (r *Result) Interrupted() bool {
	return slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Code == Interrupted })
}

// TTL is the smallest TTL of DNS's answers about the name and its addresses: after it, DNS
// may say something else. ok is false if no answer has one.
func (r *Result) TTL() (ttl time.Duration, ok bool) {
	see := func(source string, status resolve.Status, seconds int) {
		records := strings.HasPrefix(source, string(resolve.KindDNS)+":") || strings.HasPrefix(source, string(resolve.KindCache)+":")
		if d := time.Duration(seconds) * time.Second; records && !status.Temporary() && (!ok || d < ttl) {
			ttl, ok = d, true
		}
	}
	forward := r.Forward.A
	if forward.Temporary() {
		forward = r.Forward.AAAA
	}
	see(r.Forward.Source, forward, r.Forward.TTL)
	for i := range r.Addresses {
		reverse := &r.Addresses[i].Reverse
		see(reverse.Source, reverse.Status, reverse.TTL)
	}
	return ttl, ok
}

// Of returns the address a of the target, or nil.
func (r *Result) Of(a netip.Addr) *Address {
	for i := range r.Addresses {
		if r.Addresses[i].Address == a {
			return &r.Addresses[i]
		}
	}
	return nil
}

// About returns the findings about a, and those about the target as a whole.
func (r *Result) About(a netip.Addr) []Finding {
	var fs []Finding
	for _, f := range r.Findings {
		if f.Address == a || !f.Address.IsValid() {
			fs = append(fs, f)
		}
	}
	return fs
}

// found reports whether there is a finding of this code about a, or about the target.
func (r *Result) found(c Code, a netip.Addr) bool {
	return slices.ContainsFunc(r.About(a), func(f Finding) bool { return f.Code == c })
}

// Mapping returns the finding that carries a's verdict.
func (r *Result) Mapping(a netip.Addr) (Finding, bool) {
	for _, f := range r.Findings {
		if f.Code.Mapping() && f.Address == a {
			return f, true
		}
	}
	return Finding{}, false
}

// MappingText is the text of the finding that carries a's verdict, if there is one.
func (r *Result) MappingText(a netip.Addr) string {
	if f, ok := r.Mapping(a); ok {
		return f.Text
	}
	return a.String() + ": not checked in time"
}

// Addrs returns the addresses of the target.
func (r *Result) Addrs() []netip.Addr {
	var all []netip.Addr
	for _, a := range r.Addresses {
		all = append(all, a.Address)
	}
	return all
}

// Worst is the worst severity of the findings.
func Worst(fs []Finding) Severity {
	worst := Pass
	for _, f := range fs {
		worst = max(worst, f.Severity)
	}
	return worst
}

// seconds rounds to microseconds: anything below is noise.
func seconds(d time.Duration) float64 { return d.Round(time.Microsecond).Seconds() }
