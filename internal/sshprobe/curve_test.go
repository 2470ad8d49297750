package sshprobe

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"crypto/sha256"
	"io"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"rdnsproxy/internal/lab"
)

// serve answers one exchange by Curve25519 on c. The hash that it signs is over the
// identification signed, and the signature is signer's, whatever key is shown.
func serve(c net.Conn, shown ssh.PublicKey, signer ssh.Signer, signed string) error {
	defer c.Close()
	w := newWire(c)
	init := ssh.Marshal(offer{KeyExchanges: curves[:1], HostKeys: []string{shown.Type()}, CiphersToServer: []string{"none such"}})
	if _, err := c.Write(packet(init)); err != nil {
		return err
	}
	theirs, err := w.message(msgKexInit)
	if err != nil {
		return err
	}
	b, err := w.message(msgECDHInit)
	if err != nil {
		return err
	}
	var asked ecdhInit
	if err := ssh.Unmarshal(b, &asked); err != nil {
		return err
	}
	secret, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	shared, err := share(secret, asked.Public)
	if err != nil {
		return err
	}
	public := secret.PublicKey().Bytes()
	hash := sha256.Sum256(ssh.Marshal(struct {
		VC, VS     string
		IC, IS, KS []byte
		QC, QS     []byte
		K          *big.Int
	}{identification, signed, theirs, init, shown.Marshal(), asked.Public, public, new(big.Int).SetBytes(shared)}))
	signature, err := signer.Sign(rand.Reader, hash[:])
	if err != nil {
		return err
	}
	_, err = c.Write(packet(ssh.Marshal(ecdhReply{shown.Marshal(), public, ssh.Marshal(signature)})))
	return err
}

// A key counts only if its own signature is over the whole identification.
func TestCurveProof(t *testing.T) {
	key := func() ssh.Signer {
		k, err := lab.NewHostKey(ssh.KeyAlgoED25519)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	own, other := key(), key()
	long := "SSH-2.0-" + strings.Repeat("v", 1000)
	for _, test := range []struct {
		what   string
		signer ssh.Signer
		signed string
		proven bool
	}{
		{"its own, over all", own, long, true},
		{"another's", other, long, false},
		{"its own, over a part", own, long[:255], false},
	} {
		t.Run(test.what, func(t *testing.T) {
			here, there := net.Pipe()
			ended := make(chan error, 1)
			go func() { ended <- serve(there, own.PublicKey(), test.signer, test.signed) }()
			w := &wire{Conn: here, in: bufio.NewReader(here), line: []byte(long + "\r\n")}
			shown, err := w.hostKey(t.Context(), 30*time.Second, []string{ssh.KeyAlgoED25519})
			here.Close()
			if err := <-ended; err != nil {
				t.Fatal(err)
			}
			if (err == nil) != test.proven || (shown != nil) != test.proven || test.proven && !bytes.Equal(shown.Marshal(), own.PublicKey().Marshal()) {
				t.Errorf("%s: %v, %v", test.what, shown, err)
			}
		})
	}
}

// Whatever a server sends in an exchange, nothing panics, and nothing is proven.
func FuzzCurve(f *testing.F) {
	init := packet(ssh.Marshal(offer{KeyExchanges: curves, HostKeys: []string{ssh.KeyAlgoED25519}, GuessFollows: true}))
	f.Add(init)
	f.Add(append(bytes.Clone(init), packet(ssh.Marshal(ecdhReply{[]byte("short"), make([]byte, 32), []byte("none")}))...))
	f.Add([]byte{0, 0, 0, 2, 1, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		here, there := net.Pipe()
		go io.Copy(io.Discard, there)
		w := &wire{Conn: here, in: bufio.NewReader(bytes.NewReader(b)), line: []byte("SSH-2.0-x\r\n")}
		if key, err := w.curveHostKey(context.Background(), 0, []string{ssh.KeyAlgoED25519}); err == nil || key != nil {
			t.Errorf("%v, %v", key, err)
		}
		here.Close()
		there.Close()
	})
}
