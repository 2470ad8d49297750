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

// logFile is --log-file: a line an event, each appended in one write, so that
// relays that share it do not mix. A nil logFile drops everything.
type logFile struct {
	f    *os.File
	host string
	port uint16
}

func openLog(path, host string, port uint16) (*logFile, error) {
	f, err := replacefile.OpenAppend(path)
	if err != nil {
		return nil, console.Refuse(exit.Usage, "its directory must exist, and it must be a regular file that you own, not a symbolic link", "--log-file: %s", safetext.Line(err.Error()))
	}
	return &logFile{f: f, host: host, port: port}, nil
}

// verdict notes what was found about an address.
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

// finding notes what was found beside the verdict.
func (l *logFile) finding(f check.Finding, a netip.Addr) { l.line(a.String(), string(f.Code), f.Text) }

// ended notes how a session ended.
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

// line is: time, process, host, port, address, event, text.
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
