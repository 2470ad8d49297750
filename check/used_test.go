package check

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestEveryCodeIsUsed finds codes and verdicts that have a row, but that nothing ever
// reports: each constant is used outside its declaration and the tables.
func TestEveryCodeIsUsed(t *testing.T) {
	declared, used := map[string]bool{}, map[string]bool{}
	for _, dir := range []string{".", "../internal"} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			if dir == "." {
				for _, name := range codeConstants(file) {
					declared[name.Name] = true
				}
			}
			for _, name := range usedNames(file) {
				used[name.Name] = true
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(declared) < 90 {
		t.Fatalf("found only %d codes", len(declared))
	}
	for name := range declared {
		if !used[name] {
			t.Errorf("nothing reports %s", name)
		}
	}
}

// codeConstants returns the constants of a file that are codes or verdicts.
func codeConstants(file *ast.File) (names []*ast.Ident) {
	for _, decl := range file.Decls {
		group, ok := decl.(*ast.GenDecl)
		if !ok || group.Tok != token.CONST {
			continue
		}
		for _, spec := range group.Specs {
			value := spec.(*ast.ValueSpec)
			typ, _ := value.Type.(*ast.Ident)
			if typ != nil && slices.Contains([]string{"Code", "Verdict", "AdviceCode"}, typ.Name) {
				names = append(names, value.Names...)
			}
		}
	}
	return names
}

// usedNames returns the names that a file uses outside its declarations and tables.
func usedNames(file *ast.File) (names []*ast.Ident) {
	skip := map[ast.Node]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			return !returnsTable(n)
		case *ast.ValueSpec:
			for _, name := range n.Names {
				skip[name] = true
			}
		case *ast.Ident:
			if !skip[n] {
				names = append(names, n)
			}
		}
		return true
	})
	return names
}

// returnsTable reports whether a function makes one of the tables of codes.
func returnsTable(f *ast.FuncDecl) bool {
	if f.Type.Results == nil {
		return false
	}
	slice, _ := f.Type.Results.List[0].Type.(*ast.ArrayType)
	if slice == nil {
		return false
	}
	row, _ := slice.Elt.(*ast.Ident)
	return row != nil && slices.Contains([]string{"CodeDoc", "AdviceDoc", "verdictRow"}, row.Name)
}
