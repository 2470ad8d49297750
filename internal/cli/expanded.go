package cli

import (
	"strings"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/parent"
	"rdnsproxy/sshconf"
)

// refuseExpanded refuses the arguments if ssh, which runs this program, was told to connect
// to a name that a shell takes for a pattern of file names. ssh's valid_hostname allows
// *, ? and [, and ssh runs a ProxyCommand, a LocalCommand and Match exec through a shell: if
// %h is without quotes there, the arguments are the names of files in the current
// directory. Those are the work of a stranger when git fetches the submodules of a
// repository, whose .gitmodules names the host as well. So a file can be a flag, such as
// -F.config, whose Match exec is then run.
//
// It comes before the arguments mean anything. Only Linux tells a program how its parent
// was started; elsewhere the quotes of the recipe have to do.
func refuseExpanded() error {
	command, err := sshconf.ParseCommand("ssh", parent.LoginArgs())
	if err != nil || len(command.Targets) != 1 {
		return nil
	}
	host := command.Targets[0].Host
	if !strings.ContainsAny(host, "*?[") {
		return nil
	}
	return console.Refuse(exit.Usage, "it is not a host name; in ssh's configuration, quote what ssh puts into a command: ProxyCommand rdnsproxy '%h' %p",
		"ssh was told to connect to %s, which a shell takes for names of files", console.Quoted(host))
}
