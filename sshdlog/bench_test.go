package sshdlog

import "testing"

// BenchmarkParseEvent reads the messages of a server on the Internet, in about their shares.
func BenchmarkParseEvent(b *testing.B) {
	mix := []string{
		"Connection from 203.0.113.45 port 50309 on 192.0.2.10 port 22 rdomain \"\"",
		"reverse mapping checking getaddrinfo for host-45.isp.example.net [203.0.113.45] failed.",
		"Invalid user webmaster from 203.0.113.45 port 38926",
		"pam_unix(sshd:auth): check pass; user unknown",
		"pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.45 ",
		"Failed password for invalid user webmaster from 203.0.113.45 port 38926 ssh2",
		"Received disconnect from 203.0.113.45 port 38926:11: Bye Bye [preauth]",
		"Disconnected from invalid user webmaster 203.0.113.45 port 38926 [preauth]",
		"pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=2001:db8:5::45  user=root",
		"Failed password for root from 2001:db8:5::45 port 38926 ssh2",
		"Connection closed by authenticating user root 2001:db8:5::45 port 38926 [preauth]",
		"Accepted publickey for deploy from 203.0.113.45 port 50300 ssh2: ED25519 SHA256:0123456789abcdefghijABCDEFGHIJ0123456789abc",
		"pam_unix(sshd:session): session opened for user deploy(uid=1000) by (uid=0)",
		"Disconnected from user deploy 203.0.113.45 port 50300",
		"Connection reset by 203.0.113.45 port 50300 [preauth]",
		"error: kex_exchange_identification: Connection closed by remote host",
	}
	frames := make([]Frame, len(mix))
	size := 0
	for i, m := range mix {
		frames[i] = Frame{Msg: []byte(m), Cut: 500, Repeat: 1}
		size += len(m)
	}
	b.SetBytes(int64(size / len(mix)))
	b.ReportAllocs()
	var e Event
	for i := 0; b.Loop(); i++ {
		ParseEvent(&frames[i%len(frames)], &e)
	}
}
