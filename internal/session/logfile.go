package session

import (
	"fmt"
	"net/netip"
	"os"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/proxy/relay"
	"rdnsproxy/replacefile"
	"rdnsproxy/safetext"
)

// logFile is --log-file: one line per event, each appended in a single write, so that
// the lines of relays that share the file do not mix. A nil logFile drops everything.
type logFile struct {
	f    *os.File
	host string
	port uint16
}

func openLog(path, host string, port uint16) (*logFile, error) {
	f, err := replacefile.OpenAppend(path)
	if err != nil {
		return nil, console.Refuse(exit.Usage,
			"its directory must exist, and it must be a regular file that you own, not a symbolic link",
			"--log-file: %s", safetext.Line(err.Error()))
	}
	return &logFile{f: f, host: host, port: port}, nil
}

// verdict logs the verdict on an address.
func (l *logFile) verdict(r *check.Result, a netip.Addr) {
	if l == nil {
		return
	}
	verdict := check.Undetermined
	if of := r.Of(a); of != nil {
		verdict = of.Verdict
	}
	l.line(a.String(), string(verdict), r.MappingText(a))
}

// finding logs a finding other than the verdict.
func (l *logFile) finding(f check.Finding, a netip.Addr) { l.line(a.String(), string(f.Code), f.Text) }

// ended logs how a session ended.
func (l *logFile) ended(st relay.Stats, err error) {
	if l == nil {
		return
	}
	text := fmt.Sprintf("%v, %d bytes up, %d bytes down", st.Why, st.Up, st.Down)
	if err != nil {
		text += ": " + err.Error()
	}
	l.line("-", "ended", text)
}

// line writes the fields time, process, host, port, address, event and text.
func (l *logFile) line(addr, event, text string) {
	if l == nil {
		return
	}
	fmt.Fprintf(l.f, "%s %d %s %d %s %s %s\n", time.Now().UTC().Format(time.RFC3339), os.Getpid(),
		check.PlainHost(l.host), l.port, safetext.Line(addr), event, safetext.Line(text))
}

func (l *logFile) close() {
	if l != nil {
		l.f.Close()
	}
}
