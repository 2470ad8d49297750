package sshprobe

import (
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/big"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"
)

// golang.org/x/crypto/ssh reads at most 255 bytes of an identification, ssh 8 KiB. The
// proof of a host key covers all of it, so for a longer one the exchange is made here,
// by the one method that servers of the last ten years have (RFC 8731).
var curves = []string{"curve25519-sha256", "curve25519-sha256@libssh.org"}

// The messages of the exchange (RFC 4253, section 12; RFC 5656, section 7.1).
const (
	msgDisconnect    = 1
	msgUnimplemented = 3
	msgECDHInit      = 30
	msgECDHReply     = 31
)

type ecdhInit struct {
	Public []byte `sshtype:"30"`
}

type ecdhReply struct {
	HostKey   []byte `sshtype:"31"`
	Public    []byte
	Signature []byte
}

// curveHostKey does what hostKey does. The error is errLong if the server has none of
// the curves.
func (w *wire) curveHostKey(ctx context.Context, limit time.Duration, algorithms []string) (key ssh.PublicKey, err error) {
	version := strings.TrimRight(string(w.line), "\r\n")
	w.line = nil
	err = w.within(ctx, limit, func() error {
		key, err = w.proveByCurve(version, algorithms)
		return err
	})
	if err != nil {
		return nil, err
	}
	return key, nil
}

func (w *wire) proveByCurve(version string, algorithms []string) (ssh.PublicKey, error) {
	theirs, err := w.message(msgKexInit)
	if err != nil {
		return nil, err
	}
	var o offer
	if err := ssh.Unmarshal(theirs, &o); err != nil {
		return nil, err
	}
	has := func(list []string) func(string) bool {
		return func(name string) bool { return slices.Contains(list, name) }
	}
	c, a := slices.IndexFunc(curves, has(o.KeyExchanges)), slices.IndexFunc(algorithms, has(o.HostKeys))
	if c < 0 || a < 0 {
		return nil, errLong
	}
	// Nothing is ever encrypted, so everything else can be the server's own choice.
	mine := o
	mine.KeyExchanges, mine.HostKeys, mine.GuessFollows = []string{curves[c]}, []string{algorithms[a]}, false
	rand.Read(mine.Cookie[:])
	ours := ssh.Marshal(mine)
	secret, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	public := secret.PublicKey().Bytes()
	if _, err := w.Conn.Write(append(packet(ours), packet(ssh.Marshal(ecdhInit{public}))...)); err != nil {
		return nil, err
	}
	if o.GuessFollows && (o.KeyExchanges[0] != curves[c] || o.HostKeys[0] != algorithms[a]) {
		if _, err := w.packet(); err != nil { // a wrong guess (RFC 4253, section 7)
			return nil, err
		}
	}
	answer, err := w.message(msgECDHReply)
	if err != nil {
		return nil, err
	}
	var reply ecdhReply
	if err := ssh.Unmarshal(answer, &reply); err != nil {
		return nil, err
	}
	shared, err := share(secret, reply.Public)
	if err != nil {
		return nil, err
	}
	hash := sha256.Sum256(ssh.Marshal(struct {
		VC, VS     string
		IC, IS, KS []byte
		QC, QS     []byte
		K          *big.Int
	}{identification, version, ours, theirs, reply.HostKey, public, reply.Public, new(big.Int).SetBytes(shared)}))
	return verified(reply, algorithms[a], hash[:])
}

func share(secret *ecdh.PrivateKey, public []byte) ([]byte, error) {
	peer, err := ecdh.X25519().NewPublicKey(public)
	if err != nil {
		return nil, err
	}
	return secret.ECDH(peer)
}

// verified is the host key of a reply, if its signature covers the hash and key and
// signature are of the algorithm that was agreed on.
func verified(reply ecdhReply, algorithm string, hash []byte) (ssh.PublicKey, error) {
	key, err := ssh.ParsePublicKey(reply.HostKey)
	if err != nil {
		return nil, err
	}
	var signature ssh.Signature
	if err := ssh.Unmarshal(reply.Signature, &signature); err != nil {
		return nil, err
	}
	if k, _ := kindFor(algorithm); kindOf(key) != k || signature.Format != signatureOf(algorithm) {
		return nil, errOtherType
	}
	return key, key.Verify(hash, &signature)
}

// message reads up to a message of a type, and skips those that may come at any time.
func (w *wire) message(want byte) ([]byte, error) {
	for {
		payload, err := w.packet()
		if err != nil {
			return nil, err
		}
		switch payload[0] {
		case want:
			return payload, nil
		case msgIgnore, msgDebug, msgUnimplemented:
		case msgDisconnect:
			var last struct {
				Reason            uint32 `sshtype:"1"`
				Message, Language string
			}
			if err := ssh.Unmarshal(payload, &last); err != nil {
				return nil, err
			}
			return nil, fmt.Errorf("ssh: disconnect, reason %d: %q", last.Reason, last.Message) // in the library's words
		default:
			return nil, fmt.Errorf("message %d: %w", payload[0], errOutOfTurn)
		}
	}
}

// maxPacket is OpenSSH's PACKET_MAX_SIZE, in bytes.
const maxPacket = 256 << 10

// packet reads the payload of one packet, which is never empty.
func (w *wire) packet() ([]byte, error) {
	var length uint32
	if err := binary.Read(w, binary.BigEndian, &length); err != nil {
		return nil, err
	}
	if length < 2 || length > maxPacket {
		return nil, errors.New("invalid packet length")
	}
	body := make([]byte, length)
	if _, err := io.ReadFull(w, body); err != nil {
		return nil, err
	}
	if int(body[0])+2 > len(body) {
		return nil, errors.New("invalid packet padding")
	}
	return body[1 : len(body)-int(body[0])], nil
}

// packet wraps a message without encryption (RFC 4253, section 6).
func packet(payload []byte) []byte {
	const block, least = 8, 4
	padding := block - (5+len(payload))%block
	if padding < least {
		padding += block
	}
	b := binary.BigEndian.AppendUint32(nil, uint32(1+len(payload)+padding))
	b = append(b, byte(padding))
	b = append(b, payload...)
	return append(b, make([]byte, padding)...)
}
