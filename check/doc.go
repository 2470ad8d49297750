// Package check turns what DNS says about a host, and what an SSH server there
// presents, into verdicts, findings and advice. It never prints and never dials.
//
// # Asking
//
// A [Checker] is the service: its resolvers, its time limits, its [Policy]. An [Ask]
// is one target's question. [Checker.Check] waits for everything. [Checker.Begin]
// returns an [Inquiry] at once, for a caller that connects meanwhile: [Inquiry.Addresses]
// yields what to dial as it arrives, and [Inquiry.Wait] gives the [Result] as of a
// [Stage]. One resolution feeds both, so the addresses that are judged are the
// addresses that are dialled.
//
// # Judging
//
// [Facts] are what was found: a failed lookup is a fact, not an error. [Judge] is
// pure; equal facts give equal results. Each address has a [Verdict] on how the name
// and it agree, and whatever else there is to say is a [Finding] with its [Advice].
// The codes of all of them are tables ([Verdicts], [Codes], [AdviceCodes]), and
// [Explain] has a longer text for each.
//
// # Hosts lines
//
// [PlanPin] plans the lines of a hosts file that make a name and its addresses agree, and
// [VerifyPins] judges the lines that are there.
package check
