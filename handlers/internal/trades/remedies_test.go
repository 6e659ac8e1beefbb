package trades

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"testing"
)

func TestEveryReasonHasARemedy(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "reasons.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	ast.Inspect(file, func(n ast.Node) bool {
		value, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		text, err := strconv.Unquote(value.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		if Reason(text).Remedy() == "" {
			t.Errorf("%s has none", value.Names[0])
		}
		count++
		return true
	})
	if count != len(remedies) {
		t.Errorf("%d reasons, %d remedies", count, len(remedies))
	}
}

func TestTheRemedyIsThatOfTheSentenceWhateverStandsBehindIt(t *testing.T) {
	if got := (WrongName + ": it must match x: y").Remedy(); got != remedies[WrongName] {
		t.Errorf("%q", got)
	}
	if got := Reason("the feed's files are numbered").Remedy(); got != "" {
		t.Errorf("%q", got)
	}
}
