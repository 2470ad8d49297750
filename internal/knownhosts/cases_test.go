package knownhosts_test

import (
	"slices"
	"strings"

	"rdnsproxy/internal/knownhosts"
)

// story is one case: what known_hosts holds, who is called, who answers.
type story struct {
	name   string
	server string // of the cast; if "", ed
	host   knownhosts.Host
	user   []string // known_hosts files
	global []string
	want   knownhosts.Status
	varies bool // between releases; want is the newest one's
}

const (
	unknown   = knownhosts.StatusUnknown
	known     = knownhosts.StatusKnown
	certified = knownhosts.StatusCertified
	changed   = knownhosts.StatusChanged
	revoked   = knownhosts.StatusRevoked
)

var (
	host   = knownhosts.Host{Name: "host.example.com"}
	port   = knownhosts.Host{Name: "host.example.com", Port: 2222}
	alias  = knownhosts.Host{Name: "other.example.org", Alias: "host.example.com"}
	aliasP = knownhosts.Host{Name: "other.example.org", Port: 2222, Alias: "host.example.com"}
)

func cases() []story {
	all := slices.Concat(plainCases(), portCases(), patternCases(), lineCases(), typeCases(), revokedCases(),
		certCases(), fileCases())
	for i := range all {
		if all[i].server == "" {
			all[i].server = "ed"
		}
	}
	return all
}

// one is a story with one file.
func one(name string, h knownhosts.Host, text string, want knownhosts.Status) story {
	return story{name: name, host: h, user: []string{text}, want: want}
}

// of changes who answers.
func (s story) of(server string) story { s.server = server; return s }

// vary marks a verdict that releases differ in.
func (s story) vary() story { s.varies = true; return s }

func plainCases() []story {
	return []story{
		one("empty file", host, "", unknown),
		one("known", host, "host.example.com {ed}\n", known),
		one("changed", host, "host.example.com {alien}\n", changed),
		one("another host's", host, "other.example.com {ed}\n", unknown),
		one("either key will do", host, "host.example.com {alien}\nhost.example.com {ed}\n", known),
		one("two wrong keys", host, "host.example.com {alien}\nhost.example.com {alien-rsa}\n# end\n", changed),
		one("case of the line", host, "HOST.Example.COM {ed}\n", known),
		one("case of the name", knownhosts.Host{Name: "Host.EXAMPLE.com"}, "host.example.com {ed}\n", known),
		one("list", host, "a,host.example.com,192.0.2.1 {ed}\n", known),
		one("list with gaps", host, ",a,,host.example.com, {ed}\n", known),
		one("final dot is another name", host, "host.example.com. {ed}\n", unknown),
		one("IPv4", knownhosts.Host{Name: "192.0.2.1"}, "192.0.2.1 {ed}\n", known),
		one("IPv6", knownhosts.Host{Name: "2001:db8::1"}, "2001:db8::1 {ed}\n", known),
		one("IPv6 in brackets on port 22", knownhosts.Host{Name: "2001:db8::1"}, "[2001:db8::1]:22 {ed}\n", unknown),
		one("IPv6 on a port", knownhosts.Host{Name: "2001:db8::1", Port: 2222}, "[2001:db8::1]:2222 {ed}\n", known),
		one("IPv6 written otherwise", knownhosts.Host{Name: "2001:DB8::1"}, "2001:db8:0::1 {ed}\n", unknown),
		one("IPv6 with a zone", knownhosts.Host{Name: "fe80::1%lo", Port: 2222}, "[fe80::1%lo]:2222 {ed}\n", known),
	}
}

func portCases() []story {
	return []story{
		one("port", port, "[host.example.com]:2222 {ed}\n", known),
		one("port, changed", port, "[host.example.com]:2222 {alien}\n", changed),
		one("another port", port, "[host.example.com]:2223 {ed}\n", unknown),
		one("port falls back to the plain name", port, "host.example.com {ed}\n", known),
		one("another key under the plain name is no change", port, "host.example.com {alien}\n", unknown),
		one("no fall-back after a change", port, "host.example.com {ed}\n[host.example.com]:2222 {alien}\n", changed),
		one("no fall-forward", host, "[host.example.com]:2222 {ed}\n", unknown),
		one("port 22 is not written", host, "[host.example.com]:22 {ed}\n", unknown),
		one("port 22 said outright", knownhosts.Host{Name: "host.example.com", Port: 22},
			"host.example.com {ed}\n", known),
		one("port, case", port, "[Host.Example.com]:2222 {ed}\n", known),
		one("port with a zero", port, "[host.example.com]:02222 {ed}\n", unknown),
		one("revoked under the plain name", port, "@revoked host.example.com {ed}\n", revoked),
		one("revoked under the plain name, known on the port", port,
			"@revoked host.example.com {ed}\n[host.example.com]:2222 {ed}\n", known),
		one("revoked on the port, known under the plain name", port,
			"@revoked [host.example.com]:2222 {ed}\nhost.example.com {ed}\n", revoked),
		one("alias", alias, "host.example.com {ed}\n", known),
		one("alias has no port", aliasP, "host.example.com {ed}\n", known),
		one("alias is no port's name", aliasP, "[host.example.com]:2222 {ed}\n", unknown),
		one("alias hides the name", aliasP, "other.example.org,[other.example.org]:2222 {ed}\n", unknown),
		one("alias folds", knownhosts.Host{Name: "x", Alias: "HOST.example.com"}, "{#host.example.com} {ed}\n", known),
		one("alias with a port of its own", knownhosts.Host{Name: "x", Alias: "[host.example.com]:2222"},
			"host.example.com {ed}\n", unknown),
	}
}

func patternCases() []story {
	return []story{
		one("star", host, "*.example.com {ed}\n", known),
		one("star alone", host, "* {ed}\n", known),
		one("star alone, changed", host, "* {alien}\n", changed),
		one("star takes any port", port, "* {ed}\n", known),
		one("star at the end takes the port", port, "[host.example.com]:* {ed}\n", known),
		one("star in brackets", port, "[*.example.com]:2222 {ed}\n", known),
		one("star without brackets is no port's name", port, "host.* {alien}\n", unknown),
		one("addresses", knownhosts.Host{Name: "127.0.0.9", Port: 2222}, "[127.*]:* {ed}\n", known),
		one("question mark", host, "hos?.example.com {ed}\n", known),
		one("question mark wants a byte", host, "host?.example.com {ed}\n", unknown),
		one("brackets are no class", host, "hos[t].example.com {ed}\n", unknown),
		one("negation", host, "*.example.com,!host.example.com {ed}\n", unknown),
		one("negation first", host, "!host.example.com,*.example.com {ed}\n", unknown),
		one("negation alone", host, "!other.example.com {ed}\n", unknown),
		one("negation of another", host, "!other.example.com,* {ed}\n", known),
		one("negation folds", host, "!HOST.*,* {ed}\n", unknown),
		one("negation with the port, plain name free", port, "![host.example.com]:2222,* {ed}\n", known),
		one("pattern of 1022 bytes", host, strings.Repeat("*", 1022)+" {ed}\n", known),
		one("negated pattern of 1022 bytes", host, "*,!"+strings.Repeat("*", 1022)+" {ed}\n", unknown),
		one("pattern of 1024 bytes", host, strings.Repeat("*", 1024)+" {ed}\n", unknown),
		one("behind a pattern of 1024 bytes", host, strings.Repeat("*", 1024)+",host.example.com {ed}\n", unknown),
		one("hashed", host, "{#host.example.com} {ed}\n", known),
		one("hashed, changed", host, "{#host.example.com} {alien}\n", changed),
		one("hashed in capitals", host, "{#HOST.example.com} {ed}\n", unknown),
		one("hashed with port", port, "{#[host.example.com]:2222} {ed}\n", known),
		one("hashed plain name, port", port, "{#host.example.com} {ed}\n", known),
		one("hashed, then a list", host, "{#192.0.2.1},host.example.com {ed}\n{#host.example.com},x {ed}\n", unknown),
		one("a list, then hashed", host, "a,{#host.example.com} {ed}\n", unknown),
		one("bad hash alone", host, "|1|AAAA|AAAA {ed}\n|1| {ed}\n| {ed}\n|2|a|b {ed}\nhost.example.com {ed}\n", known),
	}
}

func lineCases() []story {
	return []story{
		one("bad lines alone", host, "host.example.com\nhost.example.com ssh-ed25519\nhost.example.com ssh-ed25519 "+
			"!!!!\nhost.example.com {ed}\n", known),
		one("bad lines are no keys", host,
			"host.example.com \nhost.example.com ssh-ed25519 AAAA\nhost.example.com # {ed}\n", unknown),
		one("CRLF", host, "# x\r\n\r\nhost.example.com {ed}\r\n", known),
		one("CRLF after a comment", host, "host.example.com {ed} me@here\r\n", known),
		one("CRLF, changed", host, "host.example.com {alien}\r\n", changed),
		one("no newline at the end", host, "# x\nhost.example.com {ed}", known),
		one("leading space, TABs", host, " \t host.example.com\t{ed}\t me\n", known),
		one("TAB between type and key", host, "host.example.com ssh-ed25519\t \t{ed.blob}\n", known),
		one("comment", host, "#host.example.com {ed}\n  # host.example.com {ed}\n", unknown),
		one("comment behind the key", host, "host.example.com {ed} # not (really) a \"comment\n", known),
		one("long line before", host, "# {long}\n{long} {alien}\nhost.example.com {ed}\n", known),
		one("long comment", host, "host.example.com {ed} {long}\n", known),
		one("long list", host, strings.Repeat("a.example.com,", 3000)+"host.example.com {ed}\n", known),
		one("type in capitals", host, "host.example.com SSH-ED25519 {ed.blob}\n", unknown),
		one("type of another key", host, "host.example.com ssh-rsa {ed.blob}\n", unknown),
		one("short type", host, "host.example.com ED25519 {ed.blob}\n", unknown),
		one("padding", host, "host.example.com {ec}\n", known).of("many"),
		one("no padding", host, "host.example.com ecdsa-sha2-nistp256 {ec.unpadded}\n", unknown).of("many"),
		one("bits beyond the last byte", host, "host.example.com ecdsa-sha2-nistp256 {ec.loose}\n", unknown).of("many"),
		one("form feed within the key", host, "host.example.com ssh-ed25519 {ed.feed}\n", known),
		one("CR within the key", host, "host.example.com ssh-ed25519 {ed.split}\n", known),
		one("trailing bytes", host, "host.example.com {ed}AAAA\n", unknown),
		one("padding too much", host, "host.example.com {ed}=\n", unknown),
		one("SSH1", host, "host.example.com 1024 65537 1234567890123456789\n", unknown),
		one("quotes are bytes", host, "\"host.example.com\" {ed}\n", unknown),
		one("space in the list", host, "a, host.example.com {ed}\n", unknown),
		one("NUL ends a line", host, "host.example.com {ed}\x00 more\nhost.example.com\x00 {alien}\n", known),
		one("UTF-8 mark at the start", host, "\ufeffhost.example.com {ed}\n", unknown),
		one("options of authorized_keys", host, "cert-authority host.example.com {ed}\n", unknown),
	}
}

func typeCases() []story {
	return []story{
		one("another type alone is a change", host, "host.example.com {alien-rsa}\n", changed),
		one("another type of a server with one", host, "host.example.com {rsa}\n", changed),
		one("DSA alone", host, "host.example.com {dsa}\n", unknown).vary(),
		one("DSA and the key", host, "host.example.com {dsa}\nhost.example.com {ed}\n", known),
		one("short RSA is no key", host, "host.example.com {rsa768}\n", unknown),
		one("shortest RSA", host, "host.example.com {rsa1024}\n", changed),
		one("RSA", host, "host.example.com {rsa}\n", known).of("rsa"),
		one("RSA by its signature's name", host, "host.example.com rsa-sha2-512 {rsa.blob}\n", known).of("rsa"),
		one("order: RSA is known", host, "host.example.com {rsa}\n", known).of("many"),
		one("order: ECDSA is known", host, "host.example.com {ec}\n", known).of("many"),
		one("order: first choice is known", host, "host.example.com {rsa}\nhost.example.com {ed}\n", known).of("many"),
		one("order: first choice has changed", host,
			"host.example.com {rsa}\nhost.example.com {alien}\n", changed).of("many"),
		one("order: RSA has changed", host, "host.example.com {alien-rsa}\n", changed).of("many"),
		one("order: by the plain name, none", port, "host.example.com {rsa}\n", unknown).of("many"),
		one("order: on the port", port, "[host.example.com]:2222 {rsa}\n", known).of("many"),
		one("order: revoked keys do not count", host,
			"@revoked * {rsa}\nhost.example.com {rsa}\nhost.example.com {ec}\n", known).of("many"),
		one("order: by a bad line, none", host, "host.example.com ssh-rsa AAAA\n", unknown).of("many"),
		one("certificate on a line", host, "host.example.com {cert}\n", changed),
		one("post-quantum name that ssh does not know", host,
			"host.example.com ssh-mldsa-44 AAAADHNzaC1tbGRzYS00NA==\n", unknown),
	}
}

func revokedCases() []story {
	return []story{
		one("revoked", host, "@revoked host.example.com {ed}\n", revoked),
		one("revoked for all", host, "@revoked * {ed}\n", revoked),
		one("revoked wins, before", host, "@revoked * {ed}\nhost.example.com {ed}\n", revoked),
		one("revoked wins, after", host, "host.example.com {ed}\n@revoked * {ed}\n", revoked),
		one("revoked for another host", host, "@revoked other.example.com {ed}\nhost.example.com {ed}\n", known),
		one("another key revoked", host, "@revoked * {alien}\nhost.example.com {ed}\n", known),
		one("another key revoked, none known", host, "@revoked * {alien}\n", unknown),
		one("revoked and changed", host, "@revoked * {ed}\nhost.example.com {alien}\n", revoked),
		one("revoked, hashed", host, "@revoked {#host.example.com} {ed}\n", revoked),
		one("revoked, port", port, "@revoked [host.example.com]:2222 {ed}\n", revoked),
		one("two markers", host, "@revoked @cert-authority host.example.com {ed}\nhost.example.com {ed}\n", known),
		one("unknown marker", host, "@trusted host.example.com {ed}\n", unknown),
		one("unknown marker, known by another line", host,
			"@Revoked host.example.com {ed}\nhost.example.com {ed}\n", known),
		one("marker before a TAB", host, "@revoked\thost.example.com {ed}\nhost.example.com {ed}\n", known),
		one("marker before a TAB, no space", host, "@revoked\thost.example.com\tssh-ed25519\t{ed.blob}\n", revoked),
		one("marker before spaces", host, "  @revoked   host.example.com {ed}\n", revoked),
		one("marker alone", host, "@revoked\n@revoked \nhost.example.com {ed}\n", known),
		one("marker without a list", host, "@revoked {ed}\nhost.example.com {ed}\n", known),
		one("long marker", host, "@{long} host.example.com {ed}\nhost.example.com {ed}\n", known),
		one("bad @revoked line", host, "@revoked * ssh-ed25519 AAAA\nhost.example.com {ed}\n", known),
		one("certificate of the key revoked", host, "@revoked * {cert}\nhost.example.com {ed}\n", revoked),
	}
}

func certCases() []story {
	const ca = "@cert-authority *.example.com {ca}\n"
	return []story{
		one("certified", host, ca, certified).of("cert"),
		one("certified by RSA", host, "@cert-authority * {rsa-ca}\n", certified).of("cert-by-rsa"),
		one("certified with SHA-1", host, "@cert-authority * {rsa-ca}\n", unknown).of("cert-by-sha1"),
		one("certified for ever", host, ca, certified).of("cert-forever"),
		one("certificate, authority unknown", host, "", unknown).of("cert"),
		one("certificate, another authority", host, "@cert-authority * {alien}\n", unknown).of("cert"),
		one("certificate, second authority", host, "@cert-authority * {alien}\n"+ca, certified).of("cert"),
		one("certificate, authority of others", host, "@cert-authority *.example.org {ca}\n", unknown).of("cert"),
		one("certificate, plain key known", host, "host.example.com {ed}\n", known).of("cert"),
		one("certificate, plain key changed", host, "host.example.com {alien}\n", changed).of("cert"),
		one("certificate and plain key", host, "host.example.com {ed}\n"+ca, certified).of("cert"),
		one("certified though the plain key changed", host, "host.example.com {alien}\n"+ca, certified).of("cert"),
		one("authority without its marker", host, "*.example.com {ca}\n", changed).of("cert"),
		one("plain server, authority known", host, ca, unknown),
		one("plain server with the authority's key", host, "@cert-authority * {ed}\n", unknown),
		one("expired", host, ca, unknown).of("cert-expired"),
		one("expired, plain key known", host, ca+"host.example.com {ed}\n", known).of("cert-expired"),
		one("expired, plain key changed", host, ca+"host.example.com {alien}\n", changed).of("cert-expired"),
		one("not yet valid", host, ca, unknown).of("cert-future"),
		one("for another name", host, ca, unknown).of("cert-other"),
		one("for another name, plain key known", host, ca+"host.example.com {ed}\n", known).of("cert-other"),
		one("for the other name", knownhosts.Host{Name: "other.example.com"}, ca, certified).of("cert-other"),
		one("for no name", host, ca, unknown).of("cert-noname").vary(),
		one("for a pattern", host, ca, certified).of("cert-wildcard").vary(),
		one("for a name in capitals", host, ca, unknown).of("cert-upper"),
		one("name in capitals", knownhosts.Host{Name: "HOST.example.com"}, ca, certified).of("cert"),
		one("user certificate", host, ca, unknown).of("cert-user"),
		one("critical option", host, ca, unknown).of("cert-critical"),
		one("certified by alias", aliasP, ca, certified).of("cert"),
		one("certified on a port", port, "@cert-authority [*.example.com]:2222 {ca}\n", certified).of("cert"),
		one("certified by the plain name, port", port, "@cert-authority host.example.com {ca}\n", certified).of("cert"),
		one("expired by the plain name, port, key known", port,
			"@cert-authority host.example.com {ca}\nhost.example.com {ed}\n", known).of("cert-expired"),
		one("expired on a port, key known by the plain name", port,
			"@cert-authority [host.example.com]:2222 {ca}\nhost.example.com {ed}\n", known).of("cert-expired"),
		one("authority hashed", host, "@cert-authority {#host.example.com} {ca}\n", certified).of("cert"),
		one("authority revoked", host, "@revoked * {ca}\n"+ca, revoked).of("cert"),
		one("authority revoked, plain key known", host, "@revoked * {ca}\nhost.example.com {ed}\n", revoked).of("cert"),
		one("key of a certificate revoked", host, ca+"@revoked * {ed}\n", revoked).of("cert"),
		one("authority revoked by the plain name, key known on the port", port,
			"@revoked host.example.com {ca}\n[host.example.com]:2222 {ed}\n", known).of("cert"),
		one("authority revoked by the plain name", port, "@revoked host.example.com {ca}\n", revoked).of("cert"),
		one("certificate beside plain keys", host, ca, certified).of("cert-and-plain"),
		one("certificate beside plain keys, RSA known", host, "host.example.com {rsa}\n", known).of("cert-and-plain"),
		one("certificate beside plain keys, RSA and authority known", host,
			"host.example.com {rsa}\n"+ca, certified).of("cert-and-plain"),
		one("authority given as a certificate", host, "@cert-authority * {cert}\n", unknown).of("cert"),
	}
}

func fileCases() []story {
	return []story{
		{name: "no file", host: host, want: unknown},
		{name: "second file", host: host, user: []string{"", "host.example.com {ed}\n"}, want: known},
		{name: "global file", host: host, global: []string{"host.example.com {ed}\n"}, want: known},
		{name: "user before global", host: host, user: []string{"host.example.com {ed}\n"},
			global: []string{"host.example.com {ed}\n"}, want: known},
		{name: "global knows better", host: host, user: []string{"host.example.com {alien}\n"},
			global: []string{"host.example.com {ed}\n"}, want: known},
		{name: "both wrong", host: host, user: []string{"host.example.com {alien}\n"},
			global: []string{"host.example.com {rsa}\n"}, want: changed},
		{name: "global revokes", host: host, user: []string{"host.example.com {ed}\n"},
			global: []string{"@revoked * {ed}\n"}, want: revoked},
	}
}
