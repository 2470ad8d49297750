package cli

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"

	"rdnsproxy/check"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/report"
	"rdnsproxy/internal/survey"

	"github.com/spf13/pflag"
)

// registerReport registers the flags of commands that write a report.
func (f *checkFlags) registerReport(fs *pflag.FlagSet) {
	fs.StringVar(&f.Format, "format", f.Format, "output `FORMAT`: "+strings.Join(report.Formats(), ", "))
	fs.Var((*outputPath)(&f.Output), "output", "write the report to this `FILE` instead of stdout, all or nothing")
	fs.Var((*colorMode)(&f.Color), "color", "colour the report: auto (on a terminal), always, never")
	fs.Var((*failOn)(&f.FailOn), "fail-on", "exit with 1 at or above this severity: notice, warning, error, never")
}

// colorMode is the value of --color.
type colorMode console.ColorMode

func (c *colorMode) Type() string   { return "WHEN" }
func (c *colorMode) String() string { return string(*c) }

func (c *colorMode) Set(word string) error {
	if !slices.Contains(console.ColorModes(), console.ColorMode(word)) {
		return errors.New("expected auto, always or never")
	}
	*c = colorMode(word)
	return nil
}

// outputPath is the value of --output: "" for stdout, for which - is accepted too.
type outputPath string

func (o *outputPath) Set(path string) error {
	switch path {
	case "":
		return errors.New("expected a file, or - for stdout")
	case "-", "/dev/stdout":
		path = ""
	}
	*o = outputPath(path)
	return nil
}

func (o *outputPath) String() string { return string(*o) }
func (o *outputPath) Type() string   { return "string" }

// suggested returns the format that the file of --output is named after, if it is not the
// one that the file gets and none was chosen; else "". Nothing is guessed: the user is told.
func (f *checkFlags) suggested() string {
	suffix := strings.ToLower(strings.TrimPrefix(filepath.Ext(f.Output), "."))
	switch suffix {
	case "xml":
		suffix = "junit"
	case "prom":
		suffix = "prometheus"
	}
	if f.given("format") || suffix == f.Format || !slices.Contains(report.Formats(), suffix) {
		return ""
	}
	return suffix
}

// failOn is the value of --fail-on, the lowest severity that makes check exit with 1.
type failOn check.Severity

// failOnWords are the values of --fail-on.
func failOnWords() []string {
	return []string{check.Notice.String(), check.Warning.String(), check.Error.String(), "never"}
}

func (f *failOn) Type() string { return "SEVERITY" }

func (f *failOn) String() string {
	if check.Severity(*f) == survey.NeverFail {
		return "never"
	}
	return check.Severity(*f).String()
}

func (f *failOn) Set(word string) error {
	if word == "never" {
		*f = failOn(survey.NeverFail)
		return nil
	}
	s, err := check.ParseSeverity(word)
	if err != nil || !slices.Contains(failOnWords(), word) {
		return errors.New("expected notice, warning, error or never")
	}
	*f = failOn(s)
	return nil
}
