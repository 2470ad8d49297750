package sshdlog

import "bytes"

// tag reads a syslog tag at the beginning of b, such as "sshd[381]: ", and returns its length
// including the blank behind it; 0: there is none, or it is another program's.
func (p *Parser) tag(b []byte, f *Frame) int {
	// Most lines of most logs end here.
	if len(b) < 5 {
		return 0
	}
	n := 0
	if b[0] == 's' && b[1] == 's' && b[2] == 'h' && b[3] == 'd' {
		n = 4
		if b[4] == '[' || b[4] == ':' {
			f.Program = SSHD
			return tagEnd(b, n, f)
		}
	} else if b[0] != '/' && b[0] != 's' && b[0] != 'd' && len(p.Tags) == 0 {
		return 0
	}
	for n < len(b) && b[n] != '[' && b[n] != ':' && b[n] != ' ' {
		n++
	}
	var ok bool
	if f.Program, ok = p.program(b[:n]); !ok {
		return 0
	}
	return tagEnd(b, n, f)
}

// tagEnd reads what follows the tag's name at n: "[381]: ", ": ", and on macOS
// "[381] <Notice>: ".
func tagEnd(b []byte, n int, f *Frame) int {
	f.PID = 0
	if n < len(b) && b[n] == '[' {
		pid, k := number(b[n+1:])
		n += 1 + k
		if k == 0 || n >= len(b) || b[n] != ']' {
			return 0
		}
		f.PID = pid
		n++
		if n+1 < len(b) && b[n] == ' ' && b[n+1] == '<' {
			k := bytes.IndexByte(b[n:min(len(b), n+16)], '>')
			if k < 0 {
				return 0
			}
			n += k + 1
		}
	}
	if n >= len(b) || b[n] != ':' {
		return 0
	}
	n++
	if n < len(b) && b[n] == ' ' {
		n++
	}
	return n
}

// program tells which server a tag's name stands for.
//
// OpenSSH logs under its file's name: sshd; since 9.8 sshd-session too, since 10.0 sshd-auth.
// PAM's modules of before Linux-PAM 0.99 put their own name behind it: sshd(pam_unix). Some
// systems log the path.
func (p *Parser) program(name []byte) (Program, bool) {
	if i := bytes.LastIndexByte(name, '/'); i >= 0 {
		name = name[i+1:]
	}
	switch string(name) {
	case "sshd", "sshd-session", "sshd-auth", "sshd(pam_unix)":
		return SSHD, true
	case "dropbear":
		return Dropbear, true
	}
	if i := bytes.IndexByte(name, '('); i == 4 && string(name[:i]) == "sshd" && bytes.HasPrefix(name[i:], []byte("(pam_")) {
		return SSHD, true
	}
	for _, t := range p.Tags {
		if string(name) == t {
			return SSHD, true
		}
	}
	return SSHD, false
}

// unit reads the systemd unit that journalctl -o with-unit writes for a tag: ssh.service[381]: ,
// sshd.service, sshd@1-192.0.2.1:22-192.0.2.9:4711.service.
func unit(b []byte, f *Frame) int {
	n := bytes.Index(b[:min(len(b), 256)], []byte(".service"))
	if n < 0 {
		return 0
	}
	name, ok := bytes.CutPrefix(b[:n], []byte("ssh"))
	name = bytes.TrimPrefix(name, []byte("d"))
	if !ok || len(name) > 0 && name[0] != '@' || bytes.IndexByte(name, ' ') >= 0 {
		return 0
	}
	f.Program = SSHD
	return tagEnd(b, n+len(".service"), f)
}

// number reads a decimal number of at most 32 bits at the beginning of b and returns how many
// digits it has; 0: there is none.
func number(b []byte) (v uint32, n int) {
	var w uint64
	for n < len(b) && b[n]-'0' < 10 {
		if w = w*10 + uint64(b[n]-'0'); w > 1<<32-1 {
			return 0, 0
		}
		n++
	}
	return uint32(w), n
}
