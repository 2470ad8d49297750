package audit

import "rdnsproxy/check"

// explainLog explains the codes about the log itself.
func explainLog() []check.Explanation {
	const (
		reader  = "Whoever relies on this report."
		counted = "Sure: it is counted."
	)
	return []check.Explanation{
		{
			Code: "log.forged",
			Means: "Messages have an address in them that is not the address of their connection. Clients choose parts " +
				"of what the server logs, such as user names and key IDs, and somebody chose them so that a program " +
				"which reads the log takes them for the client's address.",
			Sure: "That the text is the client's is sure where the connection's other messages name another address. " +
				"Odd user names can look the same by accident.",
			Who: "Programs that block addresses because of this log: they would block whomever the sender names.",
			Do: "Check how your blocking program reads such lines; list addresses that must never be blocked. -v shows " +
				"the messages.",
			Example: "37 messages name an address that is not their connection's (mail3), sent from 203.0.113.5",
		},
		{
			Code: "log.local",
			Means: "The journal records which user sent each message, and some in the SSH server's name are from a local " +
				"user who is neither root nor the server's own. 'logger -t sshd' does that.",
			Sure:    "Sure: the journal gets the user from the kernel.",
			Who:     "Programs that believe these messages. This report counts them, and says so.",
			Do:      "Ask the user. Some test programs do this without harm.",
			Example: "a local user wrote 3 journal records on fs1 in the SSH server's name (UID 1000)",
		},
		{
			Code: "log.forgeable",
			Means: "The server logs with -e or -E FILE, as in most containers. Then newlines in what clients send are " +
				"not escaped, and a client can write whole lines, such as a login that never was.",
			Sure: "Sure about the form of the log. Whether somebody did it is another matter.",
			Who:  reader + " What the report says about such a log proves little.",
			Do:   "Let the server log to syslog or the journal, which escape.",
			Example: "clients can write whole lines into the log of c1, because sshd -e and -E do not escape newlines: " +
				"what only these lines say is not proven",
		},
		{
			Code:    "log.unreadable",
			Means:   "A file, a journal or a stream could not be read, or not to its end. The report is about the rest.",
			Sure:    "Sure. What is in it is not known.",
			Who:     reader,
			Do:      "Read what the text says: often the permission is missing (run it as root), or a file is damaged.",
			Example: "/var/log/auth.log.2.gz: unexpected end of file",
		},
		{
			Code: "log.partial",
			Means: "Ordinary users see only their own messages in the journal, so the SSH server's are missing, or some " +
				"of them.",
			Sure:    "Sure that there is more.",
			Who:     reader,
			Do:      "Run it as root, or as a member of the group adm or systemd-journal.",
			Example: "journal: this user may see only a part of it",
		},
		{
			Code: "log.empty",
			Means: "What was read has no line of an SSH server. That does not mean that nobody logged in: the log is " +
				"probably elsewhere.",
			Sure: "Sure about what was read.",
			Who:  reader,
			Do: "Look in the journal (--journal), in /var/log/auth.log (Debian, Ubuntu), /var/log/secure (Red Hat, SUSE) " +
				"or /var/log/messages. LogLevel QUIET in sshd_config turns the log off. If the server logs under another " +
				"name, give it with --tag.",
			Example: "no line of an SSH server was found in kern.log",
		},
		{
			Code: "log.cut",
			Means: "Messages are as long as the server or the syslog daemon allows, so their end may be missing: 500 " +
				"bytes for messages with unusual characters, 255 for BusyBox. An address that stands at the end of such " +
				"a message is not believed, because a client can bring it there.",
			Sure: "Sure that they may be cut.",
			Who:  reader,
			Do:   "Nothing, as long as there are few.",
			Example: "12 messages may have lost the end: where a client's address stands last, it is taken from the " +
				"connection's other messages",
		},
		{
			Code: "log.no-match",
			Means: "The report was asked for a server, a user or a client, and nothing in the log has that name or address. " +
				"A name that is mistyped matches nothing, and a report on nothing would look as if all were well.",
			Sure: counted,
			Who:  reader,
			Do: "Compare the name with the log: the server's is that of the syslog line, with its domain or without. " +
				"Without --host, -v lists the servers. If the name is right, the log has nothing about it.",
			Example: "nothing matches host fs2",
		},
		{
			Code: "log.unread",
			Means: "More than one message in a hundred has a form that is not known here. A new or changed SSH server " +
				"writes them, or the log's format was not recognized.",
			Sure: counted,
			Who:  reader + " What these messages say is missing in it.",
			Do:   "Try --input. Report the form of the lines if they are an SSH server's.",
			Example: "311 of 2,000 messages from SSH servers name an address in a form that is not known here; what they " +
				"say is not counted",
		},
		{
			Code: "log.gap",
			Means: "The server dropped connections before it asked who they were, and did not log each of them: too many " +
				"at once (MaxStartups), or penalties for earlier failures (PerSourcePenalties).",
			Sure: "The number is the server's own.",
			Who:  "Users whose logins were among them: they saw a connection that was closed at once.",
			Do:   "Raise MaxStartups if users complain. Otherwise nothing: it is how sshd defends itself.",
			Example: "the server dropped 41,022 connections without saying whose (MaxStartups, PerSourcePenalties): they " +
				"count for no client",
		},
		{
			Code: "caps.reached",
			Means: "There is more of something than is counted one by one, so that memory stays bounded. The totals are " +
				"complete.",
			Sure:    counted,
			Who:     reader,
			Do:      "Choose a part of the log: --since, --until, --host. 'rdnsproxy help limits' lists the bounds.",
			Example: "there are more than 1,000,000 clients; 12,345 are counted only as a whole",
		},
	}
}
