package vouch

import (
	"context"
	"errors"
	"strings"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/parent"
	"rdnsproxy/internal/target"
	"rdnsproxy/safetext"
	"rdnsproxy/sshconf"
)

// notAlias returns nil if subject is the host that ssh connects to, and no HostKeyAlias: an
// alias is a name that the user has made up, and DNS may have one like it that is somebody
// else's. %h says what ssh connects to. Without it, ssh's configuration is read as the ssh
// that started this program has read it; where that cannot be known, the answer is an error.
func (o offer) notAlias(ctx context.Context, w console.World, subject string) error {
	host := o.host
	if host == "" {
		var err error
		if host, err = connectedTo(ctx, w); err != nil {
			return err
		}
	}
	if !strings.EqualFold(host, subject) {
		return errors.New("ssh connects to " + safetext.Name(host) + ", so it may be a HostKeyAlias")
	}
	return nil
}

// connectedTo returns the host that the parent ssh connects to, if it has no HostKeyAlias.
func connectedTo(ctx context.Context, w console.World) (string, error) {
	args := parent.Args()
	if args == nil {
		return "", errors.New("without %h as the last argument, it may be a HostKeyAlias")
	}
	c, err := sshconf.ParseCommand("ssh", args)
	if err != nil || len(c.Targets) != 1 {
		return "", errors.New("the command line of ssh cannot be read: give %h as the last argument")
	}
	q := target.AsUser(w, c.Targets[0].Query())
	q.Keywords = []string{"hostkeyalias", "hostname"}
	host, err := q.Lookup(ctx)
	switch {
	case err != nil:
		return "", errors.New("ssh's configuration cannot be evaluated: give %h as the last argument: " + err.Error())
	case host.Get("hostkeyalias") != "":
		return "", errors.New("it is a HostKeyAlias")
	case host.HostName == "":
		return q.Host, nil
	}
	return host.HostName, nil
}
