package tally

import (
	"cmp"
	"slices"
)

// listed has the connections that Options.Only asks for, or the earliest ones of them.
type listed struct {
	all  int64
	some []Connection
}

func (l *listed) add(c Connection, most int) {
	l.all++
	l.some = append(l.some, c)
	if len(l.some) > 2*most {
		l.cut(most)
	}
}

func (l *listed) merge(o *listed, most int) {
	l.all += o.all
	l.some = append(l.some, o.some...)
	l.cut(most)
}

// cut sorts the connections and leaves the first ones.
func (l *listed) cut(most int) {
	slices.SortFunc(l.some, Connection.compare)
	if len(l.some) > most {
		clear(l.some[most:])
		l.some = l.some[:most]
	}
}

func (c Connection) compare(o Connection) int {
	yes := map[bool]int{true: 1}
	return cmp.Or(
		cmp.Compare(c.First, o.First), cmp.Compare(c.Last, o.Last), cmp.Compare(c.Host, o.Host),
		cmp.Compare(c.PID, o.PID), c.Addr.Compare(o.Addr), cmp.Compare(c.Port, o.Port),
		cmp.Compare(c.Mapping, o.Mapping), cmp.Compare(c.Name, o.Name), cmp.Compare(c.User, o.User),
		cmp.Compare(c.Failed, o.Failed), cmp.Compare(c.Outcome, o.Outcome),
		cmp.Compare(yes[c.LoggedIn], yes[o.LoggedIn]),
	)
}
