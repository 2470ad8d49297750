package resolve

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"rdnsproxy/resolve/internal/batch"
)

// played is a lane in a time of its own, and a server that treats each name as its first
// letter says: ok, refused, silent. It takes room datagrams at once; 0: any number.
type played struct {
	*Lane
	*laneServer
	room    int
	replies []playedReply
	last    map[byte]time.Duration // when the last name of a kind was told of
	sent    map[byte]int           // datagrams
}

type playedReply struct {
	at     time.Time
	socket *laneSocket
	data   []byte
}

const playedTrip = 5 * time.Millisecond

func play(t *testing.T, room int) *played {
	t.Helper()
	sink, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { sink.Close() })
	r := asking(t)
	r.Config.Servers = []Server{{sink.LocalAddr().(*net.UDPAddr).AddrPort()}}
	r.Config.Timeout, r.Config.Attempts = 5*time.Second, 2
	r.init()
	l := newLane(r, LaneOptions{})
	p := &played{Lane: l, laneServer: l.servers[0], room: room, last: map[byte]time.Duration{}, sent: map[byte]int{}}
	for range lanePorts {
		conn, err := batch.Dial(p.address.Addr)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		p.sockets = append(p.sockets, &laneSocket{conn: conn, server: p.laneServer, pending: map[uint16]*shot{}, born: l.now.Add(time.Hour)})
	}
	return p
}

// run has the lane ask about all names, and returns when it has been told of all.
func (p *played) run(names []string) {
	began := p.now
	left := len(names)
	for _, name := range names {
		q := Question{Name(name + ".example.com"), A}
		p.jobs = append(p.jobs, &askJob{list: []Question{q}, done: func(*askJob) {
			left--
			p.last[name[0]] = p.now.Sub(began)
		}})
	}
	for left > 0 && p.now.Sub(began) < time.Hour {
		p.step()
		p.reply()
		p.now = p.now.Add(time.Millisecond)
		for len(p.replies) > 0 && !p.replies[0].at.After(p.now) {
			x := p.replies[0]
			p.replies = p.replies[1:]
			x.socket.got(x.data)
		}
		p.swept.until = p.now
		p.expire()
		for _, k := range p.sockets {
			k.asked = 0 // no new ports
		}
	}
}

// reply has the server reply to what has just been sent.
func (p *played) reply() {
	for level := range p.air {
		for x := p.air[level].last; x != nil && x.sent.Equal(p.now); x = x.prev {
			kind := string(x.flight.q.Name)[0]
			p.sent[kind]++
			if kind == 's' || p.room > 0 && len(p.replies) >= p.room {
				continue
			}
			b := append([]byte(nil), x.query()...)
			b[2], b[3] = b[2]|0x80, 0x80|dns.RcodeNameError
			if kind == 'r' {
				b[3] = 0x80 | dns.RcodeRefused
			}
			p.replies = append(p.replies, playedReply{p.now.Add(playedTrip), x.socket, b})
		}
	}
}

// ordinary is when the ordinary way would be told of the last name that is answered: 512
// questions are outstanding, and a silent one takes 10 s.
func ordinary(names []string) (last time.Duration) {
	var places [512]time.Duration
	for _, name := range names {
		first := 0
		for i := range places {
			if places[i] < places[first] {
				first = i
			}
		}
		if places[first] += playedTrip; name[0] == 's' {
			places[first] += 10*time.Second - playedTrip
		} else {
			last = max(last, places[first])
		}
	}
	return last
}

// mixed is n names, those of which other says so of the given kind.
func mixed(n int, kind string, other func(i int) bool) (names []string) {
	for i := range n {
		of := "ok"
		if other(i) {
			of = kind
		}
		names = append(names, fmt.Sprintf("%s%d", of, i))
	}
	return names
}

// Names for which nobody answers, or which are refused, hardly hold up the others, wherever
// they stand.
func TestLanePassesWhatIsDead(t *testing.T) {
	for _, tt := range []struct {
		text  string
		n     int
		other func(i int) bool
		dead  time.Duration // the others take no longer than this if these are silent
		no    time.Duration // the same, if they are refused
	}{
		{"first 1000", 4000, func(i int) bool { return i < 1000 }, 6 * time.Second, 2 * time.Second},
		{"first 20", 1000, func(i int) bool { return i < 20 }, time.Second, time.Second},
		{"1000 amidst", 4000, func(i int) bool { return i >= 1500 && i < 2500 }, 6 * time.Second, 2 * time.Second},
		{"one in five", 3000, func(i int) bool { return i%5 == 0 }, 3 * time.Second, time.Second},
		{"three in ten", 3000, func(i int) bool { return i%10 < 3 }, 4 * time.Second, time.Second},
		{"seven in ten", 3000, func(i int) bool { return i%10 < 7 }, 12 * time.Second, 2 * time.Second},
	} {
		for kind, most := range map[string]time.Duration{"silent": tt.dead, "refused": tt.no} {
			names := mixed(tt.n, kind, tt.other)
			p := play(t, 0)
			p.run(names)
			t.Logf("%s %s: %v, ordinary %v, all %v, %v", tt.text, kind, p.last['o'], ordinary(names), p.last[kind[0]], p.sent)
			if p.last['o'] > most {
				t.Errorf("%s %s: the others wait for %v", tt.text, kind, p.last['o'])
			}
			if kind == "silent" && p.last['o'] > ordinary(names)+time.Second {
				t.Errorf("%s: %v, and the ordinary way %v", tt.text, p.last['o'], ordinary(names))
			}
		}
	}
}

// What a server has no room for is still seen as that, also among silent names.
func TestLaneSeesLossBesideSilence(t *testing.T) {
	p := play(t, 100)
	names := mixed(20000, "silent", func(i int) bool { return i%10 == 0 })
	p.run(names)
	t.Logf("%v, %v, window %v, rate %v", p.last, p.sent, p.window, p.rate)
	if answered := strings.Count(strings.Join(names, " "), "ok"); p.sent['o'] > answered*3/2 {
		t.Errorf("%d datagrams for %d names: %v", p.sent['o'], answered, p.last)
	}
	if p.window > 400 {
		t.Errorf("window %v", p.window)
	}
}

// A server that answers nothing is asked slowly, and as before once it answers.
func TestPaceHushes(t *testing.T) {
	p := newPace(1024)
	now := time.Unix(100, 0)
	p.window, p.calm, p.hush.heard = 512, true, now
	e := &epoch{began: now.Add(-1), ended: now.Add(1), sent: 100, silent: 100, peak: 100}
	if p.adapt(e); p.rate != 0 || p.window != 512 {
		t.Errorf("others were answered meanwhile: %+v", p)
	}
	e.began = now.Add(1)
	if p.adapt(e); p.rate != silentRate {
		t.Errorf("%+v", p)
	}
	if p.revive(now.Add(2)); p.rate != 0 || p.window != 256 {
		t.Errorf("%+v", p)
	}
}

// A storm halves the rate once a second, to a bound, and ends with the first answers of use.
func TestPaceOfAStorm(t *testing.T) {
	p := newPace(1024)
	at := time.Unix(0, 0)
	refused := func(d time.Duration) {
		p.calmDown(&epoch{began: at.Add(d - 10*time.Millisecond), ended: at.Add(d), sent: 80, good: 80})
	}
	for _, x := range []struct {
		at   time.Duration
		rate float64
	}{{time.Second, 4000}, {1100 * time.Millisecond, 4000}, {2 * time.Second, 2000}, {3 * time.Second, 1000}, {4 * time.Second, stormRate}, {9 * time.Second, stormRate}} {
		if refused(x.at); p.rate != x.rate {
			t.Errorf("at %v: %v, want %v", x.at, p.rate, x.rate)
		}
	}
	if p.clear(); p.rate != 0 {
		t.Errorf("%+v", p)
	}
}
