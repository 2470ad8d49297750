//go:build linux

package e2e

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"time"
)

// The sockets of the office's loggers.
const (
	rsyslogSocket = audited + "/rsyslog.sock"
	busyboxSocket = audited + "/busybox.sock"
)

const journalRemote = "/lib/systemd/systemd-journal-remote"

// rsyslog starts the real rsyslog, which writes four files.
func (o *office) rsyslog() (stop func()) {
	o.t.Helper()
	conf, err := os.ReadFile("testdata/audit/rsyslog.conf")
	o.must(err)
	o.write(audited+"/rsyslog.conf", string(conf))
	// A copy has no AppArmor profile, which may be that of the machine outside.
	binary, err := exec.LookPath("rsyslogd")
	o.must(err)
	o.must(do("cp", binary, audited+"/rsyslogd"))
	stop = o.start(o.onServer(audited+"/rsyslogd", "-n", "-f", audited+"/rsyslog.conf", "-i", audited+"/rsyslog.pid"))
	o.listens(rsyslogSocket)
	return stop
}

// busybox starts BusyBox's syslogd, which knows no other socket than /dev/log: in its own
// /dev, that is busyboxSocket.
func (o *office) busybox() (stop func()) {
	o.t.Helper()
	cmd := o.onServer("busybox", "syslogd", "-n", "-O", audited+"/busybox.log")
	cmd.Args[2] = busyboxSocket
	stop = o.start(cmd)
	o.listens(busyboxSocket)
	return stop
}

// listens waits until a logger listens.
func (o *office) listens(socket string) {
	o.t.Helper()
	o.eventually(socket, func() bool {
		c, err := net.Dial("unixgram", socket)
		if err == nil {
			c.Close()
		}
		return err == nil
	})
}

// datagram is what syslog(3) of libc sends.
var datagram = regexp.MustCompile(`(?s)^<(\d+)>\w{3} [ \d]\d \d\d:\d\d:\d\d ([^ \[:]+)(?:\[(\d+)\])?: (.*)$`)

// export writes the office's messages as journald would have stored them
// (systemd's docs/JOURNAL_EXPORT_FORMATS.md).
func (o *office) export() []byte {
	o.t.Helper()
	var b bytes.Buffer
	for i, r := range o.logged() {
		m := datagram.FindStringSubmatch(r.text)
		if m == nil {
			o.t.Fatalf("no datagram of syslog(3)'s: %q", r.text)
		}
		var priority int
		fmt.Sscan(m[1], &priority)
		us := r.at.UnixMicro()
		fmt.Fprintf(&b, "__CURSOR=s=0123456789abcdef0123456789abcdef;i=%x;b=0123456789abcdef0123456789abcdef;m=%x;t=%x;x=%x\n", i+1, us, us, i)
		fmt.Fprintf(&b, "__REALTIME_TIMESTAMP=%d\n__MONOTONIC_TIMESTAMP=%d\n_BOOT_ID=0123456789abcdef0123456789abcdef\n", us, us)
		fmt.Fprintf(&b, "_MACHINE_ID=0123456789abcdef0123456789abcdef\n_HOSTNAME=%s\n_TRANSPORT=syslog\n_PID=%d\n_UID=%d\n_GID=0\n_COMM=%s\n",
			auditHost, r.pid, r.uid, m[2])
		fmt.Fprintf(&b, "PRIORITY=%d\nSYSLOG_FACILITY=%d\nSYSLOG_IDENTIFIER=%s\n", priority&7, priority>>3, m[2])
		if m[3] != "" {
			fmt.Fprintf(&b, "SYSLOG_PID=%s\n", m[3])
		}
		if strings.ContainsFunc(m[4], func(c rune) bool { return c < ' ' }) {
			b.WriteString("MESSAGE\n")
			b.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(m[4]))))
			b.WriteString(m[4] + "\n\n")
		} else {
			b.WriteString("MESSAGE=" + m[4] + "\n\n")
		}
	}
	return b.Bytes()
}

// journal makes a journal of the office's messages, without a journald.
func (o *office) journal() (path string) {
	o.t.Helper()
	path = audited + "/office.journal"
	os.Remove(path)
	cmd := exec.Command(journalRemote, "--output="+path, "-")
	cmd.Stdin = bytes.NewReader(o.export())
	if out, err := cmd.CombinedOutput(); err != nil {
		o.t.Fatalf("systemd-journal-remote: %v\n%s", err, out)
	}
	return path
}

// written waits until a logger has written all messages, and returns its file.
func (o *office) written(log string) string {
	o.t.Helper()
	all, end := o.logged(), ""
	if len(all) > 0 && log != "stderr.log" { // which is not syslog's
		m := all[len(all)-1].text
		end = m[strings.LastIndex(m, "]: ")+3:]
	}
	var last string
	o.eventually("the log is written", func() bool {
		b, _ := os.ReadFile(audited + "/" + log)
		before := last
		last = string(b)
		if end != "" && len(end) < 200 && !strings.ContainsAny(end, `"\`) {
			lines := strings.TrimRight(last, "\n")
			return strings.Contains(lines[strings.LastIndexByte(lines, '\n')+1:], end)
		}
		time.Sleep(200 * time.Millisecond)
		return last == before && last != ""
	})
	return last
}
