package inputs

import (
	"net/netip"
	"strings"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
)

// pairHint is the hint where what should be a pair is none.
const pairHint = "a pair is HOST,ADDRESS; --column and --field read other tables"

// pair reads HOST,ADDRESS into an item that has the text of a line. A text without a
// comma is left as it is.
func (item *Item) pair() {
	host, address, found := strings.Cut(item.Text, ",")
	if found && !strings.Contains(item.Text, "://") {
		item.pairOf(strings.TrimSpace(host), strings.TrimSpace(address))
	}
}

// pairOf makes an item the pair of a name and an address.
func (item *Item) pairOf(host, address string) {
	a, err := netip.ParseAddr(address)
	_, literal := netip.ParseAddr(host)
	switch {
	case err != nil || a.Zone() != "":
		item.Err = console.Refuse(exit.Usage, pairHint, "%s is not an address", console.Quoted(address))
	case host == "":
		item.Err = console.Refuse(exit.Usage, pairHint, "there is no name before %s", a)
	case literal == nil || isRange(host):
		item.Err = console.Refuse(exit.Usage, pairHint, "%s is paired with an address, but is not a name", console.Quoted(host))
	default:
		item.Text, item.Address = host, a.Unmap()
	}
}

func isRange(text string) bool {
	_, ok, _ := ParseRange(text)
	return ok
}
