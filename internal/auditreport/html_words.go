package auditreport

import (
	"rdnsproxy/audit"
	"rdnsproxy/check"
)

// thenWords are the words for what the log says about a client's name, in the order of the
// table.
func thenWords() [][2]string {
	return [][2]string{
		{"failed", "name does not resolve"},
		{"mismatch", "name resolves elsewhere"},
		{"numeric", "name is an IP address"},
		{"missing", "no PTR record"},
		{"named", "name confirmed"},
		{"none", "no complaint"},
	}
}

// changeWords are the words for what became of a complaint.
func changeWords() [][2]string {
	return [][2]string{
		{string(audit.Still), "still wrong"},
		{string(audit.New), "wrong now"},
		{string(audit.Fixed), "fixed"},
		{string(audit.Removed), "removed"},
		{string(audit.Undetermined), "no answer"},
		{string(audit.Skipped), "not checked"},
		{string(audit.Unchanged), "fine"},
	}
}

// differs is the change of a /64 whose clients changed in different ways.
const differs audit.Change = "differs"

// wordFor returns the words for a value of JSON; the value itself, if there are none.
func wordFor(words [][2]string, value string) string {
	for _, w := range words {
		if w[0] == value {
			return w[1]
		}
	}
	return value
}

// readingFor returns the short words for a reading.
func readingFor(r audit.Reading) string {
	for _, w := range readingWords {
		if w.reading == r {
			return w.words
		}
	}
	return string(r)
}

// verdictWords say what is true of a reverse name now.
func verdictWords() [][2]string {
	return [][2]string{
		{string(check.Exact), "resolves back to the address"},
		{string(check.Confirmed), "resolves back to the address"},
		{string(check.Exempt), "no PTR record, as usual for a private address"},
		{string(check.Missing), "no PTR record"},
		{string(check.Undetermined), "DNS does not answer"},
		{string(check.Malformed), "is not a valid hostname"},
		{string(check.Unresolvable), "does not resolve"},
		{string(check.Numeric), "reads as an IP address"},
		{string(check.Mismatch), "resolves to other addresses"},
	}
}
