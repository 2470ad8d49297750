package sshdlog

import (
	"math/rand/v2"
	"strconv"
	"testing"
)

// TestWords compares what is read of eight bytes at a time with what is read of one after another,
// for random bytes of those that matter, and of those next to them.
func TestWords(t *testing.T) {
	const alphabet = "0123456789/:. !\x1f\x00\x30\x80\xb0\xb9\xa0\xff"
	r := rand.New(rand.NewPCG(1, 2))
	for range 100_000 {
		b := make([]byte, 8)
		for i := range b {
			b[i] = alphabet[r.IntN(len(alphabet))]
			if r.IntN(3) > 0 {
				b[i] = alphabet[r.IntN(10)]
			}
		}
		w, first, last := word(b), 0, 8
		for first < 8 && b[first]-'0' < 10 {
			first++
		}
		for last > 0 && b[last-1]-'0' < 10 {
			last--
		}
		wants := func(what string, v uint64, n int, digits []byte) {
			want, _ := strconv.ParseUint(string(digits), 10, 64)
			if n != len(digits) || n > 0 && v != want {
				t.Errorf("%q: %s are %d of %d digits", b, what, v, n)
			}
		}
		v, n := leadingDigits(w)
		wants("leading", v, n, b[:first])
		v, n = trailingDigits(w)
		wants("trailing", v, n, b[last:])
		for i, found := 0, blanks(w); i < 8; i++ {
			want := uint64(0)
			if b[i] == ' ' {
				want = 0x80
			}
			if got := found >> (8 * i) & 0xff; got != want {
				t.Errorf("%q: byte %d: %#x", b, i, got)
			}
		}
	}
}
