package dial

import (
	"encoding/binary"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// held is what the kernel knows about an address of this machine.
type held struct {
	index      int // of its interface
	bits       int // of its network
	deprecated bool
	home       bool
}

// heldAddresses asks the kernel for all of them at once (rtnetlink(7)), as glibc's
// __check_pf does. The map is empty if the kernel does not answer, never nil.
func heldAddresses() map[netip.Addr]held {
	all := make(map[netip.Addr]held)
	table, err := syscall.NetlinkRIB(unix.RTM_GETADDR, unix.AF_UNSPEC)
	if err != nil {
		return all
	}
	messages, err := syscall.ParseNetlinkMessage(table)
	if err != nil {
		return all
	}
	for _, m := range messages {
		if m.Header.Type != unix.RTM_NEWADDR || len(m.Data) < unix.SizeofIfAddrmsg {
			continue
		}
		attrs, err := syscall.ParseNetlinkRouteAttr(&m)
		if err != nil {
			continue
		}
		h := held{
			bits:       int(m.Data[1]),
			deprecated: m.Data[2]&unix.IFA_F_DEPRECATED != 0,
			home:       m.Data[2]&unix.IFA_F_HOMEADDRESS != 0,
			index:      int(binary.NativeEndian.Uint32(m.Data[4:])),
		}
		var local, address netip.Addr
		for _, a := range attrs {
			switch a.Attr.Type {
			case unix.IFA_LOCAL:
				local, _ = netip.AddrFromSlice(a.Value)
			case unix.IFA_ADDRESS:
				address, _ = netip.AddrFromSlice(a.Value)
			}
		}
		if local.IsValid() { // on a point-to-point link IFA_ADDRESS is the other end
			address = local
		}
		all[address] = h
	}
	return all
}

// tunnel reports whether an interface carries IP in IP (glibc's __check_native).
func tunnel(index int) bool {
	ifi, err := net.InterfaceByIndex(index)
	if err != nil {
		return false
	}
	kind, err := os.ReadFile("/sys/class/net/" + ifi.Name + "/type")
	switch strings.TrimSpace(string(kind)) {
	case "768", "769", "776": // ARPHRD_TUNNEL, ARPHRD_TUNNEL6, ARPHRD_SIT
		return err == nil
	}
	return false
}
