//go:build bench

package main

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"time"
)

// A shape is what the log of a server on the Internet looks like.
type shape struct {
	clients int
	// alone makes each line a connection of its own, which no server writes: no two lines
	// share what is looked up for a connection.
	alone bool
	guess bool // nobody logs in; always alone
	json  bool // as journalctl -o json writes it; always alone
}

// A logWriter writes a log, the same one each time.
type logWriter struct {
	shape
	to    *bufio.Writer
	rand  *rand.Rand
	at    time.Time
	pid   int
	bytes int64
	lines int64
	limit int64 // of bytes
	most  int64 // of lines; 0: none
}

// writeLog writes a log of a size, or of so many lines if lines is not 0, and returns how
// many lines it has.
func writeLog(path string, s shape, size, lines int64) (n int64, err error) {
	f, err := os.Create(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	w := logWriter{
		shape: s, to: bufio.NewWriterSize(f, 1<<20), rand: rand.New(rand.NewPCG(1, 2)),
		at: time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC), pid: 1000, limit: size, most: lines,
	}
	for !w.full() {
		w.connection()
	}
	return w.lines, w.to.Flush()
}

func (w *logWriter) full() bool {
	if w.most > 0 {
		return w.lines >= w.most
	}
	return w.bytes >= w.limit
}

// address is that of a client: the first byte is one that benchmarks may use (RFC 2544) or
// next to it.
func (w *logWriter) address() string {
	c := w.rand.IntN(w.clients)
	if int64(w.clients) == w.most { // all of them
		c = int(w.lines)
	}
	return fmt.Sprintf("%d.%d.%d.%d", 198+c>>24, 18+c>>16&255, c>>8&255, c&255)
}

const key = "ED25519 SHA256:0123456789abcdefghijABCDEFGHIJ0123456789abc"

// connection writes the lines of one connection, or one line.
func (w *logWriter) connection() {
	w.at = w.at.Add(time.Duration(w.rand.IntN(2000)) * time.Millisecond)
	a, port := w.address(), 1024+w.rand.IntN(60000)
	user, own := fmt.Sprintf("user%d", w.rand.IntN(500)), fmt.Sprintf("admin%d", w.rand.IntN(20))
	kind := w.rand.IntN(20)
	if w.alone || w.guess || w.json {
		w.pid = 1000 + w.rand.IntN(4_000_000)
		if w.guess {
			kind = max(kind, 8)
		}
		switch {
		case kind < 2:
			w.say("reverse mapping checking getaddrinfo for host-%s.example.net [%s] failed.", a, a)
		case kind < 6:
			w.say("Invalid user %s from %s port %d", user, a, port)
		case kind < 8:
			w.say("Accepted publickey for %s from %s port %d ssh2: "+key, own, a, port)
		case kind < 12:
			w.say("Connection closed by %s port %d [preauth]", a, port)
		default:
			w.say("Failed password for %s from %s port %d ssh2", own, a, port)
		}
		return
	}
	w.pid++
	switch {
	case kind < 1:
		w.say("Accepted publickey for %s from %s port %d ssh2: "+key, own, a, port)
		w.say("pam_unix(sshd:session): session opened for user %s(uid=1000) by (uid=0)", own)
		w.say("Received disconnect from %s port %d:11: disconnected by user", a, port)
		w.say("Disconnected from user %s %s port %d", own, a, port)
		w.say("pam_unix(sshd:session): session closed for user %s", own)
	case kind < 4:
		w.say("reverse mapping checking getaddrinfo for host-%s.example.net [%s] failed.", a, a)
		w.say("Invalid user %s from %s port %d", user, a, port)
		w.say("pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=%s ", a)
		w.say("Failed password for invalid user %s from %s port %d ssh2", user, a, port)
		w.say("Connection closed by invalid user %s %s port %d [preauth]", user, a, port)
	case kind < 9:
		w.say("Invalid user %s from %s port %d", user, a, port)
		w.say("Failed password for invalid user %s from %s port %d ssh2", user, a, port)
		w.say("Connection closed by invalid user %s %s port %d [preauth]", user, a, port)
	default:
		w.say("pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=%s  user=root", a)
		w.say("Failed password for root from %s port %d ssh2", a, port)
		w.say("Received disconnect from %s port %d:11: Bye Bye [preauth]", a, port)
		w.say("Disconnected from authenticating user root %s port %d [preauth]", a, port)
	}
}

func (w *logWriter) say(format string, args ...any) {
	var n int
	if w.json {
		n, _ = fmt.Fprintf(w.to, `{"__CURSOR":"s=0639b5ba7ae24bb8a0b6ba8ec6f2ae9c;i=%x;b=5b0e5ba7",`+
			`"__REALTIME_TIMESTAMP":"%d","_HOSTNAME":"web1","SYSLOG_IDENTIFIER":"sshd","SYSLOG_PID":"%[3]d",`+
			`"_PID":"%[3]d","_UID":"0","_COMM":"sshd","MESSAGE":"`,
			w.lines, w.at.UnixMicro(), w.pid)
		k, _ := fmt.Fprintf(w.to, format, args...)
		io.WriteString(w.to, "\"}\n")
		n += k + 3
	} else {
		n, _ = fmt.Fprintf(w.to, "%s web1 sshd[%d]: ", w.at.Format(time.Stamp), w.pid)
		k, _ := fmt.Fprintf(w.to, format, args...)
		io.WriteString(w.to, "\n")
		n += k + 1
	}
	w.bytes += int64(n)
	w.lines++
}
