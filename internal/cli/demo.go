package cli

import (
	"context"
	"fmt"
	"strings"

	"rdnsproxy/check"

	"github.com/spf13/cobra"
)

func demoCommand(w World, status *int) *cobra.Command {
	return &cobra.Command{
		Use:   "demo",
		Short: "the story, with no network and no root",
		Long: `Tells the story that rdnsproxy grew from, with DNS and SSH servers of its own on
loopback: the warning, the mapping accepted, the line, the silence once it
stands, what becomes of it when the host moves, and what strict does to a forged
name. It needs no network and no root, and touches no file outside a temporary
folder. It exits with 1 if the story went otherwise.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			*status = runDemo(c.Context(), w)
			return nil
		},
	}
}

// runDemo tells the story and holds each chapter against what should happen.
func runDemo(ctx context.Context, w World) int {
	v := newVoice(w.Err, false, false)
	s, err := newStage(w)
	if err != nil {
		v.error(fmt.Errorf("setting up the demo: %w", err))
		return statusFailed
	}
	defer s.close()
	s.say(`Three SSH hosts and their DNS are played by this program on loopback:
192.168.1.243 of the article is played by ` + s.article.addr.String() + `.
ssh is set up with:  ProxyCommand rdnsproxy %h %p`)
	if s.ssh == "" {
		s.say("(No ssh on PATH: golang.org/x/crypto/ssh plays the client.)")
	}
	for _, chapter := range []func(context.Context) error{
		s.healthy, s.warned, s.explained, s.accepted, s.remedied, s.moved, s.forged, s.elsewhere,
	} {
		if err := chapter(ctx); err != nil {
			v.error(fmt.Errorf("the story went otherwise: %w", err))
			return statusFound
		}
	}
	s.say("\nThat was all of it. In ~/.ssh/config, as the last lines:\n\n  Host *\n    ProxyCommand rdnsproxy %h %p")
	return statusOK
}

func (s *stage) healthy(ctx context.Context) error {
	s.chapter("A healthy host passes in silence")
	return s.connect(ctx, s.web, outcome{verdict: check.Exact, connects: true})
}

func (s *stage) warned(ctx context.Context) error {
	s.chapter("The article's host: its reverse name leads nowhere")
	return s.connect(ctx, s.article, outcome{verdict: check.Unresolvable, connects: true})
}

func (s *stage) explained(ctx context.Context) error {
	s.chapter("What it means, and who can do what about it")
	return s.run(ctx, s.article, statusFound, "check", "--dns-only", "my.example.com")
}

func (s *stage) accepted(ctx context.Context) error {
	s.chapter("It is known, and nobody here is root: the mapping is accepted as it is")
	if err := s.run(ctx, s.article, statusPass, "accept", "my.example.com"); err != nil {
		return err
	}
	if err := s.connect(ctx, s.article, outcome{verdict: check.Unresolvable, connects: true}); err != nil {
		return err
	}
	s.say("(Silence, until its address, its reverse name or its verdict change.)")
	return s.run(ctx, s.article, statusPass, "accept", "forget", "my.example.com")
}

func (s *stage) remedied(ctx context.Context) error {
	s.chapter("The article's remedy: the line, here in a temporary hosts file")
	if err := s.run(ctx, s.article, statusPass, "hosts", "add", "--yes", "my.example.com"); err != nil {
		return err
	}
	if err := s.connect(ctx, s.article, outcome{verdict: check.Exact, connects: true}); err != nil {
		return err
	}
	s.say("(Silence: the name and the address now agree on this machine.)")
	return nil
}

func (s *stage) moved(ctx context.Context) error {
	s.chapter("The host moves: such a line is told of, and taken out to the byte")
	if err := s.article.moves("198.51.100.10"); err != nil {
		return err
	}
	if err := s.connect(ctx, s.article, outcome{verdict: check.Exact, connects: true}); err != nil {
		return err
	}
	if err := s.run(ctx, s.article, statusFound, "hosts", "verify", "--dns-only"); err != nil {
		return err
	}
	return s.run(ctx, s.article, statusPass, "hosts", "remove", "--yes", "my.example.com")
}

func (s *stage) forged(ctx context.Context) error {
	s.chapter("A reverse name that leads to another machine: strict refuses, before any byte")
	return s.connect(ctx, s.bank, outcome{verdict: check.Mismatch, policy: policyStrict})
}

func (s *stage) elsewhere(ctx context.Context) error {
	s.chapter("The article's second case: an address from sshd's log")
	return s.run(ctx, s.article, statusFound, "check", "--dns-only", "140.99.28.179")
}

// chapter starts a part of the story.
func (s *stage) chapter(title string) {
	s.chapters++
	s.say(fmt.Sprintf("\n%d. %s\n%s", s.chapters, title, strings.Repeat("-", len(title)+3)))
}

func (s *stage) say(text string) { fmt.Fprintln(s.w.Out, text) }
