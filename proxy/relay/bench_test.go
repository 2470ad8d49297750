//go:build unix

package relay

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"
)

// The marks of the raw relay: what it may cost, and must move, beside nc.
const (
	markCPU   = 0.5
	markSpeed = 1.7
)

const (
	rawBytes  = int64(2) << 30
	rawRounds = 7
	rawBlock  = 256 << 10
)

// cost is one transfer of rawBytes, or a median of several.
type cost struct {
	speed float64 // GiB/s
	cpu   float64 // of the relaying process, CPU seconds per GiB
}

// BenchmarkRaw relays between two pipes and a loopback connection, ours and
// OpenBSD's nc -N in turn, and prints both with their ratio:
//
//	go test -run '^$' -bench Raw -benchtime 1x ./proxy/relay
//
// The other ends are the same cheap loops for everybody. Medians: the machine
// may be busy with other things.
func BenchmarkRaw(b *testing.B) {
	nc, err := exec.LookPath("nc")
	if err != nil {
		b.Fatal("BenchmarkRaw compares with nc (netcat-openbsd): ", err)
	}
	contenders := []contender{
		{"nc -N", func(host, port string) *exec.Cmd { return exec.Command(nc, "-N", host, port) }},
		{"relay", helperFor("run")},
		{"plain", helperFor("plain")},
	}
	for name, flow := range map[string]flow{"up": flowUp, "down": flowDown} {
		b.Run(name, func(b *testing.B) {
			for range b.N {
				compare(b, name, flow, contenders)
			}
		})
	}
}

type contender struct {
	name    string
	command func(host, port string) *exec.Cmd
}

func helperFor(path string) func(host, port string) *exec.Cmd {
	return func(host, port string) *exec.Cmd {
		cmd := helperCommand(path, net.JoinHostPort(host, port))
		cmd.Stderr = nil
		return cmd
	}
}

// compare runs all contenders in turn, and takes medians, of the ratios too:
// those of one round share the same weather.
func compare(b *testing.B, name string, flow flow, contenders []contender) {
	runs := make([][]cost, len(contenders))
	for range rawRounds {
		for i, c := range contenders {
			runs[i] = append(runs[i], relayOnce(b, c, flow))
		}
	}
	for i, c := range contenders {
		var ratios []cost
		for j, r := range runs[i] {
			ratios = append(ratios, cost{r.speed / runs[0][j].speed, r.cpu / runs[0][j].cpu})
		}
		m, r := median(runs[i]), median(ratios)
		fmt.Printf("%-4s %-6s %5.2f GiB/s %5.2f ×   %5.3f CPU s/GiB %5.2f ×\n", name, c.name, m.speed, r.speed, m.cpu,
			r.cpu)
		if c.name == "relay" {
			b.ReportMetric(r.speed, "speed/nc")
			b.ReportMetric(r.cpu, "cpu/nc")
		}
	}
	fmt.Printf("%-4s marks        %11s %4.1f ×   %18s %4.1f ×\n", name, "≥", markSpeed, "≤", markCPU)
}

func median(costs []cost) cost {
	var speed, cpu []float64
	for _, c := range costs {
		speed, cpu = append(speed, c.speed), append(cpu, c.cpu)
	}
	slices.Sort(speed)
	slices.Sort(cpu)
	return cost{speed[len(speed)/2], cpu[len(cpu)/2]}
}

// flow moves rawBytes through a running contender.
type flow func(b *testing.B, write, read *os.File, peer *net.TCPConn)

func flowUp(b *testing.B, write, _ *os.File, peer *net.TCPConn) {
	go func() {
		pour(write)
		write.Close()
	}()
	drain(b, peer)
}

func flowDown(b *testing.B, _, read *os.File, peer *net.TCPConn) {
	go func() {
		pour(peer)
		peer.CloseWrite()
	}()
	drain(b, read)
}

func pour(w interface{ Write([]byte) (int, error) }) {
	block := make([]byte, rawBlock)
	for n := int64(0); n < rawBytes; n += int64(len(block)) {
		if _, err := w.Write(block); err != nil {
			return // the other end counts
		}
	}
}

func drain(b *testing.B, r interface{ Read([]byte) (int, error) }) {
	block, n := make([]byte, rawBlock), int64(0)
	for n < rawBytes {
		got, err := r.Read(block)
		if n += int64(got); err != nil {
			b.Fatalf("%d bytes arrived, then %v", n, err)
		}
	}
}

// relayOnce runs one contender over one flow.
func relayOnce(b *testing.B, c contender, flow flow) cost {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	host, port, _ := net.SplitHostPort(l.Addr().String())
	cmd := c.command(host, port)
	in, write := pipe(b)
	read, out := pipe(b)
	cmd.Stdin, cmd.Stdout = in, out
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	in.Close()
	out.Close()
	a, err := l.Accept()
	if err != nil {
		b.Fatal(err)
	}
	peer := a.(*net.TCPConn)
	start := time.Now()
	flow(b, write, read, peer)
	took := time.Since(start)
	for _, f := range []interface{ Close() error }{peer, write, read} {
		f.Close()
	}
	if err := cmd.Wait(); err != nil {
		b.Fatalf("%s: %v", c.name, err)
	}
	used := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	const gib = float64(rawBytes) / (1 << 30)
	return cost{speed: gib / took.Seconds(), cpu: used.Seconds() / gib}
}
