package tally

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"unicode/utf8"

	"rdnsproxy/sshdlog"
)

// The interchange format is JSON Lines: a header, records of one member each, and how many
// records there were. Hosts and edges have numbers, in their order; names are spelled out. A
// line has at most longestLine bytes.
const (
	wireKind    = "rdnsproxy-tally"
	wireSchema  = 1
	longestLine = 1 << 20
)

// wireHash tells which hash the samples and bounds go by.
func wireHash() string { return fmt.Sprintf("%016x", hash([]byte(wireKind))) }

type wireHeader struct {
	Kind    string
	Schema  int
	Hash    string
	Options wireOptions
	Part    bool // what precedes is not known

	Messages     []int64 // by kind
	First, Last  uint32
	Lines        int64
	Step         uint32
	Unattributed int64
	Forged       int64
	Listed       int64     `json:",omitempty"`
	Bounds       [6]uint64 // of hosts, strangers, insiders, the names of these two, and users
	Others       [2]Counts // of strangers, and of insiders
	Unnamed      [2]bool
}

type wireOptions struct {
	Window       int64
	UnknownUsers bool  `json:",omitempty"`
	Since, Until int64 `json:",omitempty"`
	Only         Filter
}

// wireRecord is one line behind the header.
type wireRecord struct {
	Hour       *[6]int64   `json:",omitempty"`
	Host       *wireHost   `json:",omitempty"`
	Users      []uint64    `json:",omitempty"` // hashes of some of their names
	Forgery    *wireClaim  `json:",omitempty"`
	Connection *wireListed `json:",omitempty"`
	Edge       *wireEdge   `json:",omitempty"`
	Open       *wireConn   `json:",omitempty"`
	Client     *wireClient `json:",omitempty"`
	Insider    *wireClient `json:",omitempty"`
	End        *int64      `json:",omitempty"`
}

type wireHost struct {
	Name   bytesText
	N, Seq int64
	Counts *wireCounts `json:",omitempty"`
}

type wireCounts struct {
	Messages, Connections, PAM, Logins int64
	Times                              [4]uint32 // first, last, first and last proof
	Trust                              [4]int64
	UIDs                               []uint32   `json:",omitempty"`
	Proofs                             [5]int64   // complaints, names, from=, user@host, hostbased
	Dropped                            [2]int64   `json:",omitzero"` // by MaxStartups: in all, and with a line
	Waits                              *wireWaits `json:",omitempty"`
}

type wireWaits struct {
	N, Longest int64
	Steps      [][2]uint32 // those that are not 0
}

// wireListed is a Connection of which not all texts need to be UTF-8.
type wireListed struct {
	Connection
	Host, Name, User bytesText
}

type wireEdge struct {
	Host      int
	PID       uint32
	Fragments []wireConn
}

type wireConn struct {
	Host    int    `json:",omitempty"`
	PID     uint32 `json:",omitempty"`
	Edge    int    `json:",omitempty"`
	Addr    netip.Addr
	Port    uint16 `json:",omitempty"`
	Flags   flags
	Begin   begin           `json:",omitempty"`
	Place   [4]int64        // of its first and its last line: n0, n, seq0, seq; the first of fragments only
	Times   [3]uint32       // first, last, acted
	Kinds   [2]sshdlog.Kind // outcome, mapping
	N       [9]uint32       // strays, failed, pam, root, keys, denied, hostbased, unsure, certs
	Names   [6]bytesText    // user, known, in, name, named, need
	NamesAt [2]int64        // name, named
	Micro   [2]int64        // start, complaint
	Doubt   *wireDoubt      `json:",omitempty"`
}

type wireDoubt struct {
	Sure, Rest *wireClaim  `json:",omitempty"`
	One        []wireClaim `json:",omitempty"`
}

type wireClaim struct {
	Claims netip.Addr `json:",omitzero"`
	N      uint32     `json:",omitempty"`
	Host   bytesText
	Text   bytesText
	Time   int64      `json:",omitempty"`
	Client netip.Addr `json:",omitzero"`
}

type wireClient struct {
	Addr     netip.Addr
	Times    [2]uint32
	Flags    recordFlags
	N        [numbers]uint32
	Failed   uint32      `json:",omitempty"`
	FailedAt uint32      `json:",omitempty"`
	Asked    *counter    `json:",omitempty"`
	Users    []wireEntry `json:",omitempty"`
	Hosts    *wireSample `json:",omitempty"`
	More     *wireExtra  `json:",omitempty"`
}

type wireExtra struct {
	N                                          [moreNumbers]uint32
	LoggedIn, Refused, Denied, Names, Required *wireSample  `json:",omitempty"`
	Unlisted                                   *wireSample  `json:",omitempty"`
	Name                                       [2]bytesText // first, last
	NameAt                                     [2]int64
	Mapping                                    sshdlog.Kind
	MappingAt                                  int64
	Wait                                       int64      `json:",omitempty"`
	Login                                      *wireLogin `json:",omitempty"`
}

type wireLogin struct {
	Time       uint32
	Host, User bytesText
	Failed     uint32
	FailedAt   uint32
	Asked      counter
}

type wireSample struct {
	Names []wireEntry
	More  *counter `json:",omitempty"`
}

type wireEntry struct {
	Name bytesText
	N    uint32
}

// bytesText is bytes: a JSON string if they are UTF-8, else a list of one string in base64.
type bytesText string

func (t bytesText) MarshalJSON() ([]byte, error) {
	if utf8.ValidString(string(t)) {
		return json.Marshal(string(t))
	}
	return json.Marshal([][]byte{[]byte(t)})
}

func (t *bytesText) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '[' {
		var l [][]byte
		if err := json.Unmarshal(b, &l); err != nil {
			return err
		}
		if len(l) != 1 {
			return errors.New("a text is one string")
		}
		*t = bytesText(l[0])
		return nil
	}
	return json.Unmarshal(b, (*string)(t))
}
