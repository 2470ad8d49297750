//go:build linux

package e2e

import (
	"fmt"
	"net/netip"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"rdnsproxy/proxy/dial"
)

// networksOfOrder are machines, given by their addresses. Each has default routes for
// its address families.
var networksOfOrder = map[string][]string{
	"dual stack":             {"2001:db8:aa::2/64", "10.1.2.4/24"},
	"unique local":           {"fd00:1::2/64", "10.1.2.4/24"},
	"6to4":                   {"2002:c633:6401::2/64", "198.51.100.4/24"},
	"Teredo":                 {"2001:0:53aa:64c::2/64", "10.1.2.4/24"},
	"IPv4":                   {"10.1.2.4/24"},
	"IPv6":                   {"2001:db8:aa::2/64"},
	"two networks":           {"2001:db8:aa::2/64", "fd00:1::2/64", "10.1.2.4/24", "198.51.100.4/28"},
	"deprecated":             {"2001:db8:aa::2/64 preferred_lft 0", "fd00:1::2/64", "10.1.2.4/24"},
	"IPv4 from the link":     {"2001:db8:aa::2/64", "169.254.3.3/16"},
	"nothing but a loopback": {},
}

var orderDestinations = []string{
	"2001:db8:aa::9", "2001:db8:1::1", "fd00:1::9", "fd00:2::1", "2002:c633:6401::9", "2001:0:1::1", "fe80::5", "fec0::9", "3ffe::1", "::1",
	"198.51.100.9", "198.51.100.200", "10.1.2.9", "10.9.9.9", "169.254.1.1", "127.0.0.5",
}

var gaiConfs = map[string]string{
	"none":       "",
	"IPv4 first": "precedence ::ffff:0:0/96 100\n",
	"labels":     "label ::1/128 0\nlabel ::/0 1\nlabel 2002::/16 2\nlabel fc00::/7 1\nlabel ::ffff:0:0/96 4\n",
	"precedence": "precedence ::1/128 50\nprecedence ::/0 40\nprecedence fc00::/7 45\nprecedence 2002::/16 30\nprecedence ::ffff:0:0/96 42\n",
	"scopes":     "scopev4 ::ffff:169.254.0.0/112 2\nscopev4 ::ffff:127.0.0.0/104 2\nscopev4 10.0.0.0/8 5\nprecedence ::/0 40\n",
}

// TestOrderOfAddresses compares the dialing order with getaddrinfo's, for every pair of
// destinations and for all of them, on machines with different addresses, without
// gai.conf and with several.
func TestOrderOfAddresses(t *testing.T) {
	v := newVisit(t)
	sets := destinationSets()
	lines := pristine["hosts"]
	for name, addrs := range sets {
		for _, a := range addrs {
			lines += a + " " + name + "\n"
		}
	}
	v.write("/etc/hosts", lines)
	for network, addrs := range networksOfOrder {
		for conf, text := range gaiConfs {
			t.Run(network+", "+conf, func(t *testing.T) {
				v.write("/etc/gai.conf", text)
				done := make(chan struct{})
				go func() { // its thread, in a network namespace of its own, ends with it
					defer close(done)
					runtime.LockOSThread()
					v := visit{t: t}
					if err := ownNetwork(addrs); err != nil {
						t.Error(err)
						return
					}
					v.compareOrder(sets)
				}()
				<-done
			})
		}
	}
	v.write("/etc/gai.conf", "")
}

func destinationSets() map[string][]string {
	sets := map[string][]string{"all.order": orderDestinations}
	for i, a := range orderDestinations {
		for j, b := range orderDestinations[i+1:] {
			sets[fmt.Sprintf("p%d-%d.order", i, j)] = []string{a, b}
		}
	}
	return sets
}

// ownNetwork moves this thread into a new network namespace with these addresses.
func ownNetwork(addrs []string) error {
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		return err
	}
	script := "link set lo up\nlink add v0 type veth peer name v1\nlink set v0 up\nlink set v1 up\n"
	var routes string
	for _, a := range addrs {
		address, _, _ := strings.Cut(a, "/")
		if netip.MustParseAddr(address).Is4() {
			script += "address add " + a + " dev v0\n"
			routes += "route replace default dev v0\n"
		} else {
			address, lifetime, _ := strings.Cut(a, " ")
			script += "address add " + address + " dev v0 nodad " + lifetime + "\n"
			routes += "-6 route replace default dev v0\n"
		}
	}
	for line := range strings.Lines(script + routes) {
		if out, err := exec.Command("ip", strings.Fields(line)...).CombinedOutput(); err != nil {
			return fmt.Errorf("ip %s: %w: %s", strings.TrimSpace(line), err, out)
		}
	}
	return nil
}

func (v *visit) compareOrder(sets map[string][]string) {
	v.t.Helper()
	names := make([]string, 0, len(sets))
	for name := range sets {
		names = append(names, name)
	}
	out, err := exec.Command("getent", append([]string{"-A", "ahosts"}, names...)...).Output()
	if err != nil {
		v.t.Errorf("getent: %v", err)
		return
	}
	libc := map[string][]string{}
	name, at := "", -1
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		if len(words) == 3 { // the first address of a host
			at++
			name = names[at]
		}
		if words[1] == "STREAM" {
			libc[name] = append(libc[name], words[0])
		}
	}
	for name, given := range sets {
		addrs := make([]netip.AddrPort, 0, len(given))
		for _, family := range []bool{false, true} { // in the order of libc's files module
			for _, a := range given {
				if addr := netip.MustParseAddr(a); addr.Is4() == family {
					addrs = append(addrs, netip.AddrPortFrom(addr, 22))
				}
			}
		}
		dial.Sort(addrs)
		var got []string
		for _, a := range addrs {
			got = append(got, a.Addr().String())
		}
		if !slices.Equal(got, libc[name]) {
			v.t.Errorf("%v: %v, libc %v", given, got, libc[name])
		}
	}
}
