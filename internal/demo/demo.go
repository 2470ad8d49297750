// Package demo is the guided tour: real DNS and SSH servers on loopback, the real ssh
// if it is installed, and this program between them.
package demo

import (
	"context"
	"fmt"
	"os"
	"strings"
	"syscall"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/layout"
)

// Run shows the tour, compares the outcome of each chapter with the expected one, and
// returns the exit status.
func Run(ctx context.Context, w console.World) int {
	// The temporary directory must not outlive Ctrl-C, a closed terminal or "| head".
	ctx, stop := console.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE)
	status := play(ctx, w)
	stop()
	if w.StdoutClosed() {
		w.Out.WriteString("\n") // lets SIGPIPE end this process, as any other
	}
	return status
}

func play(ctx context.Context, w console.World) int {
	v := console.NewVoice(w.Err, false, false)
	s, err := newStage(w)
	if err != nil {
		v.Error(fmt.Errorf("setting up the demo: %w", err))
		return exit.Unknown
	}
	defer s.close()
	s.say(`The demo simulates three SSH hosts and their DNS servers on loopback.
` + s.article.addr.String() + ` stands in for 192.168.1.243, the address of my.example.com.
ssh is set up with:  ProxyCommand rdnsproxy '%h' %p`)
	if s.ssh == "" {
		s.say("(No ssh on PATH: golang.org/x/crypto/ssh is the client.)")
	}
	for _, chapter := range []func(context.Context) error{
		s.healthy, s.warned, s.explained, s.accepted, s.remedied, s.moved, s.forged, s.elsewhere, s.logged,
	} {
		err := chapter(ctx)
		if err != nil { // an interrupt ends ssh too, whose error may arrive first
			s.say("")
			select {
			case <-ctx.Done():
			case <-time.After(100 * time.Millisecond):
			}
		}
		if ctx.Err() != nil {
			if !w.StdoutClosed() {
				v.Error(console.ErrInterrupted)
			}
			return exit.Interrupted
		}
		if err != nil {
			v.Error(fmt.Errorf("demo failed: %w", err))
			return exit.Found
		}
	}
	s.say("\nThat's all. 'rdnsproxy setup' makes ssh use it.")
	return exit.OK
}

func (s *stage) healthy(ctx context.Context) error {
	s.chapter("A healthy host passes in silence")
	return s.connect(ctx, s.web, outcome{verdict: check.Exact, connects: true})
}

func (s *stage) warned(ctx context.Context) error {
	s.chapter("A host whose reverse name does not resolve")
	return s.connect(ctx, s.article, outcome{verdict: check.Unresolvable, connects: true})
}

func (s *stage) explained(ctx context.Context) error {
	s.chapter("What it means, and who can do what about it")
	return s.run(ctx, s.article, exit.Found, "check", "--dns-only", "my.example.com")
}

func (s *stage) accepted(ctx context.Context) error {
	s.chapter("The host is known, and nobody here is root: accept the mapping as it is")
	if err := s.run(ctx, s.article, exit.OK, "accept", "my.example.com"); err != nil {
		return err
	}
	if err := s.connect(ctx, s.article, outcome{verdict: check.Unresolvable, connects: true}); err != nil {
		return err
	}
	s.say("(Silence, until its address, reverse name or verdict changes.)")
	return s.run(ctx, s.article, exit.OK, "accept", "forget", "my.example.com")
}

func (s *stage) remedied(ctx context.Context) error {
	s.chapter("The fix on this machine: a hosts line, here in a temporary hosts file")
	if err := s.run(ctx, s.article, exit.OK, "hosts", "add", "--yes", "my.example.com"); err != nil {
		return err
	}
	if err := s.connect(ctx, s.article, outcome{verdict: check.Exact, connects: true}); err != nil {
		return err
	}
	s.say("(Silence: the name and the address now agree on this machine.)")
	return nil
}

func (s *stage) moved(ctx context.Context) error {
	s.chapter("The host moves: the stale line is reported, and removed")
	if err := s.article.moves("198.51.100.10"); err != nil {
		return err
	}
	if err := s.connect(ctx, s.article, outcome{verdict: check.Exact, connects: true}); err != nil {
		return err
	}
	if err := s.run(ctx, s.article, exit.Found, "hosts", "verify", "--dns-only"); err != nil {
		return err
	}
	return s.run(ctx, s.article, exit.OK, "hosts", "remove", "--yes", "my.example.com")
}

func (s *stage) forged(ctx context.Context) error {
	s.chapter("A reverse name that resolves to another machine: strict refuses at once")
	return s.connect(ctx, s.bank, outcome{verdict: check.Mismatch, policy: "strict"})
}

func (s *stage) elsewhere(ctx context.Context) error {
	s.chapter("The other direction: an address from sshd's log")
	return s.run(ctx, s.article, exit.Found, "check", "--dns-only", "140.99.28.179")
}

// chapter starts a chapter of the tour.
func (s *stage) chapter(title string) {
	s.chapters++
	s.say(fmt.Sprintf("\n%d. %s\n%s", s.chapters, title, strings.Repeat("-", len(title)+len("1. "))))
}

// say prints lines. Longer ones than the terminal is wide go on indented.
func (s *stage) say(text string) {
	s.w.Print(layout.Paragraphs(s.w.TerminalWidth(), strings.Split(text, "\n")...))
}
