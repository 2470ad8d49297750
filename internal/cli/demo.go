package cli

import (
	"context"
	"fmt"
	"os"
	"strings"

	"rdnsproxy/check"

	"github.com/spf13/cobra"
)

func demoCommand(w World, status *int) *cobra.Command {
	return &cobra.Command{
		Use:   "demo",
		Short: "the story, with no network and no root",
		Long: `Tells the story that rdnsproxy grew from, with DNS and SSH servers of its own on
loopback: the warning, the suggested line, the silence once the line stands, and
what strict does to a forged name. It needs no network and no root, and touches
no file outside a temporary folder. It exits with 1 if the story went otherwise.`,
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
		s.healthy, s.warned, s.explained, s.remedied, s.forged, s.elsewhere,
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
	return s.check(ctx, s.article, "my.example.com", statusFound)
}

func (s *stage) remedied(ctx context.Context) error {
	s.chapter("The article's remedy: the line, here in a temporary hosts file")
	line := s.article.addr.String() + "  " + s.article.name
	s.say("$ echo '" + line + "' >> hosts")
	f, err := os.OpenFile(s.path("hosts"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(f, line)
	if err := firstOf(err, f.Close()); err != nil {
		return err
	}
	if err := s.connect(ctx, s.article, outcome{verdict: check.Exact, connects: true}); err != nil {
		return err
	}
	s.say("(Silence: the name and the address now agree on this machine.)")
	return nil
}

func (s *stage) forged(ctx context.Context) error {
	s.chapter("A reverse name that leads to another machine: strict refuses, before any byte")
	return s.connect(ctx, s.bank, outcome{verdict: check.Mismatch, policy: policyStrict})
}

func (s *stage) elsewhere(ctx context.Context) error {
	s.chapter("The article's second case: an address from sshd's log")
	return s.check(ctx, s.article, "140.99.28.179", statusFound)
}

// chapter starts a part of the story.
func (s *stage) chapter(title string) {
	s.chapters++
	s.say(fmt.Sprintf("\n%d. %s\n%s", s.chapters, title, strings.Repeat("-", len(title)+3)))
}

func (s *stage) say(text string) { fmt.Fprintln(s.w.Out, text) }

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
