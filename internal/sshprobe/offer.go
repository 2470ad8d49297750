package sshprobe

import (
	"encoding/binary"

	"golang.org/x/crypto/ssh"
)

// offer is a server's KEXINIT (RFC 4253, section 7.1): its lists, first choice first.
type offer struct {
	Cookie           [16]byte `sshtype:"20"`
	KeyExchanges     []string
	HostKeys         []string
	CiphersToServer  []string
	CiphersToClient  []string
	MACsToServer     []string
	MACsToClient     []string
	CompressToServer []string
	CompressToClient []string
	LanguageToServer []string
	LanguageToClient []string
	GuessFollows     bool
	Reserved         uint32
}

// lists are the lists that decide what is negotiated.
func (o *offer) lists() [][]string {
	return [][]string{o.KeyExchanges, o.HostKeys, o.CiphersToServer, o.CiphersToClient, o.MACsToServer, o.MACsToClient, o.CompressToServer, o.CompressToClient}
}

// SSH's messages that matter before keys are exchanged (RFC 4253, section 12).
const (
	msgIgnore  = 2
	msgDebug   = 4
	msgKexInit = 20
)

// parseOffer finds the KEXINIT in the first bytes after an identification, which are
// packets without encryption (RFC 4253, section 6): length, length of the padding,
// payload, padding.
func parseOffer(b []byte) (*offer, bool) {
	for len(b) >= 6 {
		length := uint64(binary.BigEndian.Uint32(b))
		padding := uint64(b[4])
		if length < padding+2 || length+4 > uint64(len(b)) {
			return nil, false
		}
		payload := b[5 : 4+length-padding]
		switch payload[0] {
		case msgKexInit:
			o := new(offer)
			err := ssh.Unmarshal(payload, o)
			return o, err == nil
		case msgIgnore, msgDebug:
			b = b[4+length:]
		default:
			return nil, false
		}
	}
	return nil, false
}

// exchanges are all that the library has, insecure ones among them: nothing secret
// is ever sent, and an old server proves its key with them as well.
func exchanges() ssh.Config {
	good, bad := ssh.SupportedAlgorithms(), ssh.InsecureAlgorithms()
	return ssh.Config{
		KeyExchanges: append(good.KeyExchanges, bad.KeyExchanges...),
		Ciphers:      append(good.Ciphers, bad.Ciphers...),
		MACs:         append(good.MACs, bad.MACs...),
	}
}
