package network

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"slices"
	"syscall"
)

var errReply = errors.New("the kernel's reply about addresses and routes cannot be read")

// State returns bytes that are equal while the machine has the same addresses, and the same
// routes to the internet and to the servers. Addresses that every machine or every link has
// do not count, so a container that starts changes nothing; neither do lifetimes.
//
// All of it is one message to the kernel (rtnetlink(7)). It asks for the routes to given
// addresses instead of listing the default routes: that obeys policy routing and is cheap on
// a router with many routes.
func State(servers []netip.Addr) ([]byte, error) {
	fd, err := syscall.Socket(syscall.AF_NETLINK, syscall.SOCK_RAW|syscall.SOCK_CLOEXEC, syscall.NETLINK_ROUTE)
	if err != nil {
		return nil, err
	}
	defer syscall.Close(fd)
	second := syscall.Timeval{Sec: 1} // the kernel replies at once; an emulation may not know how
	if err := syscall.SetsockoptTimeval(fd, syscall.SOL_SOCKET, syscall.SO_RCVTIMEO, &second); err != nil {
		return nil, err
	}
	to := slices.Concat(faraway, servers)
	if err := syscall.Sendto(fd, request(to), 0, &syscall.SockaddrNetlink{Family: syscall.AF_NETLINK}); err != nil {
		return nil, err
	}
	s := state{routes: make([][]byte, len(to)), wanted: len(to) + 1}
	buffer := make([]byte, 8<<10) // the kernel makes no larger datagrams unless it sees a larger buffer (netlink_dump)
	for read := 0; s.wanted > 0; {
		n, from, err := syscall.Recvfrom(fd, buffer, 0)
		switch kernel, ok := from.(*syscall.SockaddrNetlink); {
		case err == syscall.EINTR:
			continue
		case err != nil:
			return nil, err
		case !ok || kernel.Pid != 0: // from another process
			continue
		}
		if read += n; read > maxState {
			return nil, errTooMany
		}
		if err := s.read(buffer[:n]); err != nil {
			return nil, err
		}
	}
	return s.bytes(), nil
}

// request asks for the route to each address, with its place as the sequence number, and
// for all addresses, with the next number.
func request(to []netip.Addr) []byte {
	var b []byte
	for i, a := range to {
		dst := a.AsSlice()
		b = header(b, syscall.SizeofRtMsg+syscall.SizeofRtAttr+len(dst), syscall.RTM_GETROUTE, 0, i)
		b = append(b, family(a), byte(8*len(dst)), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0) // struct rtmsg
		b = binary.NativeEndian.AppendUint16(b, uint16(syscall.SizeofRtAttr+len(dst)))
		b = binary.NativeEndian.AppendUint16(b, syscall.RTA_DST)
		b = append(b, dst...)
	}
	b = header(b, syscall.SizeofIfAddrmsg, syscall.RTM_GETADDR, syscall.NLM_F_DUMP, len(to))
	return append(b, make([]byte, syscall.SizeofIfAddrmsg)...)
}

// header adds a struct nlmsghdr for a message of n bytes, which is a multiple of 4.
func header(b []byte, n int, kind, flags uint16, seq int) []byte {
	b = binary.NativeEndian.AppendUint32(b, uint32(syscall.SizeofNlMsghdr+n))
	b = binary.NativeEndian.AppendUint16(b, kind)
	b = binary.NativeEndian.AppendUint16(b, syscall.NLM_F_REQUEST|flags)
	b = binary.NativeEndian.AppendUint32(b, uint32(seq))
	return binary.NativeEndian.AppendUint32(b, 0)
}

func family(a netip.Addr) byte {
	if a.Is4() {
		return syscall.AF_INET
	}
	return syscall.AF_INET6
}

// state is what the kernel has said so far.
type state struct {
	routes    [][]byte
	addresses [][]byte
	wanted    int // replies that are not there
}

// read reads one datagram.
func (s *state) read(b []byte) error {
	messages, err := syscall.ParseNetlinkMessage(b)
	if err != nil {
		return errReply
	}
	for _, m := range messages {
		seq, dump := int(m.Header.Seq), int(m.Header.Seq) == len(s.routes)
		switch {
		case seq > len(s.routes):
			return errReply
		case m.Header.Type == syscall.NLMSG_DONE && dump:
			s.wanted--
		case m.Header.Type == syscall.NLMSG_ERROR && !dump: // such as ENETUNREACH: there is no route
			s.wanted--
		case m.Header.Type == syscall.RTM_NEWROUTE && !dump:
			s.routes[seq] = route(&m)
			s.wanted--
		case m.Header.Type == syscall.RTM_NEWADDR && dump:
			if a := address(&m); a != nil {
				s.addresses = append(s.addresses, a)
			}
		default:
			return errReply
		}
	}
	return nil
}

// rtaVia is a gateway of the other family (RTA_VIA), which package syscall does not have.
const rtaVia = 18

// route is where packets leave and how they are addressed.
func route(m *syscall.NetlinkMessage) (b []byte) {
	attributes, err := syscall.ParseNetlinkRouteAttr(m)
	if err != nil {
		return nil
	}
	for _, a := range attributes {
		switch a.Attr.Type {
		case syscall.RTA_OIF, syscall.RTA_GATEWAY, syscall.RTA_PREFSRC, rtaVia:
			b = append(append(b, byte(a.Attr.Type)), a.Value...)
		}
	}
	return b
}

// address is an address with the length of its network; nil if each machine or link has it.
func address(m *syscall.NetlinkMessage) (b []byte) {
	attributes, err := syscall.ParseNetlinkRouteAttr(m)
	if err != nil || len(m.Data) < syscall.SizeofIfAddrmsg {
		return nil
	}
	length, scope := m.Data[1], m.Data[3] // struct ifaddrmsg
	if scope >= syscall.RT_SCOPE_LINK {
		return nil
	}
	for _, a := range attributes {
		switch a.Attr.Type {
		case syscall.IFA_ADDRESS, syscall.IFA_LOCAL: // they differ where a link has two ends
			b = append(append(b, length, byte(a.Attr.Type)), a.Value...)
		}
	}
	return b
}

// bytes has all of it, whatever the order in which the kernel listed addresses.
func (s *state) bytes() (b []byte) {
	slices.SortFunc(s.addresses, slices.Compare)
	for _, part := range slices.Concat(s.routes, s.addresses) {
		b = binary.BigEndian.AppendUint32(b, uint32(len(part)))
		b = append(b, part...)
	}
	return b
}
