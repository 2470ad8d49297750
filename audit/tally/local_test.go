package tally

import (
	"slices"
	"testing"

	"rdnsproxy/sshdlog"
)

// TestLocalRecordsCountForNobody: what the journal proves to be another user's record is
// counted as such, and at no client, not even at that of the connection whose pid it has.
func TestLocalRecordsCountForNobody(t *testing.T) {
	y := New(Options{})
	for _, r := range []struct {
		trust   sshdlog.Trust
		message string
	}{
		{sshdlog.Root, "Failed password for root from 192.0.2.7 port 4022 ssh2"},
		{sshdlog.Local, "Accepted password for root from 192.0.2.7 port 4022 ssh2"},
		{sshdlog.Local, "reverse mapping checking getaddrinfo for x.example [1.2.3.4] failed."},
		{sshdlog.Root, "Connection closed by authenticating user root 192.0.2.7 port 4022 [preauth]"},
	} {
		f := sshdlog.Frame{Host: []byte("fs1"), PID: 7, Time: 1e9, Msg: []byte(r.message), Cut: 500, Repeat: 1, Trust: r.trust, UID: 1000}
		var e sshdlog.Event
		if !sshdlog.ParseEvent(&f, &e) {
			t.Fatal(r.message)
		}
		y.Add(&f, &e)
	}
	y.Finish()
	clients := slices.Collect(y.Clients())
	if len(clients) != 1 || clients[0].Addr.String() != "192.0.2.7" || clients[0].Counts.LoggedIn != 0 || clients[0].BadlyMapped != 0 {
		t.Errorf("%+v", clients)
	}
	h := y.Summary().Hosts[0]
	if h.Trust[sshdlog.Local] != 2 || !slices.Equal(h.LocalUIDs, []uint32{1000}) || h.Complaints != 0 {
		t.Errorf("%+v", h)
	}
}
