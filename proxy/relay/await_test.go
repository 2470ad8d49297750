//go:build unix

package relay

import (
	"os"
	"testing"
	"time"
)

// awaited is a watch over out that tells when it has called.
func awaited(out *os.File) (gone chan struct{}, stop func()) {
	gone = make(chan struct{})
	return gone, Await(out, func() { close(gone) })
}

func TestAwaitReader(t *testing.T) {
	ends := map[string]func(t *testing.T) (out, ssh *os.File){
		"pipe":       func(t *testing.T) (*os.File, *os.File) { r, w := pipe(t); return w, r },
		"socketpair": func(t *testing.T) (*os.File, *os.File) { ssh, helper := socketpair(t); return helper, ssh },
	}
	for name, make := range ends {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, ssh := make(t)
			gone, stop := awaited(out)
			select {
			case <-gone:
				t.Fatal("it is there")
			case <-time.After(4 * firstLook):
			}
			ssh.Close()
			select {
			case <-gone:
			case <-time.After(hangs):
				t.Fatal("its end was not noticed")
			}
			stop()
		})
	}
}

// A watch that is stopped, at whatever moment, calls no more.
func TestAwaitStopped(t *testing.T) {
	for _, pause := range []time.Duration{0, firstLook - time.Millisecond, firstLook, firstLook + time.Millisecond,
		2 * firstLook} {
		r, out := pipe(t)
		gone, stop := awaited(out)
		time.Sleep(pause)
		stop()
		r.Close()
		select {
		case <-gone:
			t.Errorf("called after it was stopped at %v", pause)
		case <-time.After(2 * firstLook):
		}
	}
}

// Who reads has gone before the watch begins.
func TestAwaitNobody(t *testing.T) {
	r, out := pipe(t)
	r.Close()
	gone, stop := awaited(out)
	defer stop()
	select {
	case <-gone:
	case <-time.After(hangs):
		t.Fatal("not noticed")
	}
}
