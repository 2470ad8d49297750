package dialect

import (
	"regexp"
	"strings"
	"sync"

	"rdnsproxy/check"
	"rdnsproxy/safetext"
)

// The exit statuses of a Nagios plugin (Monitoring Plugins Development
// Guidelines, "Plugin Return Codes").
const (
	NagiosOK = iota
	NagiosWarning
	NagiosCritical
	NagiosUnknown
)

// NagiosText is the length of a text in a plugin's line that leaves room for others, in
// bytes: NRPE's older protocol carries 1024.
const NagiosText = 140

// NagiosWord is the word for an exit status of a plugin.
func NagiosWord(status int) string {
	return [...]string{"OK", "WARNING", "CRITICAL", "UNKNOWN"}[status]
}

// Nagios are the exit statuses of a Nagios plugin, which says on stdout why it has
// nothing to report.
func Nagios() Ends {
	return Ends{
		NoReport: func(why string) string {
			return NagiosLine(NagiosUnknown, safetext.Cut(NagiosPlain(why), NagiosText), "", "")
		},
		status:     NagiosStatus,
		incomplete: NagiosUnknown,
	}
}

// nagiosLine is the length of a line that NRPE's older protocol carries, in bytes. One byte of
// its 1024 ends the string, and one the line.
const nagiosLine = 1022

// NagiosLine is the line of a plugin. The texts are those of NagiosPlain. What is too long
// for NRPE is taken from the text: notes say what the text does not count, and performance
// data that are cut are wrong.
func NagiosLine(status int, text, notes, perfdata string) string {
	before, after := "RDNSPROXY "+NagiosWord(status)+" - ", notes
	if perfdata != "" {
		after += " | " + perfdata
	}
	return before + safetext.Cut(text, nagiosLine-len(before)-len(after)) + after + "\n"
}

// NagiosStatus is the exit status of a Nagios plugin for findings of these severities:
// 2 for an error, 1 for anything else at or above failOn, 3 for an unknown, 0 for the
// rest. CRITICAL takes precedence over WARNING, UNKNOWN and OK, in this order, which is
// that of the plugins' max_state_alt: a host that could not be checked must not hide one
// that is known to be wrong. Without any severities nothing was checked: UNKNOWN.
func NagiosStatus(failOn check.Severity, found []check.Severity) int {
	if len(found) == 0 {
		return NagiosUnknown
	}
	status := NagiosOK
	for _, s := range found {
		switch OutcomeOf(failOn, s) {
		case Failed:
			if s == check.Error {
				return NagiosCritical
			}
			status = NagiosWarning
		case Undetermined:
			if status == NagiosOK {
				status = NagiosUnknown
			}
		}
	}
	return status
}

// NagiosPlain makes a text safe for whatever a monitor does with it: a bar would begin the
// performance data, web pages show it as HTML, and notification commands pass it to a
// shell and to printf %b, for which \027 is a control character. Quotes are dropped, as
// Nagios itself does; other characters become question marks. The other formats have the
// whole text.
func NagiosPlain(s string) string {
	return nagiosOdd().ReplaceAllString(nagiosQuotes.Replace(s), "?")
}

var nagiosQuotes = strings.NewReplacer("'", "", `"`, "")

// nagiosOdd is compiled on first use, so that the relay does not pay for it.
var nagiosOdd = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\\[0-9]{3}|[^-A-Za-z0-9 .,:;()_/+=@%\[\]]`)
})
