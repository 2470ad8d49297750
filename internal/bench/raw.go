//go:build bench

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"time"
)

// chunk is how much the ends of a raw transfer read and write at a time, large enough
// to make them faster than the relay between them.
const chunk = 256 << 10

func rawUp(ctx context.Context, s *stage, print func(row)) error {
	return s.rawRows(ctx, print, "raw up, pipe to socket", pourUp)
}

func rawDown(ctx context.Context, s *stage, print func(row)) error {
	return s.rawRows(ctx, print, "raw down, socket to pipe", pourDown)
}

// rawRows compares relays without ssh, between two pipes and a connection.
func (s *stage) rawRows(ctx context.Context, print func(row), what string, pour pour) error {
	if err := needs("nc"); err != nil {
		return err
	}
	raw := func(name string, argv func(host, port string) []string) contender {
		return contender{name, func(ctx context.Context) (cost, error) { return s.transfer(ctx, argv, pour) }}
	}
	runs, err := takeTurns(ctx, s.rounds, raw("rdnsproxy", s.unchecked), raw("nc", ncNetwork))
	if err != nil {
		return err
	}
	print(row{what: what, unit: rate, than: "nc", mark: atLeast(1.7),
		ours: each(runs[0], cost.rate), theirs: each(runs[1], cost.rate)})
	print(row{what: what + ", CPU", unit: perGiB, than: "nc", mark: atMost(0.5),
		ours: each(runs[0], cost.cpuPerGiB), theirs: each(runs[1], cost.cpuPerGiB)})
	return nil
}

func ncNetwork(host, port string) []string { return []string{"nc", "-N", host, port} }

// relaying is a running relay between two pipes and a connection.
type relaying struct {
	cmd   *exec.Cmd
	write *os.File     // ssh's end upwards
	read  *os.File     // ssh's end downwards
	peer  *net.TCPConn // the far end of the network
}

// relay starts one.
func (s *stage) relay(ctx context.Context, argv func(host, port string) []string) (_ *relaying, err error) {
	listener, err := net.Listen("tcp", net.JoinHostPort(aliveAddr, "0"))
	if err != nil {
		return nil, err
	}
	defer listener.Close()
	host, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		return nil, err
	}
	in, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	read, out, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	words := argv(host, port)
	r := &relaying{cmd: exec.CommandContext(ctx, words[0], words[1:]...), write: write, read: read}
	r.cmd.Env, r.cmd.Stdin, r.cmd.Stdout = s.env("cache"), in, out
	inOwnGroup(r.cmd)
	err = r.cmd.Start()
	in.Close()
	out.Close()
	if err != nil {
		return nil, err
	}
	listener.(*net.TCPListener).SetDeadline(time.Now().Add(30 * time.Second))
	c, err := listener.Accept()
	if err != nil {
		r.cmd.Cancel()
		r.cmd.Wait()
		return nil, fmt.Errorf("%q does not connect: %w", words, err)
	}
	r.peer = c.(*net.TCPConn)
	return r, nil
}

// end closes all three ends and returns the CPU time of the whole run.
func (r *relaying) end() (time.Duration, error) {
	for _, f := range []io.Closer{r.peer, r.write, r.read} {
		f.Close()
	}
	err := r.cmd.Wait()
	return r.cmd.ProcessState.UserTime() + r.cmd.ProcessState.SystemTime(), err
}

// pour moves bytes through a relay and returns how many arrived.
type pour func(r *relaying, bytes int64) (int64, error)

func pourUp(r *relaying, bytes int64) (int64, error) {
	go fill(r.write, bytes)
	return drain(r.peer, bytes)
}

func pourDown(r *relaying, bytes int64) (int64, error) {
	go fill(r.peer, bytes)
	return drain(r.read, bytes)
}

// fill writes until the relay takes no more; drain counts the bytes.
func fill(w io.Writer, bytes int64) {
	for block := make([]byte, chunk); bytes > 0; {
		n, err := w.Write(block[:min(bytes, chunk)])
		if err != nil {
			return
		}
		bytes -= int64(n)
	}
}

// drain reads until all bytes have arrived. It does not wait for the end of the stream,
// which relays pass on at different times.
func drain(r io.Reader, bytes int64) (n int64, err error) {
	for block := make([]byte, chunk); n < bytes && err == nil; {
		var got int
		got, err = r.Read(block)
		n += int64(got)
	}
	return n, err
}

// transfer runs one relay and pours.
func (s *stage) transfer(ctx context.Context, argv func(host, port string) []string, pour pour) (cost, error) {
	r, err := s.relay(ctx, argv)
	if err != nil {
		return cost{}, err
	}
	start := time.Now()
	n, err := pour(r, s.raw)
	c := cost{wall: time.Since(start), bytes: n}
	if n == s.raw {
		err = nil
	} else {
		err = fmt.Errorf("%d of %d bytes arrived: %w", n, s.raw, err)
	}
	cpu, endErr := r.end()
	c.cpu = cpu
	return c, errors.Join(err, endErr)
}
