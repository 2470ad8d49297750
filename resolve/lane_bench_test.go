//go:build unix

package resolve

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// laneNames is how many hosts BenchmarkLane asks about: A and AAAA of each name, and PTR of
// its address.
const laneNames = 100_000

// BenchmarkLane prints questions a second and processor time a question of a lane, on the
// ordinary way with 512 goroutines, and of dnsperf where it is installed, all against the
// same nsd.
func BenchmarkLane(b *testing.B) {
	nsd, err := exec.LookPath("nsd")
	if err != nil {
		b.Fatal(err)
	}
	server := startNSD(b, nsd, laneNames)
	b.Run("lane", func(b *testing.B) {
		for b.Loop() {
			measured(b, func() { laneHosts(b, server) })
		}
	})
	b.Run("ordinary", func(b *testing.B) {
		for b.Loop() {
			measured(b, func() { ordinaryHosts(b, server) })
		}
	})
	b.Run("dnsperf", func(b *testing.B) {
		path, err := exec.LookPath("dnsperf")
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			dnsperf(b, path, server)
		}
	})
}

// measured reports what three questions a host took.
func measured(b *testing.B, work func()) {
	began, cpu := time.Now(), processorTime(b, syscall.RUSAGE_SELF)
	work()
	report(b, time.Since(began), processorTime(b, syscall.RUSAGE_SELF)-cpu)
}

func report(b *testing.B, took, cpu time.Duration) {
	b.ReportMetric(3*laneNames/took.Seconds(), "questions/s")
	b.ReportMetric(float64(cpu.Microseconds())/(3*laneNames), "cpu-us/question")
}

func processorTime(b *testing.B, who int) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(who, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// host is a job: a name's addresses, and their names.
type host struct {
	lane *Lane
	name Name
	left int
	ok   int
	done *sync.WaitGroup
}

func (h *host) Start(l *Lane) {
	h.lane, h.left = l, 2
	l.Ask(Question{h.name, A}, h)
	l.Ask(Question{h.name, AAAA}, h)
}

func (h *host) Answered(a *Answer) {
	h.left--
	if a != nil && a.Status == OK {
		h.ok++
		for _, addr := range a.Addrs {
			h.left++
			h.lane.Ask(Question{ReverseName(addr), PTR}, h)
		}
	}
	if h.left == 0 {
		h.done.Done()
	}
}

func laneHosts(b *testing.B, server Server) {
	r := &Resolver{Config: &Config{Servers: []Server{server}, Explicit: true}, Hosts: hosts(b, "")}
	l, _ := r.Lane(LaneOptions{})
	defer l.Close()
	var done sync.WaitGroup
	all := make([]host, laneNames)
	var jobs []Job
	for i := range all {
		all[i] = host{name: benchName(i), done: &done}
		done.Add(1)
		if jobs = append(jobs, &all[i]); len(jobs) == 64 {
			l.Submit(within(b), jobs)
			jobs = nil
		}
	}
	l.Submit(within(b), jobs)
	done.Wait()
	for i := range all {
		if all[i].ok != 2 {
			b.Fatalf("host %d: %+v", i, l.Stats())
		}
	}
	if os.Getenv("LANE_STATS") != "" {
		b.Logf("%+v", l.Stats())
	}
}

func ordinaryHosts(b *testing.B, server Server) {
	r := &Resolver{Config: &Config{Servers: []Server{server}, Explicit: true}, Hosts: hosts(b, "")}
	defer r.Close()
	ctx := within(b)
	next := make(chan int, 512)
	var wg sync.WaitGroup
	for range 512 {
		wg.Go(func() {
			for i := range next {
				for a := range r.Addresses(ctx, string(benchName(i))+".", AnyFamily, DNSOnly) {
					for _, addr := range a.Addrs {
						r.Reverse(ctx, addr, DNSOnly)
					}
				}
			}
		})
	}
	for i := range laneNames {
		next <- i
	}
	close(next)
	wg.Wait()
}

// dnsperf asks the same questions.
func dnsperf(b *testing.B, path string, server Server) {
	file := filepath.Join(b.TempDir(), "questions")
	f, err := os.Create(file)
	if err != nil {
		b.Fatal(err)
	}
	w := bufio.NewWriter(f)
	for i := range laneNames {
		fmt.Fprintf(w, "%[1]s A\n%[1]s AAAA\n%[2]s PTR\n", benchName(i), ReverseName(benchAddr(i)))
	}
	w.Flush()
	f.Close()
	before := processorTime(b, syscall.RUSAGE_CHILDREN)
	addr := server.Addr
	out, err := exec.Command(path, "-s", addr.Addr().String(), "-p", strconv.Itoa(int(addr.Port())),
		"-d", file, "-n", "1", "-q", "1000", "-c", "4", "-e").CombinedOutput()
	if err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	var took float64
	for line := range strings.Lines(string(out)) {
		fmt.Sscanf(strings.TrimSpace(line), "Run time (s): %f", &took)
	}
	report(b, time.Duration(took*float64(time.Second)), processorTime(b, syscall.RUSAGE_CHILDREN)-before)
}
