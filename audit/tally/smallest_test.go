package tally

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// Whoever can write to a syslog server can name another host and another user in each line. So many
// names are not kept, and a report says so.
func TestNamesAreBounded(t *testing.T) {
	o := Options{}.withDefaults()
	o.caps.names, o.caps.users, o.caps.hosts, o.caps.window = 50, 20, 10, 100
	y := New(o)
	const lines = 3000
	for i := range lines {
		add(t, y, fmt.Sprintf("host%d 7 1 Failed password for user%d from 10.0.%d.%d port 4 ssh2", i, i, i>>8, i&255))
	}
	y.Finish()
	y.dropNames()
	if n := len(y.names.texts); n > 500 { // those of the last connections are among them
		t.Errorf("%d names are kept", n)
	}
	users, hosts, n := 0, 0, 0
	for c := range y.Clients() {
		n++
		users, hosts = users+len(c.Users.Names), hosts+len(c.Hosts)
		if c.Users.About != 1 || c.MoreHosts != (len(c.Hosts) == 0) {
			t.Fatalf("%+v", c)
		}
	}
	s := y.Summary()
	if n != lines || users != 20 || hosts != 10 || len(s.Hosts) != 10 {
		t.Errorf("%d clients, %d users, %d hosts of clients, %d hosts", n, users, hosts, len(s.Hosts))
	}
	for _, of := range []string{"hosts", "names of users"} {
		if !slices.ContainsFunc(s.Reached, func(c Cap) bool { return c.Of == of && c.Left > lines/2 && c.Left < 2*lines }) {
			t.Errorf("%q is not among %+v", of, s.Reached)
		}
	}
}

// In whatever parts and order names come, the same ones stay.
func TestSmallest(t *testing.T) {
	for seed := range uint64(50) {
		r := rand.New(rand.NewPCG(seed, 3))
		all := make([]uint64, 1+r.IntN(60))
		for i := range all {
			all[i] = 1 + r.Uint64N(40)
		}
		whole := smallest{most: 1 + r.IntN(9)}
		parts := [3]smallest{{most: whole.most}, {most: whole.most}, {most: whole.most}}
		for _, h := range all {
			whole.add(h)
			parts[r.IntN(3)].add(h)
		}
		whole.cut()
		parts[1].merge(&parts[2])
		parts[0].merge(&parts[1])
		slices.Sort(all)
		all = slices.Compact(all)
		want := all[:min(len(all), whole.most)]
		bound := uint64(0)
		if len(all) > whole.most {
			bound = want[len(want)-1]
		}
		for _, s := range []*smallest{&whole, &parts[0]} {
			if got := s.sorted(); !slices.Equal(got, want) || s.bound != bound {
				t.Errorf("%d: %v up to %d, want %v up to %d", seed, got, s.bound, want, bound)
			}
		}
	}
}
