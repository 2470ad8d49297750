package cli

import (
	"fmt"
	"strings"

	"rdnsproxy/check"

	"github.com/spf13/pflag"
)

// topic is a help text that is not about a single command, shown by 'help NAME' and
// 'explain NAME'.
type topic struct {
	name, short string
	text        func() string // for layout.Page
}

// topics returns the topics in the order in which help lists them.
func topics() []topic {
	return []topic{
		{"verdicts", "what check can say about a name and an address", verdictsTopic},
		{"targets", "what check can be asked about", func() string { return targetsTopic }},
		{"bulk", "very many targets: memory, shares, resuming, manners", func() string { return bulkTopic }},
		{"exit-status", "exit statuses of all commands", exitStatusTopic},
		{"formats", "output formats", func() string { return formatsOfCheck + "\n" + formatsOfAudit }},
		{"environment", "environment variables", environmentTopic},
		{"relay", "what happens between ssh and the server", func() string { return relayTopic }},
		{"via", "through a proxy, or in front of your own ProxyCommand", func() string { return viaTopic }},
		{"log", "the lines of --log-file", func() string { return logTopic }},
		{"limits", "limits on targets, time and memory", limitsTopic},
	}
}

func verdictsTopic() string {
	var b strings.Builder
	b.WriteString("The verdict says how a name and an address agree, from best to worst.\n\n")
	for _, v := range check.Verdicts() {
		d, _, _ := check.Explain(check.MappingCode(v))
		fmt.Fprintf(&b, "  %-12s  %-7s\t%s\n", v, d.Severity, d.Meaning)
	}
	b.WriteString(`
A target has the worst verdict of its addresses. Findings report everything else,
and the target's severity is that of its worst finding.

The severities are ok, notice, unknown, warning and error. unknown means
undetermined: neither pass nor fail.

'rdnsproxy explain VERDICT' explains one, 'rdnsproxy explain' lists all findings.
`)
	return b.String()
}

const formatsOfCheck = `check and hosts verify write their report with --format NAME to stdout, or with
--output FILE to a file, whole or not at all.

  text	for people (the default)
  table	one line for each target, for people; through a pipe, fields separated by tabs
  json	an array with an object for each target
  jsonl	an object for each target, one per line
  csv	a row for each address, for spreadsheets and databases
  summary	counts, whom to ask and examples of the worst, for people with very many targets
  junit	JUnit XML, for CI servers
  tap	Test Anything Protocol, for prove and other harnesses
  github	annotations and a job summary, for GitHub Actions
  nagios	a plugin line with Nagios exit statuses, for Nagios and Icinga
  prometheus	metrics for node_exporter's textfile collector

  rdnsproxy check --format junit --output report.xml --from-file hosts.txt
  rdnsproxy check --format table --known-hosts
  rdnsproxy check --format jsonl --all | jq -r 'select(.severity=="error").target'
`

const formatsOfAudit = `audit writes one report about a whole log. A new file of --output is for its owner only.

  text	for people (the default)
  html	one page that can be sorted and searched, and loads nothing
  json	one object
  jsonl	an object for each client, one per line; with --follow, for each finding
  junit	JUnit XML: a case for each finding
  nagios	a plugin line, with logins, badly_mapped and failed as performance data
  prometheus	metrics by reading and by server
  events	an object for each message of sshd, as it is read, without counting
  tally	what was counted, for audit --merge

  rdnsproxy audit --format html --output report.html /var/log/auth.log*
  rdnsproxy audit --format events - | jq -r 'select(.kind=="accepted").address'
`

func environmentTopic() string {
	var b strings.Builder
	b.WriteString(aboutVariables + "\n")
	knownFlags().VisitAll(func(f *pflag.Flag) {
		fmt.Fprintf(&b, "  %s\t%s\n", variable(f.Name), usageOf(f))
	})
	b.WriteString("\nOther variables that are read:\n\n" + variablesRead +
		"\nVariables that rdnsproxy sets itself:\n\n" + variablesSet)
	return b.String()
}

const aboutVariables = `Every long flag can also be set by an environment variable: RDNSPROXY_ and the
flag's name in capitals, with _ for -. The flag wins. A bad value is an error, in
the relay too: silently using a policy that nobody asked for would be worse.
`

// Variables that set no flag: rows for layout.Page.
const (
	variablesRead = `  NO_COLOR	no colour, unless --color says otherwise
  CLICOLOR_FORCE	colour even if stdout is not a terminal, unless it is 0
  HOME, XDG_CONFIG_HOME, XDG_CACHE_HOME	where accepted mappings and failed lookups are stored
  KRB5_CONFIG	the Kerberos configuration
  SSH_CONNECTION	the client that check --self checks
  GITHUB_STEP_SUMMARY	where --format github writes its table
  ALL_PROXY, NO_PROXY	with --via env only; the same in small letters counts first
  SSL_CERT_FILE, SSL_CERT_DIR	certificates of the authorities that --via https:// trusts
  SHELL	checked by the wrapper: can it run a ProxyCommand?
`

	variablesSet = `  RDNSPROXY_EVALUATING	for commands that ssh -G runs (Match exec) on behalf of rdnsproxy
  RDNSPROXY_WRAPPING	the scripts called ssh that the wrapper has already run
`
)

// usageOf returns a flag's usage as shown in help, without backquotes.
func usageOf(f *pflag.Flag) string {
	_, usage := pflag.UnquoteUsage(f)
	return usage
}

const relayTopic = `  rdnsproxy [flags] HOST PORT [ORIGINAL] [-- COMMAND ARGS...]

is what ssh runs as its ProxyCommand. HOST and PORT (%h and %p) are final: the
name is looked up once, and rdnsproxy connects to the addresses that it checks.
ORIGINAL (%n) is the name as the user typed it; it selects the host's options in
ssh's configuration. On Linux it can be omitted.

A first word that is also a command's name is taken as a host if a port number
follows it.

Reverse lookups run while connecting; they never delay it.

  --policy warn	warn and connect. Once connected, wait up to --check-wait for the result (the default)
  --policy strict	use only addresses whose severity is ok or notice; otherwise refuse before any byte is sent
  --policy ask	like strict, but ask on the terminal where strict would refuse
  --policy off	look up the name only, check nothing

strict never uses an address whose reverse name does not resolve back to it, nor
one that could not be checked. An address without a reverse name passes (missing, or
exempt if private): the host key has to prove who is there. Addresses that point to
this machine or to no single host (loopback, 0.0.0.0, ::, multicast) are refused if
DNS returned them. They pass for localhost, as literals, from the hosts file, and if
the reverse name is the host's own (exact).

ask asks on the terminal, whatever stdin and stdout are, as ssh asks about an unknown
host key. No connection is open meanwhile. yes connects to the addresses that were judged;
accept also remembers the mapping, as 'rdnsproxy accept' does; no, an empty line, the end
of input and Ctrl-C refuse. An accepted mapping is used without a question until it
changes. Where nobody can answer, ask is strict, and -v says why: with BatchMode, in the
background, without a terminal, on Windows. Over pipes, ssh's ConnectTimeout goes on
during the question; with --fdpass it does not. SSH_ASKPASS is not used. Logins on one
terminal ask one after the other.

The answers about an address and its names are kept in the user's cache directory for
their TTL, at most an hour, and a failed lookup for a minute. The next login asks for
the host's own addresses alone, and does not wait for a reverse zone that is dead. strict
and ask use only what they have asked themselves, for hosts that they have let pass. What was kept in
another network, or with another configuration, is not used. --no-cache neither uses nor
keeps anything; 'rdnsproxy cache' shows what is kept, and removes it.

Nothing is printed when all is well. Warnings go to stderr; each line begins with
"rdnsproxy: ". Notices are printed with -v only. If stderr is not a terminal, a
warning is one line with the hint in parentheses. ssh -q and a LogLevel below INFO
silence warnings and notices as they silence ssh's own, but not errors. stdout
belongs to ssh.

Before the first byte is relayed, the relay gives up its rights, as far as the system can
enforce that: it can run no program, reach no other process, and open no file but those
that lookups still need. -v says what holds; --no-sandbox keeps all rights.

The relay applies the options that ssh does not apply behind a ProxyCommand:
AddressFamily, BindAddress, BindInterface, ConnectionAttempts, TCPKeepAlive, IPQoS,
and ConnectTimeout (a little earlier than ssh, so that you read rdnsproxy's message,
which names the address).

With --fdpass (and ProxyUseFdpass yes) the relay passes the connected socket to
ssh and exits.

--via connects through a proxy; a command after -- connects in a way of its own:
'rdnsproxy help via'.

Exit status: 'rdnsproxy help exit-status'. The log: 'rdnsproxy help log'.
`

const viaTopic = `There are two ways through a proxy. With --via, rdnsproxy itself connects through it:

  rdnsproxy --via socks5://127.0.0.1:1080 '%h' %p

The proxies:

  socks5://HOST[:PORT]	SOCKS5; the proxy is asked for the address that is checked here
  socks5h://HOST[:PORT]	SOCKS5; the proxy looks up the name
  http://HOST[:PORT]	HTTP CONNECT, to the address that is checked here
  https://HOST[:PORT]	the same inside TLS; SSL_CERT_FILE names other authorities
  env	what ALL_PROXY says, except for localhost and the hosts of NO_PROXY; only --via env obeys these
  none	no proxy, although RDNSPROXY_VIA names one

Default ports are those of curl: 1080, and 443 for https. For several proxies, repeat
--via or separate them with commas; the first is the nearest to this machine. check
and hosts add have the flag too, and read it from a ProxyCommand that runs rdnsproxy.

With socks5h, and with --remote-dns for any proxy, only the proxy knows the host's
address. So nothing is looked up or checked here; -v and the log say so, and --policy
strict and --policy ask refuse.

A user is written USER@HOST. The password comes from the file of --via-auth-file,
which must have mode 0600: lines USER:PASSWORD, or a proxy's URL with both. Or set
RDNSPROXY_VIA to the whole URL, with %40 for @ in the password. A password on the
command line is refused, because every user of the machine can read it there. Each
password goes to its own proxy only; socks5 and http send it in clear text.

-4 and -6 are about the host. Bind address, bind interface, TCPKeepAlive and IPQoS are
about the connection to the nearest proxy, and ConnectTimeout includes the proxies'
answers. --fdpass works through all but https.

With -- COMMAND, rdnsproxy does not connect. It checks the host and then becomes your
own ProxyCommand, which connects:

  rdnsproxy '%h' %p -- corkscrew proxy.example.com 8080 '%h' %p

What is checked is the mapping of the name as this machine looks it up; what COMMAND
connects to is not known.

  --policy warn	runs COMMAND when all addresses are judged, or after --check-wait
  --policy strict	runs it only if all addresses of the name are known and each is acceptable; with -4 or -6, those of one family
  --policy ask	asks where strict would not run it
  --policy off	runs it at once
  --fdpass	says that COMMAND passes its own socket to ssh

Other flags about connecting have no effect.
`

const logTopic = `--log-file FILE appends one line for each event of a relay. Relays can share the
file. It is created with mode 0600 and never written through a symbolic link.
Fields are separated by a space; the last field is the rest of the line.

  TIME	UTC, 2026-03-01T12:00:00Z
  PROCESS	the relay's process id
  HOST	the host as given
  PORT	the port
  ADDRESS	the address that the event is about, or -
  EVENT	a verdict, the code of a finding, accepted, accepted.changed, unchecked, answer, ended, command, or refused
  TEXT	the finding in words; for unchecked: which proxy has looked the host up; for answer: what the user has answered, or why it counts as no; for ended: why the session ended, bytes sent and received
  	for command: the program that was run, without its arguments; for refused: why it was not run

  2026-03-01T12:00:00Z 4711 my.example.com 22 192.168.1.243 unresolvable my.example.com is 192.168.1.243, whose reverse name 192-168-1-243.foo.bar.net does not exist (NXDOMAIN)
  2026-03-01T12:03:10Z 4711 my.example.com 22 - ended closed by ssh, 5204 bytes up, 81412 bytes down

With --fdpass or a command there is no "ended" line: the relay is gone by then.
`
