package hostsfile_test

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"rdnsproxy/hostsfile"
)

func Example() {
	file, _ := hostsfile.Parse(strings.NewReader("127.0.0.1 localhost")) // ParseFile, for one to be written
	file.Path = "/etc/hosts"

	edit := file.Edit()
	if err := edit.Add(netip.MustParseAddr("192.168.1.243"), hostsfile.Note{
		Written: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC),
		Verdict: "unresolvable",
		Expires: time.Date(2027, 2, 20, 0, 0, 0, 0, time.UTC),
	}, "my.example.com"); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(edit.Diff()) // and after a yes: edit.Write(hostsfile.WriteOptions{Backup: true})

	// Output:
	// --- /etc/hosts
	// +++ /etc/hosts
	// @@ -1,1 +1,2 @@
	// -127.0.0.1 localhost
	// \ No newline at end of file
	// +127.0.0.1 localhost
	// +192.168.1.243  my.example.com  # rdnsproxy 2026-11-22 unresolvable expires=2027-02-20 no-newline=141f2ae6
}
