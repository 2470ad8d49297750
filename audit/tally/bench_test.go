package tally

import (
	"bytes"
	"fmt"
	"net/netip"
	"runtime"
	"testing"

	"rdnsproxy/sshdlog"
)

// busy returns a log of n lines: each connection has so many, 100 are interleaved, pids and
// ports are in sequence, and there are so many clients.
func busy(n, perConnection, clients int) []logged {
	users := [][]byte{[]byte("root"), []byte("admin"), []byte("anna"), []byte("oracle"), []byte("ftp")}
	log := make([]logged, n)
	now := int64(1_700_000_000)
	for i := range log {
		now += int64(i & 1)
		group := i / (100 * perConnection)
		c := group*100 + i%100 // the connection
		client := c * 7919 % clients
		e := sshdlog.Event{Repeat: 1, Sure: true}
		e.Addr = netip.AddrFrom4([4]byte{10, byte(client >> 16), byte(client >> 8), byte(client)})
		switch i / 100 % perConnection {
		case 0:
			e.Kind, e.Port = sshdlog.Failed, uint16(1024+c%60000)
			e.HasUser, e.User = true, users[c%len(users)]
		case 1:
			e.Kind, e.Name = sshdlog.MapFailed, fmt.Appendf(nil, "host-%d.example.net", client)
		case 2:
			e.Kind, e.Port = sshdlog.Failed, uint16(1024+c%60000)
			e.HasUser, e.User = true, users[c%len(users)]
		default:
			e.Kind, e.Port = sshdlog.End, uint16(1024+c%60000)
		}
		log[i] = logged{sshdlog.Frame{Host: []byte("server"), PID: uint32(1 + c%32768), Time: now, Micro: -1, Repeat: 1}, e}
	}
	return log
}

func BenchmarkAdd(b *testing.B) {
	for _, c := range []struct {
		name                   string
		perConnection, clients int
	}{
		{"each line a connection", 1, 3000},
		{"4 lines a connection", 4, 3000},
		{"each line a client", 1, 1 << 20},
	} {
		b.Run(c.name, func(b *testing.B) {
			log := busy(1<<20, c.perConnection, c.clients)
			b.ReportAllocs()
			b.ResetTimer()
			y := New(Options{})
			for i := range b.N {
				l := &log[i&(1<<20-1)]
				y.Add(&l.f, &l.e)
			}
		})
	}
}

// TestBytesPerClient: a client costs at most 160 bytes.
func TestBytesPerClient(t *testing.T) {
	if testing.Short() {
		t.Skip("a million clients")
	}
	const clients = 1_000_000
	unknown := make([]byte, 0, 20)
	var before, after runtime.MemStats
	y := New(Options{})
	f := sshdlog.Frame{Host: []byte("server"), Time: 1_700_000_000, Micro: -1, Repeat: 1}
	e := sshdlog.Event{Kind: sshdlog.Failed, Repeat: 1, Sure: true, HasUser: true, User: []byte("root")}
	runtime.GC()
	runtime.ReadMemStats(&before)
	for i := range clients {
		f.PID, e.Port = uint32(i%32768+1), uint16(i)
		e.Addr = netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)})
		if e.User, e.Invalid = []byte("root"), i%2 == 0; e.Invalid {
			e.User = fmt.Appendf(unknown[:0], "user%d", i)
		}
		y.Add(&f, &e)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	per := float64(after.HeapAlloc-before.HeapAlloc) / clients
	t.Logf("%.0f bytes a client; the heap took %d MiB", per, after.HeapSys>>20)
	if per > 160 {
		t.Errorf("%.0f bytes a client", per)
	}
	runtime.KeepAlive(y)
}

func BenchmarkEncode(b *testing.B) {
	y := New(Options{})
	log := busy(1<<18, 2, 1<<17)
	for i := range log {
		y.Add(&log[i].f, &log[i].e)
	}
	for b.Loop() {
		var w bytes.Buffer
		if err := y.Encode(&w); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(w.Len())/float64(y.strangers.n), "bytes/client")
		if _, err := Decode(&w); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(y.strangers.n), "ns/client")
}

func BenchmarkClone(b *testing.B) {
	y := New(Options{})
	log := busy(1<<18, 2, 1<<17)
	for i := range log {
		y.Add(&log[i].f, &log[i].e)
	}
	for b.Loop() {
		y.Clone().Finish()
	}
}
