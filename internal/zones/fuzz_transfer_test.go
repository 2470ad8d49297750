package zones

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"rdnsproxy/resolve"
	"rdnsproxy/safetext"
)

// FuzzTransfer: whatever a server sends as a zone, receiving it ends when the server hangs
// up; its records are of this zone, and what went wrong can be printed.
func FuzzTransfer(f *testing.F) {
	for _, lines := range [][]string{
		{"example.com. 60 SOA a. b. 1 2 3 4 5", "www.example.com. A 192.0.2.1", "example.com. 60 SOA a. b. 1 2 3 4 5"},
		{"example.com. 60 SOA a. b. 1 2 3 4 5", "*.example.com. CNAME www.example.com.", "other.net. A 192.0.2.1", "s.example.com. SSHFP 4 2 00"},
		{"www.example.com. PTR a.", "www.example.com. CNAME a."},
	} {
		m := new(dns.Msg)
		m.Response = true
		m.SetQuestion("example.com.", dns.TypeAXFR)
		for _, line := range lines {
			rr, err := dns.NewRR(line)
			if err != nil {
				f.Fatal(err)
			}
			m.Answer = append(m.Answer, rr)
		}
		m.Response = true
		b, err := m.Pack()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b[2:], uint16(len(b)))
		f.Add(append(b[2:len(b):len(b)], b[2:]...), uint16(len(b)))
	}
	f.Fuzz(func(t *testing.T, sent []byte, size uint16) {
		ours, theirs := net.Pipe()
		served := make(chan struct{})
		go func() {
			defer close(served)
			defer theirs.Close()
			serveTransfer(theirs, sent, int(size))
		}()
		s := new(Set)
		z, err := s.begin("example.com", "example.com@server")
		if err != nil {
			t.Fatal(err)
		}
		index, err := s.file("example.com@server")
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		err = s.receive(ctx, z, ours, "server", index, nil)
		ours.Close()
		<-served
		if ctx.Err() != nil {
			t.Fatal("it does not end")
		}
		if err != nil {
			if text := transferError(err); safetext.Line(text) == "" {
				t.Errorf("%q", text)
			}
			return
		}
		for target := range s.Targets() {
			if strings.ContainsAny(target.Text, " \n") {
				t.Errorf("target %q", target.Text)
			}
		}
		for owner := range z.nodes {
			if !owner.Under(z.apex) {
				t.Errorf("%q is not of the zone", owner)
			}
			s.Answer(resolve.Question{Name: owner, Type: resolve.A})
			s.Answer(resolve.Question{Name: "x." + owner, Type: resolve.PTR})
		}
	})
}

// serveTransfer answers one query with messages of this size, which have its ID.
func serveTransfer(c net.Conn, sent []byte, size int) {
	var length [2]byte
	if _, err := io.ReadFull(c, length[:]); err != nil {
		return
	}
	query := make([]byte, binary.BigEndian.Uint16(length[:]))
	if _, err := io.ReadFull(c, query); err != nil {
		return
	}
	for size = max(size-2, 1); len(sent) > 0; {
		part := sent[:min(size, len(sent))]
		sent = sent[len(part):]
		b := binary.BigEndian.AppendUint16(nil, uint16(2+len(part)))
		if _, err := c.Write(append(append(b, query[:2]...), part...)); err != nil {
			return
		}
	}
}

// FuzzKey: a key that is read has all that a transfer is signed with, and a refusal never
// shows what is in the file.
func FuzzKey(f *testing.F) {
	f.Add("key \"k\" {\n\talgorithm hmac-sha256;\n\tsecret \"c2VjcmV0\";\n};\n")
	f.Add("# x\n/* y */ key k { secret c2VjcmV0; algorithm hmac-md5; } // z")
	f.Add("key \"")
	f.Fuzz(func(t *testing.T, text string) {
		key, err := parseKey(text)
		if err != nil {
			return
		}
		m := new(dns.Msg)
		m.SetAxfr("example.com.")
		m.SetTsig(key.name, key.algorithm, tsigFudge, 1)
		if _, _, err := dns.TsigGenerate(m, key.secret, "", false); err != nil && len(key.name) < 200 {
			if _, ok := dns.IsDomainName(key.name); ok {
				t.Errorf("%+v: %v", key, err)
			}
		}
	})
}
