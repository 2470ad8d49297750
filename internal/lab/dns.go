package lab

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/miekg/dns"
)

// DNSServer is a DNS server on loopback, with UDP and TCP on the same port. It serves
// its zones and refuses all other names. It follows CNAMEs from zone to zone, as a
// recursive server does.
type DNSServer struct {
	addr    netip.AddrPort
	servers []*dns.Server
	serving sync.WaitGroup
	stop    chan struct{} // ends delays

	mu     sync.Mutex
	zones  []zone
	faults map[string][]DNSFault // by key of the name; "" for all names
	asked  map[dns.Question]int
	tcp    int
	total  int
}

// StartDNS starts a server for the zones on a free port of 127.0.0.1.
func StartDNS(zones ...DNSZone) (*DNSServer, error) {
	return StartDNSAt(netip.MustParseAddrPort("127.0.0.1:0"), zones...)
}

// StartDNSAt is like StartDNS, on the given address and port; port 0 means a free one.
func StartDNSAt(addr netip.AddrPort, zones ...DNSZone) (*DNSServer, error) {
	s := &DNSServer{stop: make(chan struct{}), faults: map[string][]DNSFault{}, asked: map[dns.Question]int{}}
	for _, z := range zones {
		parsed, err := z.parse()
		if err != nil {
			return nil, err
		}
		s.zones = append(s.zones, parsed)
	}
	udp, tcp, err := listenBoth(addr)
	if err != nil {
		return nil, err
	}
	s.addr = udp.LocalAddr().(*net.UDPAddr).AddrPort()
	s.servers = []*dns.Server{
		{PacketConn: udp, UDPSize: dns.MaxMsgSize, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
			s.serve(w, q, false)
		})},
		{Listener: tcp, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) { s.serve(w, q, true) })},
	}
	for _, server := range s.servers {
		started := make(chan struct{})
		server.NotifyStartedFunc = func() { close(started) }
		s.serving.Go(func() { server.ActivateAndServe() })
		<-started
	}
	return s, nil
}

// listenBoth listens on a port that is free for both protocols.
func listenBoth(addr netip.AddrPort) (*net.UDPConn, net.Listener, error) {
	var failed error
	for range 16 {
		udp, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(addr))
		if err != nil {
			return nil, nil, err
		}
		tcp, err := net.Listen("tcp", udp.LocalAddr().String())
		if err == nil {
			udp.SetReadBuffer(4 << 20) // a busy machine reads late; the system may give less
			return udp, tcp, nil
		}
		udp.Close()
		failed = err
		if addr.Port() != 0 {
			break
		}
	}
	return nil, nil, failed
}

// Addr returns the address that the server listens on.
func (s *DNSServer) Addr() netip.AddrPort { return s.addr }

// Fault makes the server misbehave whenever it is asked for name, or for any name if
// name is "". Several faults for a name apply in order; a call without faults ends
// them.
func (s *DNSServer) Fault(name string, faults ...DNSFault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if name != "" {
		name = key(name)
	}
	s.faults[name] = faults
}

// Add adds records to their zones while the server runs.
func (s *DNSServer) Add(records ...string) error {
	for _, text := range records {
		rr, err := dns.NewRR(text)
		if err != nil || rr == nil {
			return fmt.Errorf("record %q: %w", text, errors.Join(err, errNoRecord))
		}
		s.mu.Lock()
		z := s.zone(key(rr.Header().Name))
		if z != nil {
			z.add(rr)
		}
		s.mu.Unlock()
		if z == nil {
			return fmt.Errorf("record %q: in no zone of this server", text)
		}
	}
	return nil
}

// Asked returns how often a question was received, over UDP or TCP; type 0 counts all
// types.
func (s *DNSServer) Asked(name string, qtype uint16) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for q, times := range s.asked {
		if q.Name == key(name) && (qtype == 0 || q.Qtype == qtype) {
			n += times
		}
	}
	return n
}

// Questions returns the number of questions received.
func (s *DNSServer) Questions() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.total
}

// Streams returns how many of the questions came over TCP.
func (s *DNSServer) Streams() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tcp
}

// Close stops the server and waits until all its goroutines have ended.
func (s *DNSServer) Close() error {
	select {
	case <-s.stop:
		return nil
	default:
	}
	close(s.stop)
	var errs []error
	for _, server := range s.servers {
		errs = append(errs, server.Shutdown())
	}
	s.serving.Wait()
	return errors.Join(errs...)
}

// serve answers one question, as its faults demand.
func (s *DNSServer) serve(w dns.ResponseWriter, query *dns.Msg, tcp bool) {
	q := query.Question[0]
	name := key(q.Name)
	x := &DNSExchange{TCP: tcp, Query: query}
	s.mu.Lock()
	s.total++
	s.asked[dns.Question{Name: name, Qtype: q.Qtype, Qclass: q.Qclass}]++
	if tcp {
		s.tcp++
	}
	x.Reply = s.resolve(query)
	faults := append(append([]DNSFault(nil), s.faults[""]...), s.faults[name]...)
	s.mu.Unlock()
	if len(faults) > 0 {
		x.Reply = x.Reply.Copy() // they may change the records, which are the zones'
	}
	for _, f := range faults {
		f(x)
	}
	if x.delay > 0 {
		select {
		case <-time.After(x.delay):
		case <-s.stop:
			return
		}
	}
	x.send(w)
}
