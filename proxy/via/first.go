package via

import (
	"context"
	"sync"
	"time"
)

// patience is how long others wait for the first login. Who is refused hears it at once; a
// proxy that takes longer is connecting.
const patience = time.Second

// first lets the first login at a proxy go alone, so that many connections at once do not
// try a wrong password many times and lock the user out. The zero first is ready to use.
type first struct {
	mu    sync.Mutex
	over  chan struct{} // nil: nobody has begun
	ended bool
}

// wait returns at once to whoever is the first, and to others when that one has ended.
func (f *first) wait(ctx context.Context) {
	f.mu.Lock()
	over := f.over
	if over == nil {
		f.over = make(chan struct{})
	}
	f.mu.Unlock()
	if over == nil {
		return
	}
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case <-over:
	case <-late.C:
	case <-ctx.Done():
	}
}

// end says that the login has ended, however it did.
func (f *first) end() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.over != nil && !f.ended {
		f.ended = true
		close(f.over)
	}
}
