package zones

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"rdnsproxy/internal/console"
	"rdnsproxy/resolve"
)

// server runs a name server that answers transfers, and returns its address.
func server(t *testing.T, transfer func(w dns.ResponseWriter, q *dns.Msg)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &dns.Server{Listener: l, Handler: dns.HandlerFunc(transfer)}
	go s.ActivateAndServe()
	t.Cleanup(func() { s.Shutdown() })
	return l.Addr().String()
}

func rrs(t *testing.T, lines ...string) (all []dns.RR) {
	t.Helper()
	for _, line := range lines {
		rr, err := dns.NewRR(line)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, rr)
	}
	return all
}

func TestTransfer(t *testing.T) {
	soa := "example.com. 60 SOA ns.example.com. host.example.com. 1 2 3 4 5"
	send := func(lines ...string) func(dns.ResponseWriter, *dns.Msg) {
		return func(w dns.ResponseWriter, q *dns.Msg) {
			records := rrs(t, lines...)
			ch := make(chan *dns.Envelope)
			go func() {
				defer close(ch)
				for _, rr := range records {
					ch <- &dns.Envelope{RR: []dns.RR{rr}}
				}
			}()
			_ = new(dns.Transfer).Out(w, q, ch)
			w.Close()
		}
	}
	tests := []struct {
		name   string
		server func(dns.ResponseWriter, *dns.Msg)
		zone   string
		want   string // the targets; else the error after "from SERVER: "
	}{
		{"allowed", send(soa, "web.example.com. 60 A 192.0.2.1", "web.example.org. 60 A 192.0.2.2", "*.example.com. A 192.0.2.3", soa), "example.com",
			"web.example.com."},
		{"refused", func(w dns.ResponseWriter, q *dns.Msg) { w.WriteMsg(new(dns.Msg).SetRcode(q, dns.RcodeRefused)) }, "example.com",
			"the server answers REFUSED"},
		{"of another zone", func(w dns.ResponseWriter, q *dns.Msg) { w.WriteMsg(new(dns.Msg).SetRcode(q, dns.RcodeNotAuth)) }, "example.net",
			"the server answers NOTAUTH"},
		{"cut", send(soa, "web.example.com. 60 A 192.0.2.1"), "example.com", "EOF"},
		{"hung up", func(w dns.ResponseWriter, q *dns.Msg) { w.Close() }, "example.com", "EOF"},
		{"nothing", send("web.example.com. 60 A 192.0.2.1"), "example.com", "no SOA"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			at := server(t, tt.server)
			s := new(Set)
			got := ""
			if err := s.Transfer(context.Background(), tt.zone+"@"+at, nil); err != nil {
				var r *console.Refusal
				if !errors.As(err, &r) || r.Hint == "" {
					t.Errorf("%v: no hint", err)
				}
				_, got, _ = strings.Cut(err.Error(), "from "+at+": ")
			}
			for target := range s.Targets() {
				if got += target.Text; target.Where != "example.com@"+at {
					t.Errorf("%s is from %s", target.Text, target.Where)
				}
				r, _ := s.Answer(resolve.Question{Name: "web.example.com", Type: resolve.SOA})
				if len(r.Authority) != 1 || r.Authority[0].Zone == nil || r.Authority[0].Zone.Apex != "example.com" {
					t.Errorf("no SOA record where there is nothing: %+v", r)
				}
			}
			if !strings.HasPrefix(got, tt.want) {
				t.Errorf("%s\nwant %s", got, tt.want)
			}
		})
	}
}

// TestTransferEnds: a server that says nothing more does not hold up whoever gives up.
func TestTransferEnds(t *testing.T) {
	hanging := make(chan struct{})
	at := server(t, func(dns.ResponseWriter, *dns.Msg) { <-hanging })
	t.Cleanup(func() { close(hanging) }) // before the server's
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(50*time.Millisecond, cancel)
	if err := new(Set).Transfer(ctx, "example.com@"+at, nil); err == nil || !strings.HasSuffix(err.Error(), ": interrupted") {
		t.Errorf("%v", err)
	}
}
