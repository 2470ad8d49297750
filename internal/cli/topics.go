package cli

import (
	"fmt"
	"strings"

	"rdnsproxy/check"

	"github.com/spf13/pflag"
)

// topic is a text of help that belongs to no single command. 'help NAME' and
// 'explain NAME' show it.
type topic struct {
	name, short string
	text        func() string // for report.Page
}

// topics are in the order in which help lists them.
func topics() []topic {
	return []topic{
		{"verdicts", "what check can find about a name and an address", verdictsTopic},
		{"exit-status", "what each command's exit status says", func() string { return exitStatusTopic }},
		{"formats", "what --format takes", func() string { return formatsTopic }},
		{"environment", "environment variables", environmentTopic},
		{"relay", "what happens between ssh and the server", func() string { return relayTopic }},
		{"log", "the lines of --log-file", func() string { return logTopic }},
		{"limits", "what a target, a run and this process may cost", limitsTopic},
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
A target has the worst verdict of its addresses. Beside it, findings tell what
else there is to know, and the target's severity is that of the worst finding.

The severities are ok, notice, unknown, warning and error. unknown means that it
could not be determined: neither pass nor fail.

'rdnsproxy explain VERDICT' explains one, 'rdnsproxy explain' lists all findings.
`)
	return b.String()
}

const exitStatusTopic = `check, hosts verify, accept verify:

  0	no finding reached --fail-on (default warning)
  1	at least one did
  2	usage or configuration error, or the report could not be written
  3	it could not be determined: lookups failed, and nothing else is wrong
  130	interrupted (Ctrl-C)

check and hosts verify with --format nagios:

  0	OK
  1	WARNING: a finding reached --fail-on
  2	CRITICAL: one of them is an error
  3	UNKNOWN: it could not be determined, or bad usage

setup, hosts add, hosts remove, accept, accept forget:

  0	done, or nothing to do
  1	refused, or not confirmed
  2	usage or configuration error
  3	it could not be determined

The relay, rdnsproxy HOST PORT. ssh itself does not look at it:

  0	the session is over
  1	refused by --policy strict
  2	usage or configuration error
  3	could not resolve the name, or could not connect

The wrapper, rdnsproxy ssh, sftp and scp, exits with the status of the program
that it runs.
`

const formatsTopic = `check and hosts verify write their report with --format NAME to stdout, or with
--output FILE to a file, whole or not at all.

  text	for people (the default)
  table	one line for each target, for people; through a pipe, fields separated by tabs
  json	an array with an object for each target
  jsonl	an object for each target, one per line
  junit	JUnit XML, for CI servers
  tap	Test Anything Protocol, for prove
  github	annotations and a job summary, for GitHub Actions
  nagios	a plugin's line with its own exit status, for Nagios and Icinga
  prometheus	metrics for node_exporter's textfile collector

  rdnsproxy check --format junit --output report.xml --from-file hosts.txt
  rdnsproxy check --format table --known-hosts
  rdnsproxy check --format jsonl --all | jq -r 'select(.severity=="error").target'
`

func environmentTopic() string {
	var b strings.Builder
	b.WriteString(`Every long flag has an environment variable: RDNSPROXY_ and the flag's name in
capitals, with _ for -. The flag overrides it. A variable with a bad value is an
error, also in the relay: silently using another policy than the one that was
asked for would be worse.

`)
	knownFlags().VisitAll(func(f *pflag.Flag) {
		fmt.Fprintf(&b, "  %s\t%s\n", variable(f.Name), usageOf(f))
	})
	b.WriteString(`
Other variables that are read:

  NO_COLOR	no colour unless --color says otherwise, whatever its value
  CLICOLOR_FORCE	colour although stdout is not a terminal, unless it is 0
  HOME, XDG_CONFIG_HOME, XDG_CACHE_HOME	where accepted mappings and remembered failures are kept
  KRB5_CONFIG	Kerberos's configuration
  SSH_CONNECTION	the client that check --self looks at
  GITHUB_STEP_SUMMARY	where --format github writes its table
  SHELL	whether the wrapper's ProxyCommand can be run by it

Variables that rdnsproxy sets itself:

  RDNSPROXY_EVALUATING	for what an ssh -G runs that rdnsproxy has started (Match exec)
  RDNSPROXY_WRAPPING	the scripts called ssh that the wrapper has passed through
`)
	return b.String()
}

// usageOf is a flag's usage as its help shows it, without backquotes.
func usageOf(f *pflag.Flag) string {
	_, usage := pflag.UnquoteUsage(f)
	return usage
}

const relayTopic = `  rdnsproxy [flags] HOST PORT [ORIGINAL]

is what ssh runs as ProxyCommand. HOST and PORT (%h and %p) are final: they are
looked up once, and the addresses that are checked are the ones that are dialled.
ORIGINAL (%n) is the name as it was typed; it finds the host's options in ssh's
configuration. On Linux it can be left out.

A first word that is a command's name is a host nevertheless where a port
number follows it.

The reverse lookups run beside the connecting, never before it.

  --policy warn	warns and connects. Once connected, it waits up to --check-wait for the result (the default)
  --policy strict	uses only addresses whose severity is ok or notice, and refuses otherwise, before any byte flows
  --policy off	looks up the name only, and checks nothing

strict promises that it uses no address whose reverse name does not lead back to it,
and none that could not be checked. An address without a reverse name passes (missing,
and exempt for private ones): who is there is the host key's to prove. Addresses that
lead to this machine or to no host (loopback, 0.0.0.0, ::, multicast) are refused
where DNS gave them. They pass for localhost, as literals, from the hosts file, and
where the reverse name is the host's own (exact).

Nothing is printed when all is well. Warnings go to stderr, each line begins with
"rdnsproxy: "; notices are printed with -v only. Where stderr is not a terminal, a
warning is one line with the hint in parentheses. ssh -q and a LogLevel below INFO
silence warnings and notices as they silence ssh's own; errors are always told.
stdout belongs to ssh.

The options that ssh no longer applies behind a ProxyCommand are applied by the
relay: AddressFamily, BindAddress, BindInterface, ConnectTimeout (it ends a little
before ssh's own, so that its message is the one that is read),
ConnectionAttempts, TCPKeepAlive, IPQoS.

With --fdpass (and ProxyUseFdpass yes) the relay passes the connected socket to
ssh and exits.

Exit status: 'rdnsproxy help exit-status'. The log: 'rdnsproxy help log'.
`

const logTopic = `--log-file FILE appends a line for each event of a relay. Relays can share the
file. It is created with mode 0600 and never written through a symbolic link.
The fields are separated by a space; the last one is the rest of the line.

  TIME	UTC, 2026-03-01T12:00:00Z
  PROCESS	the relay's process id
  HOST	as it was given
  PORT	the port
  ADDRESS	the address that the event is about, or -
  EVENT	a verdict, the code of a finding, accepted, accepted.changed, or ended
  TEXT	the finding in words; of ended: why the session ended, bytes up, bytes down

  2026-03-01T12:00:00Z 4711 my.example.com 22 192.168.1.243 unresolvable my.example.com is 192.168.1.243, whose reverse name 192-168-1-243.foo.bar.net does not exist (NXDOMAIN)
  2026-03-01T12:03:10Z 4711 my.example.com 22 - ended closed by ssh, 5204 bytes up, 81412 bytes down

A session over --fdpass has no line "ended": the relay has left by then.
`
