// Package vouch is ssh's KnownHostsCommand: for a key that a server presents, it prints a
// line for known_hosts if SSHFP records of a validated zone vouch for it.
package vouch

import (
	"context"
	"errors"
	"io"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/target"
	"rdnsproxy/safetext"
)

// Run prints the line, if there is one. Whatever is doubtful is a reason to print nothing,
// which v says: ssh then decides as if nobody had been asked. The error is a Refusal of the
// arguments, or of the writer.
//
// Nothing is connected to, and no known_hosts file is read: a key that is known for another
// name says nothing about this one. o.CheckTimeout limits all of it, since ssh waits.
func Run(ctx context.Context, w console.World, v *console.Voice, o target.Options, args []string) error {
	asked, err := parse(args)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, o.CheckTimeout)
	defer cancel()
	if asked.occasion == "ORDER" { // ssh asks what is known, before any key is presented
		return nil
	}
	line, err := answer(ctx, w, o, asked)
	if err != nil {
		v.Notice(safetext.Cut(safetext.Line(asked.lookedUp), 255) + ": nothing vouches for the key: " + err.Error())
		return nil
	}
	v.Notice(safetext.Cut(safetext.Line(asked.lookedUp), 255) + ": SSHFP records of a validated zone vouch for the " +
		safetext.Name(asked.keyType) + " key")
	if _, err := io.WriteString(w.TextWriter(), line); err != nil {
		return console.Refuse(exit.Usage, "", "writing to stdout: %s", console.PlainError(err))
	}
	return nil
}

// answer returns the line for known_hosts. An error says why there is none.
func answer(ctx context.Context, w console.World, o target.Options, asked offer) (line string, err error) {
	if asked.occasion == "ADDRESS" {
		return "", errors.New("ssh asks about the address")
	}
	subject, name, why := asked.subject()
	if why != "" {
		return "", errors.New(why)
	}
	key, line, why := asked.offered()
	if why != "" {
		return "", errors.New(why)
	}
	if err := asked.notAlias(ctx, w, subject); err != nil {
		return "", err
	}
	resolver, _, err := o.Resolver(w)
	if err != nil {
		return "", err
	}
	records := resolver.Fingerprints(ctx, name)
	if ok, why := key.VouchedFor(records); !ok {
		return "", errors.New("SSHFP records: " + why)
	}
	return line, nil
}
