package tally

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"

	"rdnsproxy/sshdlog"
)

// FuzzMerge makes a log of bytes, four for each line, and cuts it.
func FuzzMerge(f *testing.F) {
	f.Add([]byte("\x05\x00\x00\x00\x0f\x00\x01\x00\x10\x01\x02\x40"), uint64(1))
	f.Add(bytes.Repeat([]byte("\x05\x11\x42\x83\x0f\x11\x50\x00\x10\x01\x02\x40"), 9), uint64(2))
	// A name of a client beyond the bound in a line of which names are not kept at all.
	f.Add([]byte("\x05\x11B\x83\x83\x0f\x11P\x00\x01\x02@\x05\x11B\x83\x0f\x11P\x00\x10\x01\x02@\x05\x11B\x0f\x11P\x00\x10\x10\x01\x02\"\x05\x11B\x83\x0f\x11P\x00\x10\x01\x02@"+
		"\x05+B\x83\x0f\x11P\x10\x01\x02\x00@\x05\x11B\x83\x0f\x11\x80\xff\xff\xff\x02@\x05\xff\xff\x83"), uint64(9))
	f.Fuzz(func(t *testing.T, b []byte, seed uint64) {
		var log []logged
		for ; len(b) >= 4 && len(log) < 300; b = b[4:] {
			log = append(log, lineOf([4]byte(b)))
		}
		r := rand.New(rand.NewPCG(seed, 1))
		checkMerge(t, r, options(r, []int64{3, 50, 4096}[seed%3]), log)
	})
}

// lineOf makes a line of four bytes.
func lineOf(b [4]byte) logged {
	e := sshdlog.Event{
		Kind: sshdlog.Kind(int(b[0]) % sshdlog.Kinds), Sure: b[1]&1 != 0, Suspect: b[1]&3 == 2, Listener: b[1]&15 == 15,
		HasUser: b[1]&16 != 0, Invalid: b[1]&32 != 0, Repeat: 1 + uint32(b[1]>>6), User: []byte{'a' + b[2]&3},
		Text: fmt.Appendf(nil, "x from 192.0.2.%d port %d", b[2]>>2&3, b[3]),
	}
	if e.Sure {
		e.Addr, e.Port = netip.AddrFrom4([4]byte{192, 0, 2, b[2] >> 4 & 3}), uint16(b[2]>>6)
	}
	if b[0] > 128 {
		e.Name, e.Rest = []byte{'n', b[2] & 7}, []byte{'1' + b[3]&3}
	}
	return logged{sshdlog.Frame{
		Host: []byte{'h' + b[3]&1}, PID: uint32(b[3] >> 1 & 7), Time: int64(b[3]>>4) * 1000, Micro: int32(b[3]) - 1,
		Trust: sshdlog.Trust(b[3] & 3),
	}, e}
}

// FuzzDecode reads tallies of strangers'.
func FuzzDecode(f *testing.F) {
	for seed := range uint64(12) {
		r := rand.New(rand.NewPCG(seed, 3))
		y := NewPart(Options{UnknownUsers: seed%2 == 0})
		if seed%3 == 0 {
			y = New(Options{Only: Filter{Users: []string{"root"}}})
		}
		var b bytes.Buffer
		if err := tallied(y, colliding(r, 5+int(seed)*4)).Encode(&b); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		y, err := Decode(bytes.NewReader(b))
		if err != nil {
			return
		}
		var again bytes.Buffer
		if err := y.Encode(&again); err != nil {
			t.Fatal(err)
		}
		z, err := Decode(&again)
		if err != nil {
			t.Fatalf("%v\n%s", err, again.String())
		}
		if err := y.Clone().Merge(z); err != nil {
			t.Fatal(err)
		}
		w := New(y.o)
		tallied(w, colliding(rand.New(rand.NewPCG(1, 1)), 100))
		if err := w.Merge(y); err != nil {
			t.Fatal(err)
		}
		w.Finish()
		w.Summary()
		for range w.Clients() {
		}
	})
}
