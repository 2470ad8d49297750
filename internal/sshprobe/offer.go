package sshprobe

import (
	"encoding/binary"
	"slices"

	"golang.org/x/crypto/ssh"
)

// offer is a server's KEXINIT (RFC 4253, section 7.1): its lists, best first.
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

// lists are those that decide what is negotiated.
func (o *offer) lists() [][]string {
	return [][]string{o.KeyExchanges, o.HostKeys, o.CiphersToServer, o.CiphersToClient, o.MACsToServer, o.MACsToClient, o.CompressToServer, o.CompressToClient}
}

// SSH's messages that matter before keys are exchanged (RFC 4253, section 12).
const (
	msgIgnore  = 2
	msgDebug   = 4
	msgKexInit = 20
)

// parseOffer finds the KEXINIT in the first bytes behind an identification,
// which are packets without encryption (RFC 4253, section 6): length, length of
// the padding, payload, padding.
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

// exchanges are all that the library has. Nothing secret ever flows, and which
// key a server holds can be told of an old one too.
func exchanges() ssh.Config {
	good, bad := ssh.SupportedAlgorithms(), ssh.InsecureAlgorithms()
	return ssh.Config{
		KeyExchanges: append(good.KeyExchanges, bad.KeyExchanges...),
		Ciphers:      append(good.Ciphers, bad.Ciphers...),
		MACs:         append(good.MACs, bad.MACs...),
	}
}

// family is a type of key with the algorithms that prove one, those of
// certificates apart.
type family struct {
	keyType             string
	certificates, plain []string
}

// families are the types that this program can fetch; ssh's own first choices
// come first. DSA is not among them: ssh has forgotten it.
var families = []family{
	{ssh.KeyAlgoED25519, []string{ssh.CertAlgoED25519v01}, []string{ssh.KeyAlgoED25519}},
	{ssh.KeyAlgoECDSA256, []string{ssh.CertAlgoECDSA256v01}, []string{ssh.KeyAlgoECDSA256}},
	{ssh.KeyAlgoECDSA384, []string{ssh.CertAlgoECDSA384v01}, []string{ssh.KeyAlgoECDSA384}},
	{ssh.KeyAlgoECDSA521, []string{ssh.CertAlgoECDSA521v01}, []string{ssh.KeyAlgoECDSA521}},
	{ssh.KeyAlgoSKED25519, []string{ssh.CertAlgoSKED25519v01}, []string{ssh.KeyAlgoSKED25519}},
	{ssh.KeyAlgoSKECDSA256, []string{ssh.CertAlgoSKECDSA256v01}, []string{ssh.KeyAlgoSKECDSA256}},
	{ssh.KeyAlgoRSA, []string{ssh.CertAlgoRSASHA512v01, ssh.CertAlgoRSASHA256v01, ssh.CertAlgoRSAv01},
		[]string{ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256, ssh.KeyAlgoRSA}},
}

// kinds are the keys that the server has, in its order, of each type the
// certificate if it has one; strange is what we do not know.
func (o *offer) kinds() (known []kind, strange []string) {
	for _, algorithm := range o.HostKeys {
		k, ok := kindFor(algorithm)
		i := slices.IndexFunc(known, func(have kind) bool { return have.keyType == k.keyType })
		switch {
		case !ok && len(strange) < maxNamed+1:
			strange = append(strange, algorithm)
		case ok && i < 0:
			known = append(known, k)
		case ok && k.certificate:
			known[i] = k
		}
	}
	return known, strange
}

func (f family) has(algorithm string) bool {
	return slices.Contains(f.certificates, algorithm) || slices.Contains(f.plain, algorithm)
}

// kindFor is the kind of key that an algorithm proves; false if this program
// cannot fetch it.
func kindFor(algorithm string) (kind, bool) {
	for _, f := range families {
		if f.has(algorithm) {
			return kind{f.keyType, slices.Contains(f.certificates, algorithm)}, true
		}
	}
	return kind{}, false
}

// fetchable are those of the algorithms that this program has.
func fetchable(algorithms []string) []string {
	return slices.DeleteFunc(slices.Clone(algorithms), func(a string) bool { _, ok := kindFor(a); return !ok })
}

// withAllOthers appends every other algorithm that this program has. The client's
// first that the server has is taken (RFC 4253, section 7.1), so they change nothing
// where ssh's own list has one; where it has none, the server shows its key all the
// same, and what is said of the host need not rest on suspicion.
func withAllOthers(algorithms []string) []string {
	all := slices.Clone(algorithms)
	for _, f := range families {
		for _, a := range slices.Concat(f.certificates, f.plain) {
			if !slices.Contains(all, a) {
				all = append(all, a)
			}
		}
	}
	return all
}

// signatureOf is the algorithm of the signatures that an algorithm is proven by: that
// of a certificate is its plain key's.
func signatureOf(algorithm string) string {
	for _, f := range families {
		if i := slices.Index(f.certificates, algorithm); i >= 0 {
			return f.plain[i]
		}
	}
	return algorithm
}

// algorithms are those by which a server that has these shows a key of a kind.
func (k kind) algorithms(offered []string) []string {
	return slices.DeleteFunc(slices.Clone(offered), func(a string) bool { of, ok := kindFor(a); return !ok || of != k })
}
