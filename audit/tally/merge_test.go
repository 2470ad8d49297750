package tally

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"rdnsproxy/sshdlog"
)

// entryOf is one line of a log, parsed.
type logged struct {
	f sshdlog.Frame
	e sshdlog.Event
}

// shown is all that can be read from a finished Tally.
func shown(t testing.TB, y *Tally) string {
	t.Helper()
	y.Finish()
	all := struct {
		Summary *Summary
		Clients []*Client
	}{y.Summary(), slices.Collect(y.Clients())}
	b, err := json.MarshalIndent(all, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func tallied(y *Tally, log []logged) *Tally {
	for i := range log {
		y.Add(&log[i].f, &log[i].e)
	}
	return y
}

// split counts a log in parts, cut and merged at random.
func split(t testing.TB, r *rand.Rand, o Options, log []logged, first bool) *Tally {
	t.Helper()
	if len(log) < 2 || r.IntN(6) == 0 {
		y := NewPart(o)
		if first && r.IntN(2) == 0 {
			y = New(o)
		}
		return coded(t, r, tallied(y, log))
	}
	at := 1 + r.IntN(len(log)-1)
	a := split(t, r, o, log[:at], first)
	b := split(t, r, o, log[at:], false)
	if err := a.Merge(b); err != nil {
		t.Fatal(err)
	}
	return coded(t, r, a)
}

// coded copies a tally now and then, or sends it through its encoding.
func coded(t testing.TB, r *rand.Rand, y *Tally) *Tally {
	t.Helper()
	switch r.IntN(4) {
	case 0, 1:
		return y
	case 2:
		c := y.Clone()
		tallied(y, colliding(r, 30)) // does not change the copy
		y.Finish()
		return c
	}
	var b bytes.Buffer
	if err := y.Encode(&b); err != nil {
		t.Fatal(err)
	}
	z, err := (&decoder{Reader: bufio.NewReader(&b)}).decode(y.o.caps)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// colliding returns a log in which everything meets: few processes, hosts, clients and ports.
func colliding(r *rand.Rand, lines int) []logged {
	hosts := []string{"a", "b", "", "c", "d", "e", "f", "g", "h", "i", "j"}[:2+r.IntN(2)*r.IntN(10)]
	users := []string{"root", "anna", "bob", "", "hunter2", "ROOT", "x1", "x2", "x3", "x4", "x5", "x6", "x7"}
	names := []string{"", "a.example", "b.example", "c.example", "\xff.example"}
	lists := []string{"", "not in AllowUsers", "*.example.com", "7", "past Maxstartups"}
	if r.IntN(3) == 0 {
		for i := range 20 {
			names, lists = append(names, fmt.Sprintf("n%d", i)), append(lists, fmt.Sprintf("*.n%d", i))
		}
	}
	pids := uint32(2 + r.IntN(12))
	clients := 1 + r.IntN(5)
	unsure := r.IntN(4)
	log := make([]logged, lines)
	now := int64(1_700_000_000)
	for i := range log {
		now += int64(r.IntN(7)*r.IntN(600)) - 300
		e := sshdlog.Event{Kind: sshdlog.Kind(r.IntN(sshdlog.Kinds)), Repeat: 1}
		if r.IntN(3) == 0 {
			e.Kind = []sshdlog.Kind{sshdlog.Failed, sshdlog.Accepted, sshdlog.End, sshdlog.Gone, sshdlog.Invalid}[r.IntN(5)]
		}
		if r.IntN(20) == 0 {
			e.Repeat = 1 + uint32(r.IntN(5))
		}
		addr := netip.AddrFrom4([4]byte{192, 0, 2, byte(r.IntN(clients))})
		if r.IntN(9) == 0 {
			addr = netip.MustParseAddr(fmt.Sprintf("2001:db8::%d", r.IntN(clients)))
		}
		if r.IntN(4) >= unsure {
			e.Sure, e.Addr = true, addr
			if r.IntN(3) > 0 {
				e.Port = uint16(1 + r.IntN(3))
			}
		} else if r.IntN(2) == 0 {
			e.Suspect = true
		}
		if r.IntN(2) == 0 {
			e.HasUser, e.User = true, []byte(users[r.IntN(len(users))])
			e.Invalid = r.IntN(4) == 0
		}
		e.Name = []byte(names[r.IntN(len(names))])
		e.Rest = []byte(lists[r.IntN(len(lists))])
		e.Listener = r.IntN(9) == 0
		e.Text = fmt.Appendf(nil, "%v for %s from 192.0.2.%d port 7", e.Kind, e.User, r.IntN(clients+3))
		if r.IntN(5) == 0 {
			e.Text = fmt.Appendf(e.Text, " from 192.0.2.%d port 8", r.IntN(clients))
		}
		f := sshdlog.Frame{
			Host: []byte(hosts[r.IntN(len(hosts))]), PID: uint32(r.IntN(int(pids))), Time: now,
			Micro: int32(r.IntN(3) - 1), Msg: e.Text, Repeat: e.Repeat, Trust: sshdlog.Trust(r.IntN(4)), UID: uint32(r.IntN(20)),
		}
		if r.IntN(30) == 0 {
			f.Time = 0
		}
		if r.IntN(200) == 0 {
			f.Time -= 9 * 3600
		}
		log[i] = logged{f, e}
	}
	return log
}

// options returns Options at random.
func options(r *rand.Rand, window int64) Options {
	o := Options{Window: window, UnknownUsers: r.IntN(4) == 0}
	if r.IntN(4) == 0 {
		o.Since = 1_700_000_000 + int64(r.IntN(20_000))
	}
	if r.IntN(4) == 0 {
		o.Until = 1_700_000_000 + int64(r.IntN(200_000))
	}
	if r.IntN(5) == 0 {
		o.Only.Clients = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/31"), netip.MustParsePrefix("2001:db8::/64")}
	}
	if r.IntN(5) == 0 {
		o.Only.Users = []string{"root", "hunter2"}
	}
	if r.IntN(5) == 0 {
		o.Only.Hosts = []string{"a", "c"}
	}
	o.caps = Options{}.withDefaults().caps
	if r.IntN(3) == 0 {
		o.caps = caps{
			clients: 1 + r.IntN(6), names: 1 + r.IntN(9), users: 1 + r.IntN(5), hosts: 1 + r.IntN(3), hours: 1 + r.IntN(9), reported: 1 + r.IntN(9),
			window: int64(2 + r.IntN(3)*r.IntN(100)),
		}
		o.caps.named = 1 + r.IntN(o.caps.clients)
	}
	return o
}

// A log counted in parts, cut anywhere and merged in any bracketing, gives what it gives as a
// whole.
func TestMergeIsExact(t *testing.T) {
	seeds := uint64(30)
	if testing.Short() {
		seeds = 15
	}
	for _, window := range []int64{3, 50, 4096} {
		t.Run(fmt.Sprintf("window %d", window), func(t *testing.T) {
			for seed := range seeds {
				r := rand.New(rand.NewPCG(seed, uint64(window)))
				checkMerge(t, r, options(r, window), colliding(r, 20+r.IntN(600)))
				if t.Failed() {
					t.Fatalf("seed %d", seed)
				}
			}
		})
	}
}

func checkMerge(t testing.TB, r *rand.Rand, o Options, log []logged) {
	t.Helper()
	want := shown(t, tallied(New(o), log))
	for range 3 {
		if got := shown(t, split(t, r, o, log, true)); got != want {
			a, b := diff(want, got)
			t.Errorf("options %s, caps %+v\nwhole:\n%s\nparts:\n%s", o.key(), o.caps, a, b)
			return
		}
	}
}

// diff returns the lines around the first difference.
func diff(a, b string) (string, string) {
	x, y := bytes.Split([]byte(a), []byte("\n")), bytes.Split([]byte(b), []byte("\n"))
	i := 0
	for i < min(len(x), len(y)) && bytes.Equal(x[i], y[i]) {
		i++
	}
	around := func(l [][]byte) string {
		return string(bytes.Join(l[min(len(l), max(0, i-25)):min(len(l), i+6)], []byte("\n")))
	}
	return around(x), around(y)
}

// Tallies of several hosts can be merged in any order, but for what goes by that order.
func TestHostsMergeInAnyOrder(t *testing.T) {
	log := colliding(rand.New(rand.NewPCG(5, 5)), 2000)
	byHost := map[string][]logged{}
	for _, l := range log {
		byHost[string(l.f.Host)] = append(byHost[string(l.f.Host)], l)
	}
	hosts := slices.Sorted(maps.Keys(byHost))
	var want string
	for seed := range uint64(6) {
		r := rand.New(rand.NewPCG(seed, 5))
		r.Shuffle(len(hosts), func(i, j int) { hosts[i], hosts[j] = hosts[j], hosts[i] })
		y := NewPart(Options{})
		for _, h := range hosts {
			if err := y.Merge(split(t, r, Options{}, byHost[h], false)); err != nil {
				t.Fatal(err)
			}
		}
		y.Finish()
		for k := uint32(1); k <= y.extras.n; k++ {
			m := y.extras.at(k)
			m.login, m.nameFirst, m.nameLast, m.mapping = login{}, 0, 0, 0
		}
		if got := shown(t, y); want == "" {
			want = got
		} else if a, b := diff(want, got); got != want {
			t.Fatalf("%v:\n%s\nnot\n%s", hosts, b, a)
		}
	}
}
