package resolve

import (
	"context"
	"errors"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/miekg/dns"

	"rdnsproxy/internal/lab"
)

// driven is a lane whose goroutine is the test, and what it has been told.
type driven struct {
	*Lane
	told map[Name]*Answer
}

func drive(t *testing.T, r *Resolver, names ...string) *driven {
	t.Helper()
	r.init()
	d := &driven{newLane(r, LaneOptions{}), map[Name]*Answer{}}
	for _, name := range names {
		q := Question{Name(name), A}
		d.jobs = append(d.jobs, &askJob{list: []Question{q}, done: func(j *askJob) { d.told[q.Name] = j.answers[q] }})
	}
	t.Cleanup(d.end)
	return d
}

// stand has the lane stand still for a time.
func (d *driven) stand(still time.Duration) {
	d.forgive(-still)
	d.now = d.now.Add(-still)
	d.alarm = d.now.Add(heartbeat)
}

// However late a lane comes to it: an answer that has arrived is not missing.
func TestLaneReadsBeforeItExpires(t *testing.T) {
	list, zone := many(25)
	names := []string{"silent.example.com"}
	for _, q := range list {
		names = append(names, string(q.Name))
	}
	s := startDNS(t, zone)
	s.Fault("silent.example.com", lab.Drop)
	d := drive(t, asking(t, s), names...)
	d.step()
	var arrived []*receipt
	for n := 0; n < len(list); n += arrived[len(arrived)-1].batch.Len() {
		arrived = append(arrived, <-d.received)
	}
	d.now = d.now.Add(time.Hour)
	d.expire()
	for _, x := range arrived {
		d.take(x)
	}
	for len(d.told) < len(names) {
		if d.expire(); len(d.ready) == 0 {
			d.take(<-d.received)
		}
		d.deliver()
	}
	for name, a := range d.told {
		want := OK
		if name == "silent.example.com" {
			want = Timeout
		}
		if a == nil || a.Status != want {
			t.Errorf("%s: %+v", name, a)
		}
	}
}

// Time in which nobody ran does not count against a server.
func TestLaneForgivesWhatNobodyRan(t *testing.T) {
	s := startDNS(t, lab.Zone("example.com", "host A 192.0.2.1"))
	s.Fault("silent.example.com", lab.Drop)
	d := drive(t, asking(t, s), "silent.example.com")
	d.step()
	x := d.flights.first.shots
	for range 10 {
		d.stand(d.patience)
		d.tick()
		d.swept.until = d.now
		d.expire()
		d.step()
	}
	if d.told["silent.example.com"] != nil || d.flights.first == nil {
		t.Errorf("given up: %+v", d.told)
	}
	if took := d.now.Sub(x.sent); took > d.patience/2 {
		t.Errorf("a datagram is %v old", took)
	}
}

// The ordinary way reads first too, when its own time is over and when the asker's is.
func TestMuxReadsBeforeItExpires(t *testing.T) {
	for _, end := range []string{"socket's", "asker's"} {
		t.Run(end, func(t *testing.T) {
			server, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
			if err != nil {
				t.Fatal(err)
			}
			defer server.Close()
			conn, err := net.DialUDP("udp", nil, server.LocalAddr().(*net.UDPAddr))
			if err != nil {
				t.Fatal(err)
			}
			query, err := packQuery(hostQuestion, true)
			if err != nil {
				t.Fatal(err)
			}
			k := newSocket(conn, patience, 1, 1)
			f := &flight{query: query, done: make(chan struct{})}
			k.window <- struct{}{}
			if !k.add(f) || k.send(f) != nil {
				t.Fatal("not sent")
			}
			reply(t, server)
			past := time.Now().Add(-time.Millisecond)
			if f.deadline = past; end == "socket's" {
				k.woken = past
				k.conn.SetReadDeadline(past)
			}
			over := make(chan struct{})
			defer func() { conn.Close(); <-over }()
			go func() { k.read(); close(over) }()
			if end == "asker's" {
				err = slot{f, k}.giveUp(fmt.Errorf("timeout: %w", context.DeadlineExceeded))
			} else {
				<-f.done
				err = f.err
			}
			if err != nil || len(f.reply.Answer) != 1 {
				t.Errorf("%v, %+v", err, f.reply)
			}
		})
	}
}

// reply answers the next query with an address.
func reply(t *testing.T, server *net.UDPConn) {
	t.Helper()
	b := make([]byte, 1500)
	n, from, err := server.ReadFromUDPAddrPort(b)
	if err != nil {
		t.Fatal(err)
	}
	var m dns.Msg
	if err := m.Unpack(b[:n]); err != nil {
		t.Fatal(err)
	}
	a, err := dns.NewRR(m.Question[0].Name + " A 192.0.2.1")
	if err != nil {
		t.Fatal(err)
	}
	m.SetReply(m.Copy())
	m.Answer = []dns.RR{a}
	if b, err = m.Pack(); err != nil {
		t.Fatal(err)
	}
	if _, err := server.WriteToUDPAddrPort(b, from); err != nil {
		t.Fatal(err)
	}
}

// A timeout does not count time in which nobody ran either.
func TestTimeoutForgivesWhatNobodyRan(t *testing.T) {
	r := asking(t, hostZone(t))
	r.Rate = 1000
	ctx, cancel := r.WithTimeout(context.Background(), patience)
	defer cancel()
	c := clockOf(ctx)
	c.mu.Lock()
	c.since = c.since.Add(-2 * patience) // it was stopped for so long
	c.mu.Unlock()
	c.ring()
	if err := ctx.Err(); err != nil {
		t.Error(err)
	}
	c.mu.Lock()
	c.left = 0
	c.mu.Unlock()
	c.ring()
	if err := ctx.Err(); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}
