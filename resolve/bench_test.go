package resolve

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rdnsproxy/internal/lab"
)

const benchNames = 20000

// BenchmarkMux prints questions a second through one Mux, with many askers:
// against nsd where it is installed, or else against the lab's server, which is
// the slower half then.
func BenchmarkMux(b *testing.B) {
	server := benchServer(b)
	for _, askers := range []int{1, 64, 512} {
		b.Run(fmt.Sprintf("askers=%d", askers), func(b *testing.B) {
			m := &Mux{Timeout: patience}
			defer m.Close()
			ctx := within(b)
			b.ReportAllocs()
			var next, failed atomic.Int64
			run(b, askers, func() bool {
				i := next.Add(1)
				if i > int64(b.N) {
					return false
				}
				r, err := m.Exchange(ctx, server, Question{benchName(int(i % benchNames)), A}, false)
				if err != nil || len(r.Answer) != 1 {
					failed.Add(1)
				}
				return true
			})
			if n := failed.Load(); n > 0 {
				b.Errorf("%d of %d failed", n, b.N)
			}
		})
	}
}

// BenchmarkVerdict prints hosts a second: A, AAAA, PTR, and the forward lookup
// of the PTR's name, which is known by then.
func BenchmarkVerdict(b *testing.B) {
	server := benchServer(b)
	ctx := within(b)
	r := &Resolver{Config: &Config{Servers: []Server{server}, Explicit: true, Timeout: patience}, Hosts: hosts(b, "")}
	defer r.Close()
	b.ReportAllocs()
	var next, failed atomic.Int64
	run(b, 512, func() bool {
		i := next.Add(1)
		if i > int64(b.N) {
			return false
		}
		ok := false
		for a := range r.Addresses(ctx, string(benchName(int(i%benchNames)))+".", AnyFamily, DNSOnly) {
			for _, addr := range a.Addrs {
				for _, name := range r.Reverse(ctx, addr, DNSOnly).Names {
					ok = r.Forward(ctx, name, IPv4, DNSOnly).Status == OK
				}
			}
		}
		if !ok {
			failed.Add(1)
		}
		return true
	})
	if n := failed.Load(); n > 0 {
		b.Errorf("%d of %d failed", n, b.N)
	}
}

// run calls each from many goroutines until it says false, and prints a rate.
func run(b *testing.B, askers int, each func() bool) {
	start := time.Now()
	b.ResetTimer()
	var wg sync.WaitGroup
	for range askers {
		wg.Go(func() {
			for each() {
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64(b.N)/time.Since(start).Seconds(), "per-second")
}

func benchName(i int) Name { return Name("h" + strconv.Itoa(i) + ".bench.test") }

func benchAddr(i int) netip.Addr {
	return netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)})
}

func benchServer(b *testing.B) Server {
	if path, err := exec.LookPath("nsd"); err == nil {
		return startNSD(b, path, benchNames)
	}
	records, reverse := benchZones(benchNames)
	return at(startDNS(b, lab.Zone("bench.test", records...), lab.Zone("10.in-addr.arpa", reverse...)))
}

func benchZones(n int) (forward, reverse []string) {
	for i := range n {
		forward = append(forward, fmt.Sprintf("%s. 3600 IN A %s", benchName(i), benchAddr(i)))
		reverse = append(reverse, fmt.Sprintf("%s. 3600 IN PTR %s.", ReverseName(benchAddr(i)), benchName(i)))
	}
	return forward, reverse
}

// startNSD runs a real server on a free port of loopback.
func startNSD(b *testing.B, path string, names int) Server {
	dir := b.TempDir()
	forward, reverse := benchZones(names)
	for apex, records := range map[string][]string{"bench.test": forward, "10.in-addr.arpa": reverse} {
		var text bytes.Buffer
		fmt.Fprintf(&text,
			"$ORIGIN %s.\n@ 3600 IN SOA ns hostmaster 1 3600 600 86400 30\n@ 3600 IN NS ns.bench.test.\n", apex)
		for _, r := range records {
			fmt.Fprintln(&text, r)
		}
		if err := os.WriteFile(filepath.Join(dir, apex), text.Bytes(), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	probe, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.MustParseAddrPort("127.0.0.1:0")))
	if err != nil {
		b.Fatal(err)
	}
	addr := probe.LocalAddr().(*net.UDPAddr).AddrPort()
	probe.Close()
	conf := fmt.Sprintf(`server:
 ip-address: 127.0.0.1@%d
 port: %d
 username: ""
 zonesdir: %q
 database: ""
 pidfile: ""
 xfrdfile: ""
 zonelistfile: %q
 rrl-ratelimit: 0
remote-control:
 control-enable: no
zone:
 name: bench.test
 zonefile: bench.test
zone:
 name: 10.in-addr.arpa
 zonefile: 10.in-addr.arpa
`, addr.Port(), addr.Port(), dir, filepath.Join(dir, "zonelist"))
	file := filepath.Join(dir, "nsd.conf")
	if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, path, "-d", "-c", file)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = patience
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { cancel(); cmd.Wait() })
	m := &Mux{Timeout: 100 * time.Millisecond}
	defer m.Close()
	for range 100 {
		if r, err := m.Exchange(ctx, Server{addr}, Question{"h1.bench.test", A}, false); err == nil &&
			len(r.Answer) == 1 {
			return Server{addr}
		}
		time.Sleep(50 * time.Millisecond)
	}
	cancel()
	cmd.Wait()
	b.Fatalf("nsd does not answer:\n%s", log.Bytes())
	return Server{addr}
}

// BenchmarkFirst is what one connection pays: a new Resolver, the addresses, and
// the name of the first.
func BenchmarkFirst(b *testing.B) {
	server := benchServer(b)
	ctx := within(b)
	f := hosts(b, "127.0.0.1 localhost\n")
	b.ReportAllocs()
	for b.Loop() {
		r := &Resolver{Config: &Config{Servers: []Server{server}, Explicit: true}, Hosts: f}
		for a := range r.Addresses(ctx, "h1.bench.test.", AnyFamily, System) {
			if a.Status == OK && r.Reverse(ctx, a.Addrs[0], System).Status != OK {
				b.Fatal("no name")
			}
		}
		r.Close()
	}
}
