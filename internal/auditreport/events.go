package auditreport

import (
	"bufio"
	"encoding/json"
	"io"
	"net/netip"
	"strconv"
	"time"

	"rdnsproxy/safetext"
	"rdnsproxy/sshdlog"
)

// EventWriter writes events as they are read, one JSON object a line, for programs that
// count for themselves. An event whose address is not sure has none, so that a client
// cannot make one of them believe a lie; neither has it the name of a user that the server
// does not know, or that only a PAM module names, for people type passwords there.
type EventWriter struct {
	w            *bufio.Writer
	unknownUsers bool
	line         []byte
	second       int64  // whose stamp is in stamp
	stamp        []byte // of a line, up to the second
}

// NewEventWriter writes to w. Call Flush when no more lines are at hand.
func NewEventWriter(w io.Writer, unknownUsers bool) *EventWriter {
	return &EventWriter{w: bufio.NewWriterSize(w, 64<<10), unknownUsers: unknownUsers, second: -1}
}

// Event writes one event.
func (w *EventWriter) Event(f *sshdlog.Frame, e *sshdlog.Event) error {
	w.line = append(w.line[:0], `{"kind":"`...)
	w.line = append(w.line, e.Kind.String()...)
	w.line = append(w.line, '"')
	if f.Time != 0 {
		w.time(f)
	}
	w.text("host", f.Host)
	w.number("pid", uint64(f.PID))
	if f.Program == sshdlog.Dropbear {
		w.line = append(w.line, `,"program":"dropbear"`...)
	}
	if e.Sure {
		w.address(e.Addr)
		w.number("port", uint64(e.Port))
	}
	if e.HasUser && (!e.Invalid && !e.Unchecked || w.unknownUsers) {
		w.field("user", e.User)
	}
	w.flag("invalid_user", e.Invalid)
	w.text("name", e.Name)
	w.text("method", e.Method)
	switch e.Kind {
	case sshdlog.NotAllowed:
		w.text("reason", e.Rest)
	case sshdlog.FromKey:
		w.text("required", e.Rest)
		w.text("file", e.At)
	case sshdlog.FromCert:
		w.text("file", e.At)
	case sshdlog.Penalty:
		w.text("net", e.Rest)
	}
	w.flag("preauth", e.Preauth)
	if n := uint64(e.Repeat) * uint64(max(f.Repeat, 1)); n > 1 {
		w.number("repeat", n)
	}
	w.trust(f.Trust)
	w.line = append(w.line, '}', '\n')
	_, err := w.w.Write(w.line)
	return err
}

// Flush writes what is buffered.
func (w *EventWriter) Flush() error { return w.w.Flush() }

// time appends the stamp in UTC. Lines of a second share its text.
func (w *EventWriter) time(f *sshdlog.Frame) {
	if f.Time != w.second {
		w.second = f.Time
		w.stamp = time.Unix(f.Time, 0).UTC().AppendFormat(w.stamp[:0], `,"time":"2006-01-02T15:04:05`)
	}
	w.line = append(w.line, w.stamp...)
	if f.Micro >= 0 {
		w.line = append(w.line, '.')
		for digit := int32(100_000); digit > 0; digit /= 10 {
			w.line = append(w.line, byte('0'+f.Micro/digit%10))
		}
	}
	w.line = append(w.line, 'Z', '"')
}

func (w *EventWriter) address(a netip.Addr) {
	if !a.IsValid() {
		return
	}
	if zone := a.Zone(); zone != "" {
		w.field("address", []byte(a.String()))
		return
	}
	w.line = append(w.line, `,"address":"`...)
	w.line = append(a.AppendTo(w.line), '"')
}

func (w *EventWriter) number(name string, n uint64) {
	if n > 0 {
		w.line = append(w.line, ',', '"')
		w.line = append(w.line, name...)
		w.line = append(w.line, '"', ':')
		w.line = strconv.AppendUint(w.line, n, 10)
	}
}

func (w *EventWriter) flag(name string, on bool) {
	if on {
		w.line = append(w.line, ',', '"')
		w.line = append(w.line, name...)
		w.line = append(w.line, `":true`...)
	}
}

// text appends a text that is left out if it is empty.
func (w *EventWriter) text(name string, value []byte) {
	if len(value) > 0 {
		w.field(name, value)
	}
}

// field appends a text that a stranger may have written.
func (w *EventWriter) field(name string, value []byte) {
	w.line = append(w.line, ',', '"')
	w.line = append(w.line, name...)
	w.line = append(w.line, '"', ':')
	for _, c := range value {
		if c < ' ' || c >= 0x7f || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			quoted, _ := json.Marshal(safetext.Line(string(value))) // a string does not fail
			w.line = append(w.line, quoted...)
			return
		}
	}
	w.line = append(w.line, '"')
	w.line = append(w.line, value...)
	w.line = append(w.line, '"')
}

// trust says who can have written the line, where that is less than in a file of syslog's.
func (w *EventWriter) trust(t sshdlog.Trust) {
	switch t {
	case sshdlog.Local:
		w.line = append(w.line, `,"trust":"local"`...)
	case sshdlog.Stranger:
		w.line = append(w.line, `,"trust":"stranger"`...)
	}
}
