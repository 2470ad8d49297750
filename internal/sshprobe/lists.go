package sshprobe

import (
	"slices"
	"strings"
)

// Lists are the algorithms that ssh would send in its KEXINIT, first choice
// first, beside those of host keys, which known_hosts has a say in. Nil lists are
// those of the newest release that this program knows.
type Lists struct {
	Exchanges []string // KexAlgorithms
	Ciphers   []string // Ciphers
	MACs      []string // MACs
}

// NewestLists names the release whose lists stand in for those that are not set.
const NewestLists = "OpenSSH 10.3"

// The lists of NewestLists (ssh_config(5), KexAlgorithms, Ciphers and MACs).
var newest = Lists{
	Exchanges: []string{
		"mlkem768x25519-sha256", "sntrup761x25519-sha512", "sntrup761x25519-sha512@openssh.com",
		"curve25519-sha256", "curve25519-sha256@libssh.org",
		"ecdh-sha2-nistp256", "ecdh-sha2-nistp384", "ecdh-sha2-nistp521",
		"diffie-hellman-group-exchange-sha256", "diffie-hellman-group16-sha512", "diffie-hellman-group18-sha512", "diffie-hellman-group14-sha256",
	},
	Ciphers: []string{
		"chacha20-poly1305@openssh.com", "aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes128-ctr", "aes192-ctr", "aes256-ctr",
	},
	MACs: []string{
		"umac-64-etm@openssh.com", "umac-128-etm@openssh.com", "hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com",
		"hmac-sha1-etm@openssh.com", "umac-64@openssh.com", "umac-128@openssh.com", "hmac-sha2-256", "hmac-sha2-512", "hmac-sha1",
	},
}

// compressions is what ssh sends with Compression no; with yes it is the same in
// another order.
var compressions = []string{"none", "zlib@openssh.com"}

// orNewest fills in what is not set.
func (l Lists) orNewest() Lists {
	for _, list := range []struct{ set, stand *[]string }{
		{&l.Exchanges, &newest.Exchanges}, {&l.Ciphers, &newest.Ciphers}, {&l.MACs, &newest.MACs},
	} {
		if *list.set == nil {
			*list.set = *list.stand
		}
	}
	return l
}

// negotiate is what ssh and a server come to (RFC 4253, section 7.1: the first of
// the client's that the server has; OpenSSH's kex_choose_conf for the order):
// the algorithm of the host key, or in ssh's words why they come to nothing. The
// server's part of the text is as it came.
func (l Lists) negotiate(hostKeys []string, o *offer, software string) (hostKey, differ string) {
	l = l.orNewest()
	_, differ = first("key exchange method", forSoftware(l.Exchanges, software), o.KeyExchanges)
	if differ != "" {
		return "", differ
	}
	if hostKey, differ = first("host key type", hostKeys, o.HostKeys); differ != "" {
		return "", differ
	}
	for _, way := range []struct{ ciphers, macs, compressions []string }{
		{o.CiphersToClient, o.MACsToClient, o.CompressToClient},
		{o.CiphersToServer, o.MACsToServer, o.CompressToServer},
	} {
		cipher, differ := first("cipher", l.Ciphers, way.ciphers)
		if differ != "" {
			return "", differ
		}
		if !authenticates(cipher) {
			if _, differ := first("MAC", l.MACs, way.macs); differ != "" {
				return "", differ
			}
		}
		if _, differ := first("compression method", compressions, way.compressions); differ != "" {
			return "", differ
		}
	}
	return hostKey, ""
}

// first is the client's first choice among what the server has, or the words of
// OpenSSH's sshpkt_vfatal.
func first(what string, client, server []string) (choice, differ string) {
	for _, name := range client {
		if slices.Contains(server, name) {
			return name, ""
		}
	}
	return "", "no matching " + what + " found. Their offer: " + strings.Join(server, ",")
}

// authenticates says that a cipher needs no MAC (OpenSSH's cipher_authlen).
func authenticates(cipher string) bool {
	return cipher == "chacha20-poly1305@openssh.com" || strings.HasPrefix(cipher, "aes") && strings.HasSuffix(cipher, "-gcm@openssh.com")
}

// forSoftware drops what ssh does not offer to a server whose implementation is
// broken (OpenSSH's compat_kex_proposal, SSH_BUG_CURVE25519PAD). software is the
// identification behind SSH-2.0-.
func forSoftware(exchanges []string, software string) []string {
	broken := (strings.HasPrefix(software, "OpenSSH_6.5") || strings.HasPrefix(software, "OpenSSH_6.6")) && !strings.HasPrefix(software, "OpenSSH_6.6.1")
	if !broken {
		return exchanges
	}
	return slices.DeleteFunc(slices.Clone(exchanges), func(name string) bool { return name == "curve25519-sha256@libssh.org" })
}
