package vouch

import (
	"encoding/base64"
	"strings"

	"golang.org/x/crypto/ssh"

	"rdnsproxy/check"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/target"
	"rdnsproxy/resolve"
)

// offer is what ssh tells its KnownHostsCommand: a key that a server presents, and the name
// that ssh looks for in known_hosts.
type offer struct {
	occasion string // %I: ADDRESS, HOSTNAME or ORDER
	lookedUp string // %H: the host, or [HOST]:PORT, or HostKeyAlias
	keyType  string // %t
	key      string // %K, in base64
	host     string // %h, the host that ssh connects to; "" if it was not given
}

const usage = "in ssh's configuration: KnownHostsCommand /path/of/rdnsproxy known-hosts %I %H %t %K %h"

// Validate refuses operands that are not those of a KnownHostsCommand.
func Validate(args []string) error {
	_, err := parse(args)
	return err
}

// parse reads the operands. The error is a Refusal.
func parse(args []string) (o offer, err error) {
	switch len(args) {
	case 5:
		o.host = args[4]
		fallthrough
	case 4:
		o.occasion, o.lookedUp, o.keyType, o.key = args[0], args[1], args[2], args[3]
	default:
		return o, console.Refuse(exit.Usage, usage, "expected 4 or 5 arguments, not %d", len(args))
	}
	switch o.occasion {
	case "ADDRESS", "HOSTNAME", "ORDER":
		return o, nil
	}
	return o, console.Refuse(exit.Usage, usage, "the first argument (%%I) is ADDRESS, HOSTNAME or ORDER, not %s",
		console.Quoted(o.occasion))
}

// subject returns the host as ssh looks for it in known_hosts, without the port, and
// whether it can be a name in DNS.
func (o offer) subject() (host string, name resolve.Name, why string) {
	host = o.lookedUp
	if inner, bracketed := strings.CutPrefix(host, "["); bracketed { // OpenSSH's put_host_port
		before, port, _ := strings.Cut(inner, "]:")
		if _, err := target.ParsePort(port); err != nil {
			return "", "", "it is not a host"
		}
		host = before
	}
	if _, literal := resolve.ParseLiteral(host); literal {
		return host, "", "it is an address"
	}
	name, err := resolve.ParseName(host)
	// What is written to known_hosts must be this name and no pattern.
	if err != nil || !name.HostName() || name == "." || strings.Trim(strings.ToLower(host), nameBytes) != "" {
		return host, "", "it is not a host name"
	}
	return host, name, ""
}

// nameBytes are what a name has in known_hosts that is neither a pattern, nor a list, nor
// hashed.
const nameBytes = "abcdefghijklmnopqrstuvwxyz0123456789-_."

// offered reads the key, which must be of the type that ssh says. A certificate is not for
// DNS: ssh knows it by its authority.
func (o offer) offered() (k check.Key, line string, why string) {
	blob, err := base64.StdEncoding.Strict().DecodeString(o.key)
	if err != nil {
		return k, "", "its key is not base64"
	}
	public, err := ssh.ParsePublicKey(blob)
	switch {
	case err != nil:
		return k, "", "its key cannot be read"
	case public.Type() != o.keyType:
		return k, "", "its key is of another type than ssh says"
	}
	if _, certificate := public.(*ssh.Certificate); certificate {
		return k, "", "it presents a certificate, which its authority vouches for"
	}
	k.Type, k.Blob = o.keyType, public.Marshal()
	return k, o.lookedUp + " " + o.keyType + " " + base64.StdEncoding.EncodeToString(k.Blob) + "\n", ""
}
