package audit

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"rdnsproxy/audit/tally"
	"rdnsproxy/check"
	"rdnsproxy/safetext"
	"rdnsproxy/sshdlog"
)

// judgeLog adds the findings about the log itself: what in it is no proof, and what was
// not read.
func (j *judgement) judgeLog() {
	j.judgeForged()
	j.judgeTrust()
	j.judgeInputs()
	if gap := j.r.Totals.Dropped - j.dropped - j.sum.Others.Dropped; gap > 0 {
		j.about(LogGap, nil, "the server dropped "+count(gap, "connection")+" without saying whose (MaxStartups, "+
			"PerSourcePenalties): they count for no client")
	}
	for _, c := range j.sum.Reached {
		text := "there are more than " + number(c.Most) + " " + safetext.Line(c.Of)
		if c.Left > 0 {
			text += "; " + number(c.Left) + " are counted only as a whole"
		}
		j.about(CapsReached, nil, text)
	}
}

// judgeForged is about messages that name another address than their connection's.
func (j *judgement) judgeForged() {
	n := j.sum.Forged
	if n == 0 {
		return
	}
	var hosts, by []string
	client := netip.Addr{}
	for _, f := range j.r.Forgeries {
		if f.Host != "" {
			hosts = addOnce(hosts, f.Host)
		}
		if f.Client.IsValid() {
			client = f.Client
			by = addOnce(by, f.Client.String())
		}
	}
	text := count(n, "message") + plural(n, " names an address that is not its connection's",
		" name an address that is not their connection's")
	if len(hosts) > 0 {
		text += " (" + servers(hosts) + ")"
	}
	if len(by) > 0 {
		text += ", sent from " + enumerate(by, len(by))
	}
	if len(by) != 1 {
		client = netip.Addr{}
	}
	j.found(LogForged, client, hosts, text, advise(AdviseLookAt,
		"this report does not believe these messages; check that programs which read this log and block addresses do "+
			"not either: they would block whomever the sender names")).
		when(j.proven == 0 && j.clients > 0, WhenUnproven)
}

func addOnce(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// judgeTrust is about who can write into the logs.
func (j *judgement) judgeTrust() {
	var open group
	for i := range j.sum.Hosts {
		h := &j.sum.Hosts[i]
		if h.Trust[sshdlog.Stranger] > 0 {
			open.add(h, false)
		}
		if h.Trust[sshdlog.Local] > 0 {
			j.judgeLocal(h)
		}
	}
	if open.n == 0 {
		return
	}
	text := "clients can write whole lines into the log of " + servers(open.names)
	if open.n > 1 {
		text = "clients can write whole lines into the logs of " + count(int64(open.n), "server") + " (" +
			servers(open.names) + ")"
	}
	text += ", because sshd -e and -E do not escape newlines: what only these lines say is not proven"
	j.found(LogForgeable, netip.Addr{}, open.names, text,
		advise(AdviseLogSyslog, "let sshd log to syslog or the journal instead of -e or -E FILE"))
}

func (j *judgement) judgeLocal(h *tally.Host) {
	var ids []string
	for _, id := range h.LocalUIDs {
		ids = append(ids, strconv.FormatUint(uint64(id), 10))
	}
	host := []string{safetext.Name(h.Name)}
	n := h.Trust[sshdlog.Local]
	text := "a local user wrote " + count(n, "journal record") + " on " + servers(host) + " in the SSH server's name"
	if len(ids) > 0 {
		text += " (UID " + enumerate(ids, len(ids)) + ")"
	}
	j.found(LogLocal, netip.Addr{}, host, text, advise(AdviseLookAt,
		"find out who that is and why; 'journalctl _UID=N -t sshd' shows the records"))
}

// judgeInputs is about what was not read, or not understood.
func (j *judgement) judgeInputs() {
	var lines, unread, cut, failed int64
	var shapes []string
	for _, i := range j.r.Inputs {
		lines, unread, cut = lines+i.SSHD, unread+i.Unread, cut+i.Cut
		shapes = append(shapes, i.Shapes...)
		if i.Error != "" {
			failed++
			var as []check.Advice
			if i.Denied {
				as = []check.Advice{here(advise(AdviseLogWhere, asWhom))}
			}
			j.about(LogUnreadable, nil, inputMark.on(i.Name)+": "+i.markedError(), as...)
		}
		if i.Partial {
			j.about(LogPartial, nil, inputMark.on(i.Name)+": this user may see only a part of it", here(advise(AdviseLogWhere, asWhom)))
		}
	}
	if cut > 0 {
		j.about(LogCut, nil, count(cut, "message")+" may have lost the end: where a client's address stands last, it is "+
			"taken from the connection's other messages")
	}
	if unread*100 > lines {
		text := number(unread) + " of " + count(lines, "message") + " from SSH servers name an address in a form that is " +
			"not known here; what they say is not counted"
		if slices.Sort(shapes); len(shapes) > 0 {
			shapes = slices.Compact(shapes)
			text += `: "` + quoteMark.on(strings.Join(shapes[:min(3, len(shapes))], `", "`)) + `"`
		}
		j.about(LogUnread, nil, text)
	}
	if j.lines() == 0 && failed < int64(max(1, len(j.r.Inputs))) {
		j.about(LogEmpty, nil, "no line of an SSH server was found in "+inputs(j.r.Inputs), advise(AdviseLogWhere,
			"look in "+elsewhere(j.r.Inputs)+"/var/log/auth.log, /var/log/secure or /var/log/messages; LogLevel QUIET in "+
				"sshd_config turns the log off; if sshd logs under another name, give it with --tag"))
	}
}

// lines is how many lines of SSH servers were read, also of those that are not counted.
func (j *judgement) lines() (n int64) {
	for _, i := range j.r.Inputs {
		n += i.SSHD
	}
	for _, m := range j.sum.Messages {
		n += m
	}
	return n
}

// asWhom is who may read logs.
const asWhom = "run it as root, or as a member of the group adm or systemd-journal"

// elsewhere names the journal, unless it was read.
func elsewhere(all []Input) string {
	if slices.ContainsFunc(all, func(i Input) bool { return i.Name == "journal" || strings.HasPrefix(i.Framing, "journal") }) {
		return ""
	}
	return "the journal (--journal), "
}

// inputs names what was read.
func inputs(all []Input) string {
	var names []string
	for _, i := range all {
		names = append(names, inputMark.on(i.Name))
	}
	if len(names) == 0 {
		return "what was read"
	}
	return strings.TrimSpace(enumerate(names, len(names)))
}

// judgeGuessing is about those who tried and failed. It says the same whatever their
// mappings are now.
func (j *judgement) judgeGuessing() {
	row, bad := j.r.Totals.ByReading[Guessing], j.r.Totals.BadlyByReading[Guessing]
	if row.Addresses == 0 {
		return
	}
	j.about(OnlyGuessing, nil, count(row.Addresses, "address")+" tried to log in and failed ("+
		count(row.Failed, "failed attempt")+"); "+
		plural(row.Addresses, "it did not get in", "none of them got in"), advise(AdviseGuessing,
		"allow keys only (PasswordAuthentication no), or let fail2ban or PerSourcePenalties slow guessing down; DNS "+
			"does not help against it"))
	if bad.Addresses > 0 {
		text := plural(bad.Addresses, "1 address that failed to log in had a wrong reverse name",
			number(bad.Addresses)+" addresses that failed to log in had wrong reverse names")
		j.about(GuessingBadlyMapped, nil, text+"; that makes guessing neither better nor worse")
	}
}
