package check

import (
	"slices"
	"strings"

	"rdnsproxy/safetext"
)

// What was meant by a target that does not exist, if that can be seen.

// adviseSpelling says what to look at if a name has no address.
func adviseSpelling(f *judgement) []Advice {
	text := "check the spelling, HostName in ssh's configuration, and the search list in resolv.conf"
	if numbers(f.host.plain) {
		text = f.host.shown + " is not an IPv4 address, which has four numbers of at most 255: it was looked up as a name"
	}
	return []Advice{newAdvice(AdviseName, text)}
}

// numbers reports whether a name is nothing but numbers. No name on the internet is.
func numbers(name string) bool {
	return strings.Contains(name, ".") && strings.Trim(name, ".0123456789") == ""
}

// MeantFile adds the advice that the target, which has no address, is the name of a file
// with targets. path is that file.
func (r *Result) MeantFile(path string) {
	i := slices.IndexFunc(r.Findings, func(f Finding) bool { return f.Code == MappingCode(NoAddress) })
	if i < 0 {
		return
	}
	f := &r.Findings[i]
	shown := safetext.Line(path)
	f.Advice = slices.Insert(f.Advice, 0, newAdvice(AdviseName,
		shown+" is a file here: to check the targets in it, --from-file "+safetext.Line(shellWord(path))))
}
