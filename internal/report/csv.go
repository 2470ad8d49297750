package report

import (
	"slices"
	"strconv"
	"strings"

	"rdnsproxy/check"
)

// csvHead names the columns. They are a contract: new ones are added at the end.
const csvHead = "target,host,port,severity,verdict,address,address_severity,address_verdict," +
	"ptr,ptr_confirmed,reverse_status,reverse_zone,reverse_contact,codes,text,time,where\n"

// appendCSV appends a row for each address of a target, one if it has none: RFC 4180, but
// lines end with a newline alone, as everything else that is written here.
func appendCSV(dst []byte, r *check.Result) []byte {
	for _, p := range points(r) {
		address, severity, reverse := check.Address{}, "", ""
		if p.address != nil {
			address, severity, reverse = *p.address, p.address.Severity.String(), p.address.Reverse.Status.String()
		}
		var names []string
		confirmed := false
		for _, n := range address.PTR {
			names = append(names, n.Name)
			confirmed = confirmed || n.Confirmed
		}
		var codes []string
		text := ""
		for i, f := range p.findings {
			if i == 0 {
				text = f.Text
			}
			if c := string(f.Code); !slices.Contains(codes, c) {
				codes = append(codes, c)
			}
		}
		back := ""
		if len(names) > 0 {
			back = strconv.FormatBool(confirmed)
		}
		when := ""
		if !r.Time.IsZero() {
			when = r.Time.Format("2006-01-02T15:04:05.000Z07:00")
		}
		for i, cell := range [...]string{
			p.target, r.Host, strconv.Itoa(int(r.Port)), r.Severity.String(), string(r.Verdict), p.where(), severity,
			string(address.Verdict), strings.Join(names, " "), back, reverse, address.Reverse.Zone,
			address.Reverse.Contact, strings.Join(codes, " "), text, when, r.Where,
		} {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendCell(dst, cell)
		}
		dst = append(dst, '\n')
	}
	return dst
}

// appendCell appends a cell. A spreadsheet takes one that begins with = + - or @ for a
// formula, whoever wrote it, so an apostrophe goes before it (OWASP, CSV Injection). What
// some programs take for a separator is quoted too: behind it a cell could begin.
func appendCell(dst []byte, cell string) []byte {
	if cell == "" {
		return dst
	}
	if strings.IndexByte("=+-@\t\r", cell[0]) >= 0 {
		cell = "'" + cell
	}
	if !strings.ContainsAny(cell, ",;|\"'\t\r\n") && cell[0] != ' ' {
		return append(dst, cell...)
	}
	dst = append(dst, '"')
	dst = append(dst, strings.ReplaceAll(cell, `"`, `""`)...)
	return append(dst, '"')
}
