package target

import (
	"errors"
	"io/fs"
	"os"
	"runtime"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/proxy/via"
	"rdnsproxy/replacefile"
	"rdnsproxy/safetext"
)

// readPasswords gives the proxies the passwords in a file that nobody else can read, as
// OpenSSH demands of a private key (sshkey_perm_ok).
func readPasswords(path string, chain []*via.Proxy) error {
	refuse := func(hint, format string, args ...any) error {
		return console.Refuse(exit.Usage, hint, "--via-auth-file "+safetext.Line(path)+": "+format, args...)
	}
	const format = "its lines are USER:PASSWORD, or URLs with both"
	info, err := os.Stat(path) // before the open, which would wait for a FIFO
	if err == nil && !info.Mode().IsRegular() {
		return refuse(format, "not a regular file")
	}
	f, err := os.Open(path)
	if err != nil {
		var where *fs.PathError
		if errors.As(err, &where) {
			err = where.Err
		}
		return refuse(format, "%v", err)
	}
	defer f.Close()
	if info, err = f.Stat(); err != nil {
		return refuse(format, "%v", err)
	}
	if runtime.GOOS != "windows" {
		switch {
		case !replacefile.OwnedByUser(info):
			return refuse("copy it to a file of your own, with mode 0600", "it belongs to another user")
		case info.Mode().Perm()&0o077 != 0:
			return refuse("chmod 600 "+safetext.Line(safetext.Shell(path)), "other users can read or write it (mode %04o)", info.Mode().Perm())
		}
	}
	c, err := via.ParseCredentials(f)
	if err == nil {
		err = c.Apply(chain)
	}
	if err != nil {
		return refuse(format, "%v", err)
	}
	var without *via.Proxy // the first one that has a user, but no line
	for _, p := range chain {
		switch {
		case p.User != "" && !p.LacksPassword():
			return nil
		case p.User != "" && without == nil:
			without = p
		}
	}
	if without != nil {
		return refuse(format, "it has no line for %s at %v", console.Quoted(without.User), without)
	}
	return refuse("if there are several proxies, each names its user: --via http://USER@HOST", "it has no line for these proxies")
}
