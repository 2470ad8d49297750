package manual

import (
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// TestNothingIsARequest: whatever a text has in it, mandoc shows it as it is.
func TestNothingIsARequest(t *testing.T) {
	m := mdoc{words: map[string]bool{"HOST": true}}
	m.WriteString(".Dd January 2, 2006\n.Dt X 1\n.Os\n.Sh NAME\n.Nm x\n.Nd y\n.Sh DESCRIPTION\n")
	m.blocks(`.Sh EVIL is no section.
.so /etc/passwd reads no file.
'ar ends nothing. \fBbold\fR stays, as \n(.x does. Ar, Pq and Ns are words: '.Ar Ns'.

  .Ed
  '.. \\ \" "quoted" 'so' ~/x ^ ` + "`date`" + ` --flag a-b

  .It "Ed" \x	.El is a note.
  --flag HOST "	Ar is a note; . is one.
  .	A dot.
  A, -	A comma.

(--x) [--y] HOST: 'a "b" .' (HOST... and -4's) --print-... HOST,HOST. --z="\q" \. C:\x\y.
`)
	page := exec.Command("mandoc", "-T", "utf8", "-O", "width=200")
	page.Stdin = strings.NewReader(m.String())
	out, err := page.CombinedOutput()
	if err != nil {
		t.Fatal(err)
	}
	shown := regexp.MustCompile(`.\x08`).ReplaceAllString(string(out), "")
	shown = strings.Join(strings.Fields(shown), " ")
	for _, want := range []string{
		".Sh EVIL is no section.", ".so /etc/passwd reads no file.", "'ar ends nothing.", `\fBbold\fR stays, as \n(.x does.`,
		"Ar, Pq and Ns are words: ‘.Ar Ns’.", ".Ed", `'.. \\ \" "quoted" 'so' ~/x ^ ` + "`date`" + ` --flag a-b`,
		`.It "Ed" \x .El is a note.`, `--flag HOST " Ar is a note; . is one.`, ". A dot.", "A, - A comma.",
		`(--x) [--y] HOST: ‘a "b" .’ (HOST ... and -4's) --print-... HOST,HOST.`, `--z="\q" \. C:\x\y.`,
	} {
		if !strings.Contains(shown, want) {
			t.Errorf("%s\nis not in\n%s\nwhich is\n%s", want, shown, m.String())
		}
	}
}
