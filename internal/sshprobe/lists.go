package sshprobe

import (
	"slices"
	"strings"
)

// Lists are the algorithms that ssh would send in its KEXINIT, first choice first.
// Those of host keys are not among them, since they depend on known_hosts. A nil list
// is that of NewestLists.
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

// compressions is what ssh sends with Compression no. With yes, the order is another.
var compressions = []string{"none", "zlib@openssh.com"}

// withDefaults fills in what is not set.
func (l Lists) withDefaults() Lists {
	for _, list := range []struct{ set, newest *[]string }{
		{&l.Exchanges, &newest.Exchanges}, {&l.Ciphers, &newest.Ciphers}, {&l.MACs, &newest.MACs},
	} {
		if *list.set == nil {
			*list.set = *list.newest
		}
	}
	return l
}

// negotiate is the algorithm for the host key that ssh and a server agree on, or why
// they do not agree, in ssh's words (RFC 4253, section 7.1: the first of the client's
// that the server has; OpenSSH's kex_choose_conf for the order). The server's names
// in the text are not safe to print.
func (l Lists) negotiate(hostKeys []string, o *offer, software string) (hostKey, differ string) {
	l = l.withDefaults()
	_, differ = first("key exchange method", forSoftware(l.Exchanges, software), o.KeyExchanges)
	if differ != "" {
		return "", differ
	}
	if hostKey, differ = first("host key type", hostKeys, o.HostKeys); differ != "" {
		return "", differ
	}
	for _, direction := range []struct{ ciphers, macs, compressions []string }{
		{o.CiphersToClient, o.MACsToClient, o.CompressToClient},
		{o.CiphersToServer, o.MACsToServer, o.CompressToServer},
	} {
		cipher, differ := first("cipher", l.Ciphers, direction.ciphers)
		if differ != "" {
			return "", differ
		}
		if !authenticates(cipher) {
			if _, differ := first("MAC", l.MACs, direction.macs); differ != "" {
				return "", differ
			}
		}
		if _, differ := first("compression method", compressions, direction.compressions); differ != "" {
			return "", differ
		}
	}
	return hostKey, ""
}

// first is the client's first choice that the server has, or the complaint of
// OpenSSH's sshpkt_vfatal.
func first(what string, client, server []string) (choice, differ string) {
	for _, name := range client {
		if slices.Contains(server, name) {
			return name, ""
		}
	}
	return "", "no matching " + what + " found. Their offer: " + strings.Join(server, ",")
}

// authenticates reports whether a cipher needs no MAC (OpenSSH's cipher_authlen).
func authenticates(cipher string) bool {
	return cipher == "chacha20-poly1305@openssh.com" || strings.HasPrefix(cipher, "aes") && strings.HasSuffix(cipher, "-gcm@openssh.com")
}

// forSoftware drops what ssh does not offer to a server with a broken implementation
// (OpenSSH's compat_kex_proposal, SSH_BUG_CURVE25519PAD). software is the
// identification after SSH-2.0-.
func forSoftware(exchanges []string, software string) []string {
	broken := (strings.HasPrefix(software, "OpenSSH_6.5") || strings.HasPrefix(software, "OpenSSH_6.6")) && !strings.HasPrefix(software, "OpenSSH_6.6.1")
	if !broken {
		return exchanges
	}
	return slices.DeleteFunc(slices.Clone(exchanges), func(name string) bool { return name == "curve25519-sha256@libssh.org" })
}
