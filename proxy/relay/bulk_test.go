//go:build unix

package relay

import (
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"testing"
)

// noise is an endless stream that a seed determines.
func noise(seed byte) io.Reader { return rand.NewChaCha8([32]byte{seed}) }

// digest reads r to its end.
func digest(r io.Reader) (string, error) {
	h := sha256.New()
	n, err := io.Copy(h, r)
	return fmt.Sprintf("%d bytes, %x", n, h.Sum(nil)), err
}

// plainly hides every way around Read and Write, so that a test's own ends meet
// no shortcut of io.Copy's.
func plainly(w io.Writer, r io.Reader) (int64, error) {
	return io.Copy(struct{ io.Writer }{w}, struct{ io.Reader }{r})
}

// exchange sends size bytes each way at once and compares what arrives.
func (r *rig) exchange(size int64, seed byte) {
	r.t.Helper()
	var flows sync.WaitGroup
	defer flows.Wait()
	flow := func(name string, seed byte, w io.Writer, end func() error, from io.Reader) {
		flows.Go(func() {
			if _, err := plainly(w, io.LimitReader(noise(seed), size)); err != nil {
				r.t.Errorf("%s: send: %v", name, err)
			}
			end()
		})
		flows.Go(func() {
			got, err := digest(from)
			want, _ := digest(io.LimitReader(noise(seed), size))
			if err != nil || got != want {
				r.t.Errorf("%s: received %s, %v; want %s", name, got, err, want)
			}
		})
	}
	flow("up", seed, r.write, r.write.Close, r.peer)
	flow("down", seed+1, r.peer, r.peer.CloseWrite, r.read)
}

func TestBulkBothWaysAtOnce(t *testing.T) {
	onEachPath(t, func(t *testing.T, run runner) {
		const size = 256 << 20
		r := newRig(t).start(run)
		r.exchange(size, 1)
		if o := r.end(NetworkEnded); o.Up != size || o.Down != size {
			t.Errorf("counted %d up, %d down", o.Up, o.Down)
		}
	})
}

// Odd sizes cross every boundary of buffers, pipes and segments.
func TestOddSizes(t *testing.T) {
	onEachPath(t, func(t *testing.T, run runner) {
		for _, size := range []int64{0, 1, 4095, 4097, 65537, 262143, 262145, 5<<20 + 7} {
			r := newRig(t).start(run)
			r.exchange(size, byte(size))
			r.end(NetworkEnded)
		}
	})
}

func Test200AtOnce(t *testing.T) {
	onEachPath(t, func(t *testing.T, run runner) {
		var all sync.WaitGroup
		for i := range 200 {
			r := newRig(t).start(run)
			all.Go(func() {
				r.exchange(256<<10, byte(i))
				r.end(NetworkEnded)
			})
		}
		all.Wait()
	})
}
