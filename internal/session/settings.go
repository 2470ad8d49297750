package session

import (
	"context"
	"errors"
	"slices"

	"rdnsproxy/internal/parent"
	"rdnsproxy/internal/target"
	"rdnsproxy/sshconf"
)

// readSettings reads ssh's configuration for Original, else for the destination on
// the parent ssh's command line, else for Host. Flags override it.
func (s *session) readSettings(ctx context.Context) (target.Settings, error) {
	set, err := s.fromConfiguration(ctx)
	if err != nil {
		return set, err
	}
	family, err := s.o.Family()
	if err != nil {
		return set, err
	}
	set.Override(family, s.o.Connect)
	set.Through(s.o.Connect, s.o.Host, s.o.Port)
	return set, nil
}

// fromConfiguration reads the settings. A file given with -F has to be readable. An
// error in the configuration that the running ssh has already accepted is only a
// notice: the connection is then made without these options.
func (s *session) fromConfiguration(ctx context.Context) (target.Settings, error) {
	args := parent.Args()
	if args == nil && s.o.SSHConfig == "none" {
		return target.Settings{}, nil
	}
	var q sshconf.Query
	if args != nil {
		if c, err := sshconf.ParseCommand("ssh", args); err == nil && len(c.Targets) == 1 {
			q = c.Targets[0].Query()
		}
	}
	q = target.AsUser(s.w, q)
	q.Keywords = target.RelayKeywords
	if s.o.Policy == Ask {
		q.Keywords = append(slices.Clip(q.Keywords), "batchmode")
	}
	if s.o.SSHConfig != "" {
		q.Args = append(q.Args, "-F"+s.o.SSHConfig) // the last one counts
	}
	switch {
	case s.o.Original != "":
		q.Host = s.o.Original
	case q.Host == "":
		q.Host = s.o.Host
	}
	host, err := q.Lookup(ctx)
	s.obeyUser(ctx, q, host)
	var doubtful *sshconf.UnevaluatedError
	switch {
	case err == nil:
	case errors.As(err, &doubtful):
		s.voice.Notice(err.Error())
	case s.o.SSHConfig != "":
		return target.Settings{}, target.ConfigError(q.Host, err)
	default:
		s.voice.Notice("connecting without ssh's options: " + err.Error())
		return target.Settings{}, nil
	}
	return target.SettingsOf(host)
}

// obeyUser silences warnings if ssh's own are silenced, by LogLevel or by -q, which sftp and
// scp pass on, and asks nothing if ssh asks nothing (BatchMode). If the configuration could
// not be read, ssh's command line alone decides.
func (s *session) obeyUser(ctx context.Context, q sshconf.Query, host *sshconf.Host) {
	if host == nil {
		q.Args, q.Keywords = append(slices.Clip(q.Args), "-Fnone"), []string{"loglevel", "batchmode"}
		host, _ = q.Lookup(ctx)
	}
	if host == nil {
		return
	}
	if host.Silenced() {
		s.voice.Quiet = true
	}
	s.asking.batch = host.Get("batchmode") == "yes"
}
