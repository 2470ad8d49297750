package session

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/owndir"
	"rdnsproxy/limits"
	"rdnsproxy/replacefile"
)

// Reasons for not asking, besides those of console.OpenTerminal.
var (
	errBatch = errors.New("ssh asks nothing either (BatchMode)")
	errTurn  = errors.New("another login is asking on this terminal")
)

// terminal opens the terminal for a question, when no other login has one there. done lets
// the next one ask. The error says why nobody is asked.
func (s *session) terminal(ctx context.Context) (tty *console.Terminal, done func(), err error) {
	if s.asking.batch {
		return nil, nil, errBatch
	}
	if tty, err = console.OpenTerminal(); err != nil {
		return nil, nil, err
	}
	release, err := s.turn(ctx)
	if err == nil {
		if err = tty.InForeground(); err == nil { // it may have changed meanwhile
			return tty, func() { tty.Close(); release() }, nil
		}
		release()
	}
	tty.Close()
	return nil, nil, err
}

// turn waits until no other login of this user asks on the terminal. If there is no place
// for a lock, or no lock there, it does not wait.
func (s *session) turn(ctx context.Context) (release func(), err error) {
	path := s.w.CacheDir("asking")
	if path == "" || os.MkdirAll(path, 0o700) != nil {
		return func() {}, nil
	}
	dir, err := owndir.Open(path)
	if err != nil {
		return func() {}, nil
	}
	lock, err := s.lock(ctx, dir)
	if err != nil {
		dir.Close()
		if errors.Is(err, replacefile.ErrLocked) {
			return nil, errTurn
		}
		return func() {}, nil
	}
	return func() {
		lock.Release()
		dir.Close()
	}, nil
}

// lock takes the lock of the terminal. The error is ErrLocked if that takes too long, also
// for ctx.
func (s *session) lock(ctx context.Context, dir *os.Root) (*replacefile.Lock, error) {
	name := fmt.Sprintf("%d.lock", console.TerminalSession())
	for until := time.Now().Add(limits.AskTurn); ; {
		const look = 200 * time.Millisecond // at whether ssh is still there
		lock, err := replacefile.TakeLock(dir, name, look)
		if !errors.Is(err, replacefile.ErrLocked) || ctx.Err() != nil || time.Now().After(until) {
			return lock, err
		}
	}
}
