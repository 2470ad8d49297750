package check

import (
	"net"
	"strconv"

	"rdnsproxy/hostsfile"
	"rdnsproxy/safetext"
)

// advice returns the command that fixes the line, if there is one.
func (l *pinnedLine) advice(c Code) []Advice {
	switch c {
	case PinMoved, PinGone:
		return l.command("unless DNS is wrong, remove the line", "remove "+l.plain)
	case PinKey:
		return l.command("find out whether the key was changed on purpose; until then, remove the line",
			"remove "+l.plain)
	case PinPartial:
		if l.note.Single {
			return nil
		}
		return l.command("add lines for the other addresses", "add "+l.target())
	case PinExpired:
		if l.visit == nil || !l.visit.needed {
			return l.command("remove it", "remove "+l.plain)
		}
		command := "add --expires 90d "
		if l.note.Single {
			command += "--address " + l.addr.String() + " "
		}
		return l.command("renew it", command+l.target())
	case PinUnneeded:
		return l.command("remove it", "remove "+l.plain)
	}
	return nil
}

// command returns the advice to run a hosts command on the line's file.
func (l *pinnedLine) command(text, command string) []Advice {
	if l.path != "" && l.path != hostsfile.SystemPath() {
		command += " --hosts-file " + safetext.Shell(l.path)
	}
	return []Advice{newAdvice(AdviseCommand, text).With("", "rdnsproxy hosts "+command)}
}

// target returns the operand for the line's host and port.
func (l *pinnedLine) target() string {
	if l.note.Port == 0 {
		return l.plain
	}
	return net.JoinHostPort(l.plain, strconv.Itoa(int(l.note.Port)))
}
