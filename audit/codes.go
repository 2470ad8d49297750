package audit

import (
	"slices"
	"sync"

	"rdnsproxy/check"
)

// The codes of a report about a log. Those about a client's mapping today are check's.
const (
	LoginBadlyMapped    check.Code = "login.badly-mapped"
	LoginWasBadlyMapped check.Code = "login.was-badly-mapped"
	LoginRefusedByName  check.Code = "login.refused-by-name"
	LoginRefusedFrom    check.Code = "login.refused-from"
	LoginRefusedCert    check.Code = "login.refused-certificate"
	LoginDeniedByName   check.Code = "login.denied-by-name"
	LoginAfterGuessing  check.Code = "login.after-guessing"
	HostbasedMismatch   check.Code = "hostbased.mismatch"
	GuessingBadlyMapped check.Code = "guessing.badly-mapped"
	OnlyGuessing        check.Code = "guessing"
	UseDNSOn            check.Code = "sshd.usedns-on"
	UseDNSPast          check.Code = "sshd.usedns-past"
	SlowLogin           check.Code = "slow.login"
	ZoneDead            check.Code = "zone.dead"
	ZoneBadlyMapped     check.Code = "zone.badly-mapped"
	LogForged           check.Code = "log.forged"
	LogForgeable        check.Code = "log.forgeable"
	LogLocal            check.Code = "log.local"
	LogCut              check.Code = "log.cut"
	LogUnread           check.Code = "log.unread"
	LogGap              check.Code = "log.gap"
	LogEmpty            check.Code = "log.empty"
	LogUnreadable       check.Code = "log.unreadable"
	LogNoMatch          check.Code = "log.no-match"
	LogPartial          check.Code = "log.partial"
	CapsReached         check.Code = "caps.reached"
)

// The circumstances in which a code has another severity than usual.
const (
	WhenSkipped      check.Condition = "if the mapping was not looked up again"
	WhenUndetermined check.Condition = "if DNS does not say what the mapping is now"
	WhenVerySlow     check.Condition = "if the median is 5 s or more"
	WhenUnproven     check.Condition = "if any client can have written what the log says about this one"
)

// The advice of a report about a log, beside check's.
const (
	AdviseUseDNS      check.AdviceCode = "usedns"
	AdviseFrom        check.AdviceCode = "from-address"
	AdviseCertificate check.AdviceCode = "certificate-address"
	AdviseUserHost    check.AdviceCode = "user-host"
	AdviseShosts      check.AdviceCode = "shosts"
	AdviseServerHosts check.AdviceCode = "server-hosts-line"
	AdviseLookAt      check.AdviceCode = "look-at"
	AdviseGuessing    check.AdviceCode = "against-guessing"
	AdviseLogSyslog   check.AdviceCode = "log-syslog"
	AdviseLogWhere    check.AdviceCode = "log-where"
)

// Codes returns the table of findings about a log. It shares no code with check.Codes.
func Codes() []check.CodeDoc {
	unproven := check.Exception{Severity: check.Notice, When: WhenUnproven}
	return []check.CodeDoc{
		check.Row(LoginAfterGuessing, check.Warning, "a client failed many times, or for several users, before it logged in",
			unproven),
		check.Row(LoginRefusedByName, check.Warning, "a client offered an authorized key, but from= asks for a name that the "+
			"server did not know it by", unproven),
		check.Row(LoginDeniedByName, check.Warning, "a user was not allowed to log in by a rule with a host name, and "+
			"in the same connection the server could not confirm the client's name", unproven),
		check.Row(HostbasedMismatch, check.Warning, "hostbased authentication failed because the server found another "+
			"name for the client than the client gave", unproven),
		check.Row(LoginBadlyMapped, check.Warning, "a client that logs in has a reverse name that does not resolve "+
			"back: the log complains about it, and DNS still says so",
			check.Exception{Severity: check.Notice, When: WhenSkipped},
			check.Exception{Severity: check.Unknown, When: WhenUndetermined}, unproven),
		check.Row(LoginRefusedFrom, check.Notice, "a client offered an authorized key, but from= does not have its address"),
		check.Row(LoginRefusedCert, check.Notice, "a client offered a valid certificate, but its source-address does not have "+
			"the client's address"),
		check.Row(LoginWasBadlyMapped, check.Pass, "the log complains about the reverse name of a client that logs in; "+
			"DNS is in order now"),
		check.Row(ZoneDead, check.Warning, "no answer about the reverse names of several clients that log in: their "+
			"zone's servers seem to be down"),
		check.Row(ZoneBadlyMapped, check.Notice, "many clients that log in have wrong reverse names in the same zone"),
		check.Row(SlowLogin, check.Notice, "logins wait a second or more while the server looks up the client's name",
			check.Exception{Severity: check.Warning, When: WhenVerySlow}),
		check.Row(UseDNSOn, check.Notice, "the server looks up the names of its clients (UseDNS yes)"),
		check.Row(UseDNSPast, check.Pass, "the server used to look up the names of its clients and no longer does"),
		check.Row(LogForged, check.Warning, "messages name an address that is not their connection's: somebody tries "+
			"to fool programs that read the log", unproven),
		check.Row(LogLocal, check.Warning, "a local user wrote records into the journal in the server's name"),
		check.Row(LogForgeable, check.Notice, "clients can write whole lines into this log (sshd -e or -E)"),
		check.Row(LogUnreadable, check.Unknown, "a log could not be read, or not to its end"),
		check.Row(LogPartial, check.Unknown, "this user may read only a part of the journal"),
		check.Row(LogEmpty, check.Unknown, "there is no line of an SSH server in what was read"),
		check.Row(LogNoMatch, check.Unknown, "nothing in the log matches a name or an address that was asked for (--client, "+
			"--user, --host)"),
		check.Row(LogCut, check.Notice, "messages may have lost their end"),
		check.Row(LogUnread, check.Notice, "more than 1 % of the server's messages have an unknown form"),
		check.Row(LogGap, check.Notice, "the server dropped connections without saying whose"),
		check.Row(CapsReached, check.Notice, "the log has more than is counted one by one"),
		check.Row(GuessingBadlyMapped, check.Pass, "some of the addresses that guess have wrong reverse names"),
		check.Row(OnlyGuessing, check.Pass, "addresses tried to log in, failed, and never got in"),
	}
}

// AdviceCodes returns the table of advice that only a report about a log gives.
func AdviceCodes() []check.AdviceDoc {
	return []check.AdviceDoc{
		onServer(AdviseUseDNS, "whether to set UseDNS no, and what has to be changed before; file and line "+
			"are set if nothing has"),
		onServer(AdviseFrom, "from= of a key in authorized_keys, with the client's address added, or those of all clients "+
			"that the same key refused; file is where the key is, if the log says so, and line is the option, if the log "+
			"has the whole list"),
		onServer(AdviseCertificate, "which certificate to have signed: nothing on the server itself has to change"),
		onServer(AdviseUserHost, "a rule of sshd_config that uses a host name, to be written with an address"),
		onServer(AdviseShosts, "what to compare in the server's files for hostbased authentication"),
		onServer(AdviseServerHosts, "a line for the server's hosts file, for an address that is fixed; file and "+
			"line are set"),
		onServer(AdviseLookAt, "what to look at before anything else"),
		onServer(AdviseGuessing, "what helps against guessing"),
		onServer(AdviseLogSyslog, "how the server should log, so that clients cannot write lines"),
		{Code: AdviseLogWhere, Machine: check.Server, Or: check.ThisMachine, Meaning: "where else the log may be, who may read it, or how to ask it"},
	}
}

func onServer(c check.AdviceCode, meaning string) check.AdviceDoc {
	return check.AdviceDoc{Code: c, Machine: check.Server, Meaning: meaning}
}

// table is the table of all findings and advice that a report can have.
var table = sync.OnceValue(func() *check.Table {
	return check.NewTable(Codes(), slices.Concat(AdviceCodes(), check.AdviceCodes()))
})
