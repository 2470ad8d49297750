package session

import (
	"context"
	"errors"
	"slices"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/target"
	"rdnsproxy/sshconf"
)

// readSettings asks ssh's configuration, matched by Original, else by the
// destination on the parent ssh's command line, else by Host.
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
	return set, nil
}

// fromConfiguration asks for the settings. The configuration that the user named
// by -F has to be readable; what ssh itself was started with is ssh's business,
// which runs already: then the connection is made without these options.
func (s *session) fromConfiguration(ctx context.Context) (target.Settings, error) {
	args := console.ParentArgs()
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
	s.heed(ctx, q, host)
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

// heed silences warnings where ssh's own are silenced: by -q, which sftp and scp
// pass on, or by LogLevel. Of a configuration that could not be read the command
// line still tells.
func (s *session) heed(ctx context.Context, q sshconf.Query, host *sshconf.Host) {
	if host == nil {
		q.Args, q.Keywords = append(slices.Clip(q.Args), "-Fnone"), []string{"loglevel"}
		host, _ = q.Lookup(ctx)
	}
	if host != nil && host.Silenced() {
		s.voice.Quiet = true
	}
}
