package check

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"rdnsproxy/resolve"
)

func init() {
	ownTable().Undocumented = func(c, when string) {
		panic(fmt.Sprintf("%s is not in the table of findings, or its row does not list %q", c, when))
	}
}

// Only a table makes findings and advice, and only When changes a severity.
func TestSeveritiesAreOfTheTable(t *testing.T) {
	made := func(e ast.Expr) bool { return nameOfType(e) == "Finding" || nameOfType(e) == "Advice" }
	for path, file := range sources(t, "..") {
		if filepath.ToSlash(path) == "../check/table.go" {
			continue
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CompositeLit:
				if len(n.Elts) > 0 && made(n.Type) {
					t.Errorf("%s: a finding or advice that the table did not make", path)
				}
				if a, ok := n.Type.(*ast.ArrayType); ok && made(a.Elt) {
					for _, e := range n.Elts {
						if _, literal := e.(*ast.CompositeLit); literal {
							t.Errorf("%s: a finding or advice that the table did not make", path)
						}
					}
				}
			case *ast.AssignStmt:
				for _, to := range n.Lhs {
					// The severities of a result and an address are the worst of the findings'.
					s, ok := to.(*ast.SelectorExpr)
					if !ok || s.Sel.Name != "Severity" {
						continue
					}
					if of := text(s.X); !strings.HasSuffix(of, "r") && !strings.HasSuffix(of, "esult") && of != "of" &&
						of != "a" && !strings.Contains(of, "Addresses") {
						t.Errorf("%s: %s.Severity is set", path, of)
					}
				}
			}
			return true
		})
	}
}

// Each constant of a closed set is in its table.
func TestEveryCodeHasARow(t *testing.T) {
	inTable := map[string]bool{}
	for _, d := range Codes() {
		if key := "Code " + string(d.Code); inTable[key] {
			t.Errorf("%s has two rows", d.Code)
		} else {
			inTable[key] = true
		}
	}
	for _, d := range AdviceCodes() {
		inTable["AdviceCode "+string(d.Code)] = true
	}
	for _, v := range Verdicts() {
		inTable["Verdict "+string(v)] = true
	}
	for _, s := range ConnectStatuses() {
		inTable["ConnectStatus "+string(s)] = true
	}
	for _, s := range KeyStatuses() {
		inTable["KeyStatus "+string(s)] = true
	}
	sets := map[string]int{"Code": 0, "AdviceCode": 0, "Verdict": 0, "ConnectStatus": 0, "KeyStatus": 0, "Condition": 0}
	for _, d := range Codes() {
		for _, e := range d.Except {
			inTable["Condition "+string(e.When)] = true
			if e.Severity == d.Severity && len(d.Except) == 1 {
				t.Errorf("%s: %s is not an exception", d.Code, e.When)
			}
		}
	}
	for path, file := range sources(t, ".") {
		for _, decl := range file.Decls {
			g, ok := decl.(*ast.GenDecl)
			if !ok || g.Tok != token.CONST {
				continue
			}
			for _, s := range g.Specs {
				spec := s.(*ast.ValueSpec)
				set := nameOfType(spec.Type)
				if _, closed := sets[set]; !closed {
					continue
				}
				sets[set]++
				word, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
				if err != nil {
					t.Fatal(err)
				}
				if !inTable[set+" "+word] {
					t.Errorf("%s: no row for the %s %s", path, set, word)
				}
			}
		}
	}
	for set, n := range sets {
		if n == 0 {
			t.Errorf("no constant of type %s was found", set)
		}
	}
}

// Each verdict has all the properties that it needs.
func TestVerdictRowsAreWhole(t *testing.T) {
	ranks := map[int]Verdict{}
	last := Pass
	for _, r := range verdictRows() {
		if r.meaning == "" || r.clause == nil && r.verdict != NoAddress {
			t.Errorf("%s lacks a meaning or a clause", r.verdict)
		}
		if r.severity > Pass && r.advise == nil && r.verdict != NoAddress {
			t.Errorf("%s says nothing about what to do", r.verdict)
		}
		if r.severity < last {
			t.Errorf("%s is worse than the verdict before it, and less severe", r.verdict)
		}
		last = r.severity
		if other, taken := ranks[r.rank]; taken && r.rank != 0 {
			t.Errorf("%s and %s have the same rank", r.verdict, other)
		}
		ranks[r.rank] = r.verdict
	}
	// Every verdict on a name has a rank.
	addr := netip.MustParseAddr("203.0.113.7")
	for _, p := range []PTRFacts{
		ptr(host, addr.String()), ptr("x.example.net", addr.String()), ptr("x.example.net", "198.51.100.1"),
		dead("x.example.net", resolve.NXDomain), dead("x.example.net", resolve.ServFail), unasked("10.1"), unasked("."),
		unasked(`a\032b`),
	} {
		if v := judgeName([]resolve.Name{host}, addr, &p); v.row().rank == 0 {
			t.Errorf("%s, the verdict on %s, has no rank", v, p.Name)
		}
	}
}

// sources parses the files below a directory that are not tests.
func sources(t *testing.T, root string) map[string]*ast.File {
	t.Helper()
	files := map[string]*ast.File{}
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		files[path] = file
		return err
	})
	if err != nil || len(files) == 0 {
		t.Fatal("no source was found: ", err)
	}
	return files
}

// nameOfType returns "Finding" for Finding and check.Finding.
func nameOfType(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}

// text returns an operand as source text, as far as this test needs it.
func text(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return text(e.X) + "." + e.Sel.Name
	case *ast.IndexExpr:
		return text(e.X) + "[]"
	}
	return "?"
}
