package session

import (
	"context"

	"rdnsproxy/internal/become"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/target"
	"rdnsproxy/proxy/relay"
	"rdnsproxy/safetext"
)

// chained reports whether a command makes the connection.
func (s *session) chained() bool { return len(s.o.Command) > 0 }

// chain checks the host and then becomes the command, which makes the connection: no
// process remains between it and ssh. What is checked is the mapping of the name, since
// nobody knows what the command will connect to. It returns an exit status if the command
// was not run; unwatch stops the watch for ssh's end.
func (s *session) chain(ctx context.Context, unwatch func()) int {
	program, err := become.Find(s.w, s.o.Command) // first: it needs no lookup
	if err == nil && s.o.Policy != Off {
		err = s.checkBefore(ctx)
	}
	unwatch()
	switch {
	case s.abandoned.Load() || relay.Gone(s.w.Out):
		s.log.ended(relay.Stats{Why: relay.SSHGone}, nil)
		return exit.Unknown
	case s.inquiry != nil:
		s.keepLast(ctx)
	}
	if err != nil {
		return s.notRun(err)
	}
	s.log.line("-", "command", safetext.Cut(program.Path, maxLoggedPath))
	status, err := become.Run(s.w, program)
	if err != nil {
		return s.notRun(err)
	}
	return status
}

// maxLoggedPath is how much of a command's path the log has. It has no arguments: they can
// contain a password.
const maxLoggedPath = 255

// notRun reports why the command was not run and returns the exit status.
func (s *session) notRun(err error) int {
	s.log.line("-", "refused", err.Error())
	s.voice.Error(err)
	return console.StatusOf(err)
}

// checkBefore checks the host as the policy demands. An error means that the command must
// not be run.
func (s *session) checkBefore(ctx context.Context) error {
	if err := s.begin(ctx); err != nil {
		return err
	}
	if s.o.Policy.judges() {
		return s.judgeAll(ctx)
	}
	s.warnBefore(ctx)
	return nil
}

// prepareCommand reads the settings that matter if a command connects. It gets neither
// ssh's AddressFamily nor its BindAddress, and may use any address: only -4 and -6 say that
// it will not. ConnectTimeout is ssh's own, and includes the check. Under off the command
// is run at once.
func (s *session) prepareCommand(ctx context.Context) error {
	if via := s.o.Connect.Via; !via.Private && via.List != "" && via.List != "none" {
		return console.Refuse(exit.Usage, "the command connects, so give the proxy to it",
			"--via and a command after -- exclude each other")
	}
	if s.o.Policy == Off {
		return nil
	}
	set, err := s.readSettings(ctx)
	if err != nil {
		return err
	}
	family, err := s.o.Family()
	s.settings = target.Settings{Family: family, ConnectTimeout: set.ConnectTimeout, SSHTimeout: set.SSHTimeout}
	s.budget = newBudget(s.settings, s.o.FDPass, s.started, s.startedBySSH)
	return err
}

// caveat ends a message about the mapping: it is not about the connection, if a command
// makes that.
func (s *session) caveat() string {
	if !s.chained() {
		return ""
	}
	return "; what " + s.command() + " connects to was not checked"
}

// command returns the command's name for messages.
func (s *session) command() string { return become.Name(s.o.Command) }
