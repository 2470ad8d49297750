package logs

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"rdnsproxy/limits"
)

// collect returns the lines of a text, each with its offset and the line before it.
func collect(r io.Reader, at int64) (all []string, err error) {
	var l lines
	l.reset(r, at)
	for {
		line, at, err := l.next()
		if err != nil {
			return all, err
		}
		short := func(b []byte) string { return fmt.Sprintf("%d %.20q", len(b), b) }
		all = append(all, fmt.Sprintf("%d: %s after %s", at, short(line), short(l.before())))
		if bytes.HasPrefix(line, []byte("pass")) {
			l.pass()
		}
	}
}

// TestLines: whatever pieces a stream comes in, its lines are the same.
func TestLines(t *testing.T) {
	long := func(n int) string { return strings.Repeat("x", n) }
	for name, text := range map[string]string{
		"empty":        "",
		"one":          "a\n",
		"no end":       "a\nb",
		"empty lines":  "\n\n\n",
		"passed":       "a\npass\npass\nb\npass\n",
		"at the bound": long(limits.LogLine) + "\n" + long(limits.LogLine+1) + "\nend\n",
		"too long":     "a\n" + long(3*block) + "\nb\n" + long(5*block),
		"passed far":   "a\n" + strings.Repeat("pass\n", limits.LogLine/5+10),
		"blocks":       strings.Repeat(long(1000)+"\n"+long(77)+"\n", 1500),
	} {
		t.Run(name, func(t *testing.T) {
			want, err := collect(strings.NewReader(text), 0)
			if err != io.EOF {
				t.Fatal(err)
			}
			if n := strings.Count(text, "\n"); len(want) != n && len(want) != n+1 {
				t.Errorf("%d lines of %d", len(want), n)
			}
			for i := range 6 {
				r := io.Reader(&pieces{text: []byte(text), rand: rand.New(rand.NewPCG(1, uint64(i)))})
				if i == 0 {
					r = iotest.DataErrReader(strings.NewReader(text))
				}
				got, _ := collect(r, 0)
				if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
					t.Fatalf("in pieces:\n%.2000s\nwant\n%.2000s", g, w)
				}
			}
		})
	}
}

// TestLinesError: what was read before an error is returned before it.
func TestLinesError(t *testing.T) {
	broken := errors.New("broken")
	got, err := collect(io.MultiReader(strings.NewReader("a\nb"), iotest.ErrReader(broken)), 100)
	if want := `100: 1 "a" after 0 "", 102: 1 "b" after 1 "a"`; strings.Join(got, ", ") != want || err != broken {
		t.Errorf("%s, %v\nwant %s", strings.Join(got, ", "), err, want)
	}
}

// pieces returns text in pieces of random lengths.
type pieces struct {
	text []byte
	rand *rand.Rand
}

func (p *pieces) Read(b []byte) (int, error) {
	if len(p.text) == 0 {
		return 0, io.EOF
	}
	n := copy(b, p.text[:min(len(p.text), 1+p.rand.IntN(100_000))])
	p.text = p.text[n:]
	return n, nil
}
