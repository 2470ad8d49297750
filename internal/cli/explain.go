package cli

import (
	"fmt"
	"slices"
	"strings"

	"rdnsproxy/audit"
	"rdnsproxy/check"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/layout"
	"rdnsproxy/internal/report"

	"github.com/spf13/cobra"
)

func explainCommand(w World) *cobra.Command {
	return &cobra.Command{
		Use:   "explain [CODE...]",
		Short: "what a finding means and what to do about it",
		Long: `Explains a finding of check or audit by its code: what it means, how certain it
is, who is affected, and what to do, with an example. It also explains verdicts,
pieces of advice, and help topics. Without an argument, it lists all findings.

Exit status: 0, or 2 if nothing has that name.`,
		Example: `  rdnsproxy explain hostkey.changed
  rdnsproxy explain mismatch
  rdnsproxy explain exit-status`,
		Args: func(_ *cobra.Command, words []string) error {
			_, err := explanations(w.Width(), words)
			return err
		},
		RunE:              func(_ *cobra.Command, words []string) error { return explain(w, words) },
		ValidArgsFunction: completesWords(explainable),
	}
}

// explain prints what the words mean, or without words what can be explained.
func explain(w World, words []string) error {
	if len(words) == 0 {
		page(w, listOfFindings(check.Codes())+"\nOf audit:\n\n"+listOfFindings(audit.Codes())+
			"\n'rdnsproxy explain CODE' explains one.\n")
		return nil
	}
	texts, err := explanations(w.Width(), words)
	if err != nil {
		return err
	}
	w.Print(strings.Join(texts, "\n"))
	return nil
}

// explanations explains the words, all or none.
func explanations(width int, words []string) (texts []string, err error) {
	for _, word := range words {
		text, ok := explanation(width, strings.ToLower(word))
		if !ok {
			return nil, console.Refuse(exit.Usage, didYouMean(word, explainable(), "'rdnsproxy explain' lists them"),
				"no finding, verdict, advice or topic is called %s", console.Quoted(word))
		}
		texts = append(texts, text)
	}
	return texts, nil
}

// explanation explains a word: a code, a verdict, a family of codes, a piece of advice, or
// a help topic.
func explanation(width int, word string) (string, bool) {
	for _, code := range []check.Code{check.Code(word), check.MappingCode(check.Verdict(word))} {
		for _, explain := range []func(check.Code) (check.CodeDoc, check.Explanation, bool){check.Explain, audit.Explain} {
			if d, e, ok := explain(code); ok {
				return report.Explanation(width, d, e), true
			}
		}
	}
	for _, d := range advice() {
		if string(d.Code) == word {
			return layout.Page(width, fmt.Sprintf("%s: a piece of advice (%s)\n\n%s.\n", d.Code, d.Where(), d.Meaning)), true
		}
	}
	for _, t := range topics() {
		if t.name == word {
			return layout.Page(width, t.text()), true
		}
	}
	family := slices.DeleteFunc(findings(), func(d check.CodeDoc) bool {
		return !strings.HasPrefix(string(d.Code), strings.TrimSuffix(word, ".")+".")
	})
	return layout.Page(width, listOfFindings(family)), len(family) > 0
}

// findings returns the rows of all findings, of check and of audit.
func findings() []check.CodeDoc { return append(check.Codes(), audit.Codes()...) }

// advice returns the rows of all advice.
func advice() []check.AdviceDoc { return append(check.AdviceCodes(), audit.AdviceCodes()...) }

// listOfFindings returns a table of codes for layout.Page.
func listOfFindings(rows []check.CodeDoc) string {
	var b strings.Builder
	for _, d := range rows {
		fmt.Fprintf(&b, "  %-7s  %s\t%s\n", d.Severity, d.Code, d.Meaning)
	}
	return b.String()
}

// explainable returns all words that explain accepts.
func explainable() []string {
	var words []string
	for _, v := range check.Verdicts() {
		words = append(words, string(v))
	}
	for _, d := range findings() {
		words = append(words, string(d.Code))
	}
	for _, d := range advice() {
		words = append(words, string(d.Code))
	}
	for _, t := range topics() {
		words = append(words, t.name)
	}
	return words
}
