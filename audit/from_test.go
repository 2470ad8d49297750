package audit

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"rdnsproxy/audit/tally"
	"rdnsproxy/check"
)

// fromAdvices returns what a report says about from=: texts and the lines to copy, each once.
func fromAdvices(r *Report) (all []string) {
	for _, f := range r.Findings {
		for _, a := range f.Advice {
			if a.Code == AdviseFrom {
				all = append(all, a.Text+" → "+a.File+" "+a.Line)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func TestFromAdvice(t *testing.T) {
	const key = " at:/home/backup/.ssh/authorized_keys:3"
	const in = "in /home/backup/.ssh/authorized_keys, line 3, add "
	const file = " → /home/backup/.ssh/authorized_keys "
	const may = "if the client may come from there: "
	refused := func(a, more string) tally.Client { return client(a, "key:1 user:backup "+more) }
	on2 := func(c tally.Client, hosts ...string) tally.Client { c.Hosts = hosts; return c }
	for name, tt := range map[string]struct {
		clients []tally.Client
		want    []string
	}{
		"no place": {[]tally.Client{refused("192.0.2.1", "from:10.0.0.0/8")},
			[]string{may + `in authorized_keys of backup, add its address to from= →  from="192.0.2.1,10.0.0.0/8"`}},
		"one client": {[]tally.Client{refused("192.0.2.1", "from:10.0.0.0/8"+key)},
			[]string{may + in + "192.0.2.1 to from=" + file + `from="192.0.2.1,10.0.0.0/8"`}},
		"two clients, one key": {
			[]tally.Client{refused("192.0.2.9", "from:10.0.0.0/8"+key), refused("192.0.2.10", "from:10.0.0.0/8"+key)},
			[]string{in + "192.0.2.9 and 192.0.2.10 to from=, but only those that may come from there" + file +
				`from="192.0.2.9,192.0.2.10,10.0.0.0/8"`}},
		"a name decides for one of them": {
			[]tally.Client{refused("192.0.2.9", "bad:1 then:failed ptr:x.example.net from:*.example.net"+key),
				refused("192.0.2.10", "from:*.example.net"+key)},
			[]string{in + "192.0.2.9 and 192.0.2.10 to from=, but only those that may come from there" + file +
				`from="192.0.2.9,192.0.2.10,*.example.net"`}},
		"one address in two zones": {
			[]tally.Client{refused("fe80::1%eth0", "from:10.0.0.0/8"+key), refused("fe80::1%eth1", "from:10.0.0.0/8"+key)},
			[]string{may + in + "fe80::1 to from=" + file + `from="fe80::1,10.0.0.0/8"`}},
		"two lines of a file": {
			[]tally.Client{refused("192.0.2.1", "from:10.0.0.0/8"+key), refused("192.0.2.2", "from:10.0.0.0/8"+key+"3")},
			[]string{may + in + "192.0.2.1 to from=" + file + `from="192.0.2.1,10.0.0.0/8"`,
				may + strings.Replace(in, "3", "33", 1) + "192.0.2.2 to from=" + file + `from="192.0.2.2,10.0.0.0/8"`}},
		"the list has changed": {
			[]tally.Client{refused("192.0.2.1", "from:10.0.0.0/8"+key), refused("192.0.2.2", "from:10.0.0.0/9"+key)},
			[]string{may + in + "192.0.2.1 to from= →  ", may + in + "192.0.2.2 to from= →  "}},
		"two lists on two servers": {
			[]tally.Client{on2(refused("192.0.2.1", "from:10.0.0.0/8"+key), "fs1"),
				on2(refused("192.0.2.2", "from:10.0.0.0/9"+key), "fs2")},
			[]string{may + in + "192.0.2.1 to from=" + file + `from="192.0.2.1,10.0.0.0/8"`,
				may + in + "192.0.2.2 to from=" + file + `from="192.0.2.2,10.0.0.0/9"`}},
		"who may have made it up is no company": {
			[]tally.Client{refused("192.0.2.1", "from:10.0.0.0/8"+key), refused("192.0.2.2", "unproven from:10.0.0.0/8"+key)},
			[]string{may + in + "192.0.2.1 to from= →  ", may + in + "192.0.2.2 to from= →  "}},
		"a command prints the keys": {
			[]tally.Client{refused("192.0.2.1", "from:10.0.0.0/8 at:/usr/bin/sss_ssh_authorizedkeys:1"),
				client("192.0.2.2", "key:1 user:sync from:10.0.0.0/9 at:/usr/bin/sss_ssh_authorizedkeys:1")},
			[]string{
				may + "in the keys that /usr/bin/sss_ssh_authorizedkeys prints for backup, add its address to from=" +
					` →  from="192.0.2.1,10.0.0.0/8"`,
				may + "in the keys that /usr/bin/sss_ssh_authorizedkeys prints for sync, add its address to from=" +
					` →  from="192.0.2.2,10.0.0.0/9"`}},
		"a path that is not safe to print": {
			[]tally.Client{refused("192.0.2.1", "from:10.0.0.0/8 at:/home/\x1bbackup/keys:3")},
			[]string{may + `in authorized_keys of backup, add its address to from= →  from="192.0.2.1,10.0.0.0/8"`}},
	} {
		t.Run(name, func(t *testing.T) {
			answer := answers(answer("192.0.2.9", check.Unresolvable, "x.example.net"))
			if got := fromAdvices(Judge(on(tt.clients...), answer, Options{})); !slices.Equal(got, tt.want) {
				t.Errorf("%q\nnot\n%q", got, tt.want)
			}
		})
	}
}

// A network full of clients is no from= line.
func TestFromAdviceIsBounded(t *testing.T) {
	var clients []tally.Client
	for i := range mostFrom + 1 {
		clients = append(clients, client(fmt.Sprintf("192.0.2.%d", i+1), "key:1 from:10.0.0.0/8 at:/home/b/keys:3"))
	}
	want := []string{"in /home/b/keys, line 3, add 192.0.2.1, 192.0.2.2, 192.0.2.3 and 14 more to from=, but only those " +
		"that may come from there →  "}
	if got := fromAdvices(Judge(on(clients...), nil, Options{})); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	clients = clients[:mostFrom]
	got := fromAdvices(Judge(on(clients...), nil, Options{}))
	if len(got) != 1 || !strings.HasSuffix(got[0], `.16,10.0.0.0/8"`) {
		t.Errorf("%q", got)
	}
}

// A report has the place beside the list, safe to print.
func TestPlaceInReport(t *testing.T) {
	c := client("192.0.2.1", "key:1 from:10.0.0.0/8 at:/home/\x1bb/keys:3")
	n := Judge(on(c), nil, Options{}).Clients[0].Required.Names
	if len(n) != 1 || n[0].Name != "10.0.0.0/8" || n[0].At != `/home/\027b/keys:3` {
		t.Errorf("%+v", n)
	}
}
