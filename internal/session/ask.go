package session

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/internal/accepted"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/mapping"
	"rdnsproxy/proxy/dial"
	"rdnsproxy/replacefile"
)

// asking is what Ask knows besides what strict does.
type asking struct {
	batch    bool // ssh's BatchMode: ask nothing
	answered bool // the user has been asked, and wants the connection

	mu       sync.Mutex
	opinions map[netip.Addr]func() (text string, usable bool) // of judge
}

// connectAsking connects as strict does. If strict would refuse, it has closed every
// connection; then the user is asked, and only the addresses that were judged are dialled
// again. So neither ssh's server nor a stranger's waits for the answer.
//
// No connection is waited for once all addresses are known to be bad.
func (s *session) connectAsking(ctx context.Context) (net.Conn, netip.AddrPort, error) {
	race, stop := context.WithCancel(ctx)
	defer stop()
	d := s.dialer()
	d.Accept = func(ctx context.Context, a netip.AddrPort) error {
		if text, usable := s.opinion(ctx, a.Addr()); !usable {
			return errors.New(text)
		}
		return nil
	}
	go func() {
		if s.hopeless(race) {
			stop()
		}
	}()
	conn, won, err := d.Race(race, s.inquiry.Addresses())
	var lost *dial.Error
	bad := race.Err() != nil || errors.As(err, &lost) && rejected(lost)
	if err == nil || !bad || ctx.Err() != nil {
		return conn, won, err
	}
	r, _ := s.inquiry.Wait(ctx, check.Now)
	if err := s.ask(ctx, r, s.objections(ctx, r)); err != nil {
		return nil, netip.AddrPort{}, err
	}
	s.budget = s.budget.again(s.settings, time.Now())
	again := s.dialer()
	again.Connect = d.Connect // with what was learned about the proxies
	var judged []netip.AddrPort
	for _, a := range r.Addrs() {
		judged = append(judged, netip.AddrPortFrom(a, s.o.Port))
	}
	return again.Race(ctx, slices.Values(judged))
}

// hopeless waits for all verdicts, and reports whether there are some and all are bad.
func (s *session) hopeless(ctx context.Context) bool {
	r, complete := s.inquiry.Wait(ctx, check.AllReverse)
	if !complete || len(r.Addresses) == 0 {
		return false
	}
	for _, a := range r.Addrs() {
		if _, usable := s.opinion(ctx, a); usable {
			return false
		}
	}
	return true
}

// opinion is judge, once for each address, however many ask at the same time.
func (s *session) opinion(ctx context.Context, a netip.Addr) (text string, usable bool) {
	q := &s.asking
	q.mu.Lock()
	if q.opinions == nil {
		q.opinions = map[netip.Addr]func() (string, bool){}
	}
	judge, known := q.opinions[a]
	if !known {
		judge = sync.OnceValues(func() (string, bool) { return s.judge(ctx, a) })
		q.opinions[a] = judge
	}
	q.mu.Unlock()
	return judge()
}

// objections says what is wrong with each address that is not to be used, the worst first.
// An address that nobody has waited for yet is judged by what is known.
func (s *session) objections(ctx context.Context, r *check.Result) (why []string) {
	now, cancel := context.WithCancel(ctx)
	cancel()
	addrs := r.Addrs()
	slices.SortStableFunc(addrs, func(x, y netip.Addr) int {
		return int(r.Of(y).Severity) - int(r.Of(x).Severity)
	})
	for _, a := range addrs {
		if text, usable := s.opinion(now, a); !usable {
			why = append(why, text)
		}
	}
	return why
}

// verdictWait returns how long judge waits. Under Ask half of the time until ssh gives up is
// the user's.
func (s *session) verdictWait() time.Duration {
	now := time.Now()
	wait := s.budget.strictWait(now, s.o.CheckTimeout)
	if ends := s.budget.sshEnds; s.o.Policy == Ask && !ends.IsZero() {
		wait = min(wait, max(ends.Sub(now)/2, 0))
	}
	return wait
}

// ask has the user decide about what strict would refuse, for the reasons why, the worst
// first; r is what was judged. The error is a Refusal, unless ssh has gone meanwhile: it is
// strict's if nobody can be asked.
func (s *session) ask(ctx context.Context, r *check.Result, why []string) error {
	if ends := s.budget.sshEnds; !ends.IsZero() {
		until, cancel := context.WithDeadline(ctx, ends)
		defer cancel()
		ctx = until
	}
	tty, done, err := s.terminal(ctx)
	if err != nil {
		if s.o.Verbose {
			s.voice.Notice("not asking: " + err.Error())
		}
		return s.refusal(why)
	}
	defer done()
	all, cannot := mapping.OfAll(r)
	path := mapping.Path(s.w)
	question, again, answers := "Continue connecting (yes/no/accept)? ", "Please type 'yes', 'no' or 'accept': ",
		[]string{"no", "yes", "accept"}
	if cannot != nil || path == "" {
		question, again, answers = "Continue connecting (yes/no)? ", "Please type 'yes' or 'no': ", answers[:2]
	}
	tty.Print(s.told(why, len(answers) > 2)...)
	answer, err := tty.Choose(ctx, question, again, answers...)
	if err == nil {
		s.log.line("-", "answer", answer)
	}
	switch {
	case s.abandoned.Load():
		return err
	case errors.Is(err, context.DeadlineExceeded):
		return s.unconfirmed("no answer before ssh gives up (ConnectTimeout)")
	case err != nil:
		return s.unconfirmed(err.Error())
	case answer == "no":
		return s.unconfirmed("not confirmed")
	case answer == "accept":
		s.accept(path, all)
	}
	s.asking.answered = true
	return nil
}

// unconfirmed is the Refusal after a question.
func (s *session) unconfirmed(why string) error {
	s.log.line("-", "answer", why)
	return console.Refuse(exit.Found, "", "not connecting to %s: %s", s.host(), why)
}

// littleTime is how much time an answer takes: if ssh gives up earlier, the user is told.
const littleTime = 10 * time.Second

// told are the lines above the question: what is wrong, how to find out more, and that there
// is little time.
func (s *session) told(why []string, acceptable bool) []string {
	more := "for details, run: rdnsproxy check " + s.host()
	if acceptable {
		more = "accept remembers it until it changes; " + more
	}
	switch n := len(why) - 1; {
	case n == 1:
		more = "another address is not acceptable either; " + more
	case n > 1:
		more = fmt.Sprintf("%d more addresses are not acceptable either; %s", n, more)
	}
	lines := []string{"warning: " + why[0] + s.caveat(), console.QualifyCommands(more)}
	if ends := s.budget.sshEnds; !ends.IsZero() && time.Until(ends) < littleTime {
		lines = append(lines, fmt.Sprintf("ssh waits %v for the answer and the server (ConnectTimeout)",
			max(time.Until(ends), 0).Round(time.Second)))
	}
	return lines
}

// accept remembers what was shown, as 'rdnsproxy accept' does. Like ssh, which connects if
// it cannot write to known_hosts, it only says so if it cannot.
func (s *session) accept(path string, all []accepted.Mapping) {
	var no *console.Refusal
	switch err := mapping.Remember(path, all); {
	case errors.As(err, &no):
		s.voice.WarningWithHint("cannot remember the mapping of "+s.host()+": "+no.Text, no.Hint)
	case errors.Is(err, replacefile.ErrWritten):
		s.voice.Notice(err.Error())
	}
}
