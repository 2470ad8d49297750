package batch

import (
	"bytes"
	"slices"
	"testing"

	"golang.org/x/net/ipv4"
	"golang.org/x/sys/unix"
)

// without is a socket whose kernel does not know UDP_SEGMENT.
type without struct {
	messager
	err error
}

func (w without) WriteBatch(ms []ipv4.Message, flags int) (int, error) {
	if slices.ContainsFunc(ms, func(m ipv4.Message) bool { return len(m.OOB) > 0 }) {
		return 0, w.err
	}
	return w.messager.WriteBatch(ms, flags)
}

// Where the kernel does not cut messages, datagrams go one by one, from the first refusal
// on.
func TestWithoutSegments(t *testing.T) {
	for _, refusal := range []error{unix.EINVAL, unix.EIO, unix.EOPNOTSUPP} {
		p, to := peer(t, "127.0.0.1:0")
		c := dial(t, to)
		c.out.socket = without{c.out.socket, refusal}
		for round := range 2 {
			if err := c.Send([][]byte{[]byte("one"), []byte("two"), []byte("three")}); err != nil {
				t.Fatal(round, err)
			}
			b := make([]byte, 16)
			for _, want := range []string{"three", "one", "two"} {
				if round == 1 { // the order is theirs now
					want = ""
				}
				if n, _, err := p.ReadFromUDPAddrPort(b); err != nil || want != "" && string(b[:n]) != want {
					t.Errorf("%q, %v", b[:n], err)
				}
			}
		}
		if !c.out.single {
			t.Error("it is tried again and again")
		}
	}
	p, to := peer(t, "127.0.0.1:0")
	c := dial(t, to)
	c.out.socket = without{c.out.socket, unix.EPERM}
	if err := c.Send([][]byte{[]byte("one"), []byte("two")}); err == nil || c.out.single {
		t.Error(err)
	}
	p.Close()
}

// The last datagram of a message may be shorter, and no message is of more than the kernel
// takes.
func TestSegments(t *testing.T) {
	_, to := peer(t, "127.0.0.1:0")
	c := dial(t, to)
	lengths := func(n, length int) [][]byte { return slices.Repeat([][]byte{bytes.Repeat([]byte("x"), length)}, n) }
	for _, tt := range []struct {
		list [][]byte
		want []int
	}{
		{lengths(1, 50), []int{1}},
		{lengths(64, 50), []int{64}},
		{lengths(65, 50), []int{64, 1}},
		{append(lengths(3, 50), lengths(3, 40)...), []int{4, 2}},
		{append(lengths(1, 50), lengths(1, 40)...), []int{2}},
	} {
		if n := c.out.pack(tt.list); !slices.Equal(c.out.sizes[:n], tt.want) {
			t.Errorf("%v, want %v", c.out.sizes[:n], tt.want)
		}
	}
}
