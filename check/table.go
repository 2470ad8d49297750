package check

import (
	"net/netip"
	"sync"
)

// Table is a closed set of codes and of advice. Every finding and every piece of advice is
// made from a row of one, so the table lists all severities and machines that there are.
// Package audit has one of its own.
type Table struct {
	codes  map[Code]CodeDoc
	advice map[AdviceCode]AdviceDoc

	// Undocumented is called for a code that is not in the table, or whose row does not list
	// a condition or a machine. That is a programming error, which must not end a login, so
	// if it is nil, nothing happens. Tests panic.
	Undocumented func(code, condition string)
}

// NewTable returns the table with these rows.
func NewTable(codes []CodeDoc, advice []AdviceDoc) *Table {
	t := &Table{codes: make(map[Code]CodeDoc, len(codes)), advice: make(map[AdviceCode]AdviceDoc, len(advice))}
	for _, d := range codes {
		t.codes[d.Code] = d
	}
	for _, d := range advice {
		t.advice[d.Code] = d
	}
	return t
}

// ownTable returns the table of Codes and AdviceCodes.
func ownTable() *Table {
	own.once.Do(func() { own.table = NewTable(Codes(), AdviceCodes()) })
	return own.table
}

// own is made at its first use: start-up does not pay for it, and the rows of verdicts may
// use it.
var own struct {
	once  sync.Once
	table *Table
}

// Finding makes a finding about the address a, or about the whole if a is the zero Addr,
// with the severity of c's row.
func (t *Table) Finding(c Code, a netip.Addr, text string) Finding {
	row, ok := t.codes[c]
	if !ok {
		t.undocumented(string(c), "")
	}
	return Finding{Code: c, Severity: row.Severity, Address: a, Text: text}
}

// When returns the finding, with the severity that its row lists for the condition if that
// holds.
func (t *Table) When(f Finding, holds bool, c Condition) Finding {
	for _, e := range t.codes[f.Code].Except {
		if e.When == c {
			if holds {
				f.Severity = e.Severity
			}
			return f
		}
	}
	t.undocumented(string(f.Code), string(c))
	return f
}

// Advice makes advice for the machine of c's row.
func (t *Table) Advice(c AdviceCode, text string) Advice {
	row, ok := t.advice[c]
	if !ok {
		t.undocumented(string(c), "")
	}
	return Advice{Code: c, Machine: row.Machine, Text: text}
}

func (t *Table) undocumented(code, condition string) {
	if t.Undocumented != nil {
		t.Undocumented(code, condition)
	}
}

// With adds a line to advice, and the file that the line goes into, if any.
func (a Advice) With(file, line string) Advice {
	a.File, a.Line = file, line
	return a
}
