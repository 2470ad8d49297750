package hostsfile_test

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"rdnsproxy/hostsfile"
)

// Find a name and an address, plan a new line, and show what would change.
func Example() {
	file, err := hostsfile.Parse(strings.NewReader("127.0.0.1 localhost\n192.0.2.7 db.example.com db"))
	if err != nil {
		fmt.Println(err)
		return
	}
	file.Path = "/etc/hosts"
	for _, line := range file.Forward("DB") {
		fmt.Printf("line %d: %v\n", line.N, line.Addr)
	}
	fmt.Println(file.Reverse(netip.MustParseAddr("192.0.2.7")).Canonical())

	edit := file.Edit()
	if err := edit.Add(netip.MustParseAddr("192.168.1.243"), hostsfile.Note{
		Written: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC),
		Verdict: "unresolvable",
		Expires: time.Date(2027, 2, 20, 0, 0, 0, 0, time.UTC),
	}, "my.example.com"); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(edit.Diff())

	// Output:
	// line 2: 192.0.2.7
	// db.example.com
	// --- /etc/hosts
	// +++ /etc/hosts
	// @@ -1,2 +1,3 @@
	//  127.0.0.1 localhost
	// -192.0.2.7 db.example.com db
	// \ No newline at end of file
	// +192.0.2.7 db.example.com db
	// +192.168.1.243  my.example.com  # rdnsproxy 2026-11-22 unresolvable expires=2027-02-20 no-newline=de04477b
}

// Write a line to a file and remove it again, which restores the file.
func ExampleEdit_Write() {
	dir, err := os.MkdirTemp("", "hosts")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "hosts")
	if err := os.WriteFile(path, []byte("# local\n127.0.0.1 localhost"), 0o644); err != nil {
		fmt.Println(err)
		return
	}

	change := func(plan func(*hostsfile.File, *hostsfile.Edit) error) {
		file, err := hostsfile.ParseFile(path)
		if err != nil {
			fmt.Println(err)
			return
		}
		edit := file.Edit()
		if err := plan(file, edit); err != nil {
			fmt.Println(err)
			return
		}
		if _, err := edit.Write(hostsfile.WriteOptions{}); err != nil {
			fmt.Println(err)
			return
		}
		content, err := os.ReadFile(path)
		fmt.Printf("%q %v\n", content, err)
	}
	note := hostsfile.Note{Written: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC), Verdict: "missing"}
	change(func(_ *hostsfile.File, edit *hostsfile.Edit) error {
		return edit.Add(netip.MustParseAddr("192.0.2.7"), note, "db.example.com")
	})
	change(func(file *hostsfile.File, edit *hostsfile.Edit) error {
		return edit.Unpin(file.PinnedFor("db.example.com")[0].N)
	})

	// Output:
	// "# local\n127.0.0.1 localhost\n192.0.2.7  db.example.com  # rdnsproxy 2026-11-22 missing no-newline=141f2ae6\n" <nil>
	// "# local\n127.0.0.1 localhost" <nil>
}
