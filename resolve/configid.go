package resolve

import (
	"crypto/sha256"
	"encoding/binary"
	"net/netip"
	"os"

	"rdnsproxy/hostsfile"
	"rdnsproxy/resolve/internal/network"
)

// ConfigID identifies what decides, on this machine, who is asked and what the answer
// means: who keeps answers may use them only while it is the same.
type ConfigID [16]byte

// ConfigID reads the configuration if that has not been done, and looks at the rest as
// it is now. Equal ones mean that all of this is equal:
//
//   - nsswitch.conf, resolv.conf and the environment, as far as they decide about answers,
//     and the servers that the user named,
//   - the hosts file and the file of HOSTALIASES, by inode, size and time,
//   - where a server is on this machine: the files in which systemd-resolved and
//     NetworkManager list the servers that this one asks,
//   - the addresses of this machine, and the routes to its servers and to the internet: a
//     VPN that goes up behind a local server changes no file.
//
// The error is that of asking for addresses and routes.
func (r *Resolver) ConfigID() (ConfigID, error) {
	r.init()
	d := &digest{make([]byte, 0, 512)}
	r.stub.cfg.identify(d)
	d.flag(r.Native != nil)
	hosts := hostsfile.SystemPath()
	if r.Hosts != nil {
		hosts = r.Hosts.Path
	}
	d.file(hosts)
	d.file(r.stub.cfg.Aliases)
	var remote []netip.Addr
	for _, s := range r.stub.servers {
		if a := s.Addr.Addr(); !a.IsLoopback() {
			remote = append(remote, a.WithZone(""))
		}
	}
	if len(remote) < len(r.stub.servers) {
		for _, path := range upstreamLists {
			d.file(path)
		}
	}
	state, err := network.State(remote)
	if err != nil {
		return ConfigID{}, err
	}
	d.text(string(state))
	sum := sha256.Sum256(d.b)
	return ConfigID(sum[:16]), nil
}

// upstreamLists are where local servers list the servers that they ask.
var upstreamLists = []string{"/run/systemd/resolve/resolv.conf", "/run/NetworkManager/no-stub-resolv.conf"}

// identify adds what of a configuration decides about answers. How long and how often
// servers are asked does not.
func (c *Config) identify(d *digest) {
	d.count(len(c.servers()))
	for _, s := range c.servers() {
		d.text(s.String())
	}
	d.flag(c.Explicit)
	d.count(len(c.Search))
	for _, n := range c.Search {
		d.text(string(n))
	}
	d.count(c.Ndots)
	d.flag(c.TrustAD)
	d.flag(c.NoAAAA)
	d.flag(c.NoTLD)
	d.text(c.Aliases)
	d.count(len(c.services()))
	for _, s := range c.services() {
		d.text(s.Module)
		d.count(int(s.Stop))
		d.count(int(s.Merge))
	}
}

// digest collects values so that different lists of them never look alike.
type digest struct{ b []byte }

func (d *digest) count(n int) { d.b = binary.AppendVarint(d.b, int64(n)) }

func (d *digest) text(s string) {
	d.count(len(s))
	d.b = append(d.b, s...)
}

func (d *digest) flag(b bool) {
	if b {
		d.count(1)
	} else {
		d.count(0)
	}
}

// file adds which file is at a path, and whether it has been written to.
func (d *digest) file(path string) {
	d.text(path)
	if path == "" {
		return
	}
	info, err := os.Stat(path)
	if d.flag(err == nil); err != nil {
		return
	}
	d.count(int(info.Size()))
	d.count(int(info.ModTime().Unix()))
	d.count(info.ModTime().Nanosecond())
	d.text(inode(info))
}
