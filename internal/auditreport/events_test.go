package auditreport

import (
	"bytes"
	"encoding/json"
	"io"
	"net/netip"
	"strings"
	"testing"

	"rdnsproxy/sshdlog"
)

// TestEvents: an object a line, with an address and a user only where they may be shown.
func TestEvents(t *testing.T) {
	frame := sshdlog.Frame{Host: []byte("fs1"), PID: 381, Time: 1795637304, Micro: -1, Repeat: 1, Trust: sshdlog.Unknown}
	for name, c := range map[string]struct {
		frame   func(*sshdlog.Frame)
		event   sshdlog.Event
		unknown bool
		want    string
	}{
		"a complaint": {
			event: sshdlog.Event{Kind: sshdlog.MapFailed, Sure: true, Addr: netip.MustParseAddr("140.99.28.179"), Name: []byte("179.cureconsulting.deru.net")},
			want:  `{"kind":"map.failed","time":"2026-11-25T20:08:24Z","host":"fs1","pid":381,"address":"140.99.28.179","name":"179.cureconsulting.deru.net"}`,
		},
		"not sure": {
			event: sshdlog.Event{Kind: sshdlog.Failed, Addr: netip.MustParseAddr("1.2.3.4"), Port: 22, HasUser: true, User: []byte("root"), Method: []byte("password")},
			want:  `{"kind":"failed","time":"2026-11-25T20:08:24Z","host":"fs1","pid":381,"user":"root","method":"password"}`,
		},
		"an unknown user": {
			event: sshdlog.Event{Kind: sshdlog.Invalid, Sure: true, Addr: netip.MustParseAddr("2001:db8::7"), Port: 4711, HasUser: true, Invalid: true, User: []byte("secret")},
			want:  `{"kind":"invalid","time":"2026-11-25T20:08:24Z","host":"fs1","pid":381,"address":"2001:db8::7","port":4711,"invalid_user":true}`,
		},
		"an unknown user, shown": {
			event:   sshdlog.Event{Kind: sshdlog.Invalid, HasUser: true, Invalid: true, User: []byte("\x1b]0;<script>\"\\\n\xff")},
			unknown: true,
			want:    `{"kind":"invalid","time":"2026-11-25T20:08:24Z","host":"fs1","pid":381,"user":"\\027]0;\u003cscript\u003e\"\\\\010\\255","invalid_user":true}`,
		},
		"a user of whom only a PAM module has told": {
			event: sshdlog.Event{Kind: sshdlog.PAMFailed, HasUser: true, Unchecked: true, User: []byte("secret")},
			want:  `{"kind":"pam-failed","time":"2026-11-25T20:08:24Z","host":"fs1","pid":381}`,
		},
		"a user of whom only a PAM module has told, shown": {
			event:   sshdlog.Event{Kind: sshdlog.PAMFailed, HasUser: true, Unchecked: true, User: []byte("secret")},
			unknown: true,
			want:    `{"kind":"pam-failed","time":"2026-11-25T20:08:24Z","host":"fs1","pid":381,"user":"secret"}`,
		},
		"an empty user": {
			event: sshdlog.Event{Kind: sshdlog.Failed, HasUser: true},
			want:  `{"kind":"failed","time":"2026-11-25T20:08:24Z","host":"fs1","pid":381,"user":""}`,
		},
		"everything else": {
			frame: func(f *sshdlog.Frame) {
				f.Micro, f.Repeat, f.Trust, f.Program, f.PID, f.Host = 687462, 3, sshdlog.Stranger, sshdlog.Dropbear, 0, nil
			},
			event: sshdlog.Event{Kind: sshdlog.NotAllowed, Rest: []byte("not listed in AllowUsers"), Preauth: true, Repeat: 2},
			want:  `{"kind":"not-allowed","time":"2026-11-25T20:08:24.687462Z","program":"dropbear","reason":"not listed in AllowUsers","preauth":true,"repeat":6,"trust":"stranger"}`,
		},
		"no stamp": {
			frame: func(f *sshdlog.Frame) { f.Time = 0 },
			event: sshdlog.Event{Kind: sshdlog.FromKey, Rest: []byte("*.deru.net")},
			want:  `{"kind":"from-key","host":"fs1","pid":381,"required":"*.deru.net"}`,
		},
		"a key's place": {
			event: sshdlog.Event{Kind: sshdlog.FromKey, Rest: []byte("*.deru.net"), At: []byte("/home/b\x1b/keys:3")},
			want:  `{"kind":"from-key","time":"2026-11-25T20:08:24Z","host":"fs1","pid":381,"required":"*.deru.net","file":"/home/b\\027/keys:3"}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := frame
			if c.frame != nil {
				c.frame(&f)
			}
			var b bytes.Buffer
			w := NewEventWriter(&b, c.unknown)
			if err := w.Event(&f, &c.event); err != nil || b.Len() > 0 {
				t.Errorf("%v; written before Flush: %q", err, b.String())
			}
			w.Flush()
			if got := strings.TrimSuffix(b.String(), "\n"); got != c.want {
				t.Errorf("%s\nwant\n%s", got, c.want)
			}
			if !json.Valid(b.Bytes()) {
				t.Error("no JSON")
			}
		})
	}
}

func BenchmarkEvents(b *testing.B) {
	frame := sshdlog.Frame{Host: []byte("fs1"), PID: 381, Time: 1795637304, Micro: 687462, Repeat: 1, Trust: sshdlog.Unknown}
	event := sshdlog.Event{Kind: sshdlog.Failed, Sure: true, Addr: netip.MustParseAddr("140.99.28.179"), Port: 4711, HasUser: true, User: []byte("root"), Method: []byte("password")}
	w := NewEventWriter(io.Discard, false)
	b.ReportAllocs()
	for i := range b.N {
		frame.Time = 1795637304 + int64(i)
		w.Event(&frame, &event)
	}
}
