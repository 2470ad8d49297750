package inputs

import (
	"slices"
	"strings"
	"testing"

	"rdnsproxy/limits"
)

func TestColumn(t *testing.T) {
	tests := []struct {
		name, column, text string
		want               []string
	}{
		{"named", "host", "name,host\na,web1\nb,web2\n", []string{"t.csv:2 web1", "t.csv:3 web2"}},
		{"numbered", "2", "a,web1\nb,web2", []string{"t.csv:1 web1", "t.csv:2 web2"}},
		{"semicolons, from Windows", "host", "\xef\xbb\xbfname;host\r\na;web1\r\n", []string{"t.csv:2 web1"}},
		{"tabs", "host", "name\thost\na b\tweb1\n", []string{"t.csv:2 web1"}},
		{"quotes", "host name", "\"host name\",x\n\"web1\",\"a\nb\"\n\"web2\",\"c\"\"d\"\n", []string{"t.csv:2 web1", "t.csv:4 web2"}},
		{"blanks and empty lines", "host", "x, host\na,  web1 \n\nb,web2\n", []string{"t.csv:2 web1", "t.csv:4 web2"}},
		{"short and empty rows", "host", "x,host\na\nb,\nc,web3\n", []string{
			`t.csv:2 a bad: the row has no column "host", only 1`, `t.csv:3 b, bad: column "host" is empty`, "t.csv:4 web3"}},
		{"an empty cell alone", "1", "web1\n\"\"\n", []string{"t.csv:1 web1", "t.csv:2 t.csv:2 bad: column 1 is empty"}},
		{"a stray quote", "1", "we\"b1,x\nweb2,x\n", []string{`t.csv:1 t.csv:1 bad: a quote inside a cell that is not in quotes`, "t.csv:2 web2"}},
		{"text after a quote", "1", "web1,\"a\" b\nweb2,x\nweb3,\"a\"\"\n", []string{
			`t.csv:1 t.csv:1 bad: a quote is not closed, or text follows one that is`, "t.csv:2 web2", `t.csv:3 t.csv:3 bad: a quote is not closed, or text follows one that is`}},
		{"a quote that takes all with it", "1", "web1,\"x\nweb2,y\n", []string{`end: t.csv:1: a quote is not closed, or text follows one that is`}},
		{"a quote that takes rows with it", "1", "web1,\"x\nweb2,y\nweb3,\"z\"\nweb4\n", []string{`end: t.csv:1: a quote is not closed, or text follows one that is`}},
		{"an inch in another column", "host", "host,rack\nweb1,rack 19\"\nweb2,x\n", []string{`t.csv:2 t.csv:2 bad: a quote inside a cell that is not in quotes`, "t.csv:3 web2"}},
		{"no such column", "hosts", "name,host,address\n", []string{`end: t.csv:1: no column "hosts"`}},
		{"the column twice", "host", "host,host\n", []string{`end: t.csv:1: there are two columns "host"`}},
		{"pairs", "host,ip", "ip;x;host\n192.0.2.1;a;web1\n192.0.2.300;b;web2\n;c;web3\n", []string{"t.csv:2 web1 only 192.0.2.1",
			`t.csv:3 web2,192.0.2.300 bad: "192.0.2.300" is not an address`, `t.csv:4 ,c,web3 bad: column "ip" is empty`}},
		{"numbered pairs", "2,1", "192.0.2.1,web1", []string{"t.csv:1 web1 only 192.0.2.1"}},
		{"a number and a name", "2,ip", "ip,host\n192.0.2.1,web1", []string{"t.csv:2 web1 only 192.0.2.1"}},
		{"no such number", "9", "web1,a\nweb2,b\n", []string{"end: t.csv:1: no column 9"}},
		{"no such number, with a name", "9,a", "a,b\n", []string{"end: t.csv:1: no column 9"}},
		{"a short row later", "2", "a,web1\nb\nc,web3", []string{"t.csv:1 web1", "t.csv:2 b bad: the row has no column 2, only 1", "t.csv:3 web3"}},
		{"column 0", "0", "a\n", []string{`end: there is no column 0: the first is 1`}},
		{"nothing", "host", "", []string{`end: t.csv: no column "host": the file is empty`}},
		{"JSON Lines", "2", `{"a":"b","c":"d"}`, []string{"end: t.csv:1: this looks like JSON Lines, not like a table"}},
		{"only names", "host", "host\n", nil},
		{"UTF-16", "host", "\xff\xfeh\x00", []string{"end: t.csv: the file is in UTF-16, not UTF-8"}},
		{"a quote that is not closed", "1", "web1,x\nweb2,\"" + strings.Repeat("x\n", 2<<20), []string{
			"t.csv:1 web1", "end: t.csv:2: a row is longer than 1024 KiB: is a quote not closed?"}},
		{"the same in a small file", "1", "web1,x\nweb2,\"x\n", []string{"t.csv:1 web1", `t.csv:2 t.csv:2 bad: a quote is not closed, or text follows one that is`}},
		{"a large cell", "1", strings.Repeat("x", limits.ListLine+1) + "\nweb2", []string{
			"t.csv:1 " + strings.Repeat("x", maxShown) + " bad: column 1 is longer than 4096 bytes", "t.csv:2 web2"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := show(Column(write(t, "t.csv", tt.text), nil, strings.Split(tt.column, ","))); !slices.Equal(got, tt.want) {
				t.Errorf("%q\nwant %q", got, tt.want)
			}
		})
	}
	var hint string
	for _, err := range Column(write(t, "t.csv", "name,host,\x1b[2J\n"), nil, []string{"hosts"}) {
		hint = hintOf(err)
	}
	if hint != `the columns are name, host, \027[2J` {
		t.Errorf("hint %q", hint)
	}
}

// Only the first row of a table whose columns are numbers can have their names instead.
func TestColumnsWithAHeader(t *testing.T) {
	for text, want := range map[string][]string{
		"rack,IP Address\nx,192.0.2.1\n": {"if this row has the names of the columns: --column 'IP Address'", ""},
		"rack,\"a,b\"\nx,192.0.2.1\n":    {"", ""},
		"rack,\x1b[2J\nx,192.0.2.1\n":    {"", ""},
		"rack\nx,192.0.2.1\n":            nil,
	} {
		var hints []string
		for item, err := range Column(write(t, "t.csv", text), nil, []string{"2"}) {
			if err == nil {
				hints = append(hints, item.Hint)
			}
		}
		if !slices.Equal(hints, want) {
			t.Errorf("%q: %q, want %q", text, hints, want)
		}
	}
}

func TestField(t *testing.T) {
	tests := []struct {
		name, field, text string
		want              []string
	}{
		{"plain", "host", `{"host":"web1"}` + "\n\n" + `{ "x": 1, "host": " web2 "}`, []string{"l:1 web1", "l:3 web2"}},
		{"nested", "a.b", `{"a":{"b":"web1"}}`, []string{"l:1 web1"}},
		{"lists", "a.b", `{"a":[{"b":"web1"},{"b":["web2","web3"]}]}`, []string{"l:1 web1", "l:1 web2", "l:1 web3"}},
		{"escapes", "host", `{"host":"w\u0065b1\n"}`, []string{"l:1 web1"}},
		{"missing", "a.b", `{"a":{"c":"x"}}` + "\n" + `{"a":{"b":"web1"}}`, []string{`end: l:1: there is no field "a.b"`}},
		{"missing later", "a", `{"a":"web1"}` + "\n" + `{"b":"x"}`, []string{"l:1 web1", `l:2 {"b":"x"} bad: there is no field "a"`}},
		{"pairs", "a.n,ip", `{"a":{"n":"web1"},"ip":"192.0.2.1"}` + "\n" + `{"a":{"n":"web2"},"ip":["192.0.2.2","2001:db8::2"]}`,
			[]string{"l:1 web1 only 192.0.2.1", "l:2 web2 only 192.0.2.2", "l:2 web2 only 2001:db8::2"}},
		{"pairs in lists", "i.n,i.a", `{"i":[{"n":"web1","a":"192.0.2.1"},{"n":"web2","a":"x"}]}`,
			[]string{"l:1 web1 only 192.0.2.1", `l:1 web2,x bad: "x" is not an address`}},
		{"no pairs", "n,a", `{"n":["a","b"],"a":["192.0.2.1"]}`, []string{`l:1 {"n":["a","b"],"a":["192.0.2.1"]} bad: 2 names and 1 addresses make no pairs`}},
		{"results of a run", "target", `{"record":"begin","shard":"1/1"}` + "\n" + `{"target":"web1"}` + "\n" + `{"record":"end"}`, []string{"l:2 web1"}},
		{"a field with the name record", "record", `{"record":"web1"}`, []string{"l:1 web1"}},
		{"not an object inside", "a.b", `{"a":"x"}`, []string{`l:1 {"a":"x"} bad: field "a" is not an object`}},
		{"an object", "a", `{"a":{}}`, []string{`l:1 {"a":{}} bad: field "a" is an object`}},
		{"a number", "a", `{"a":1}`, []string{`l:1 {"a":1} bad: field "a" is not a text`}},
		{"null", "a", `{"a":null}`, []string{`l:1 {"a":null} bad: field "a" is not a text`}},
		{"empty", "a", `{"a":" "}`, []string{`l:1 {"a":" "} bad: field "a" is empty`}},
		{"no object", "a", `"a"`, []string{`end: l:1: the line is not a JSON object`}},
		{"a list of nothing", "a", `{"a":[]}`, nil},
		{"a table", "a", "a,b,c\n", []string{"end: l:1: this looks like a table, not like JSON Lines"}},
		{"no JSON", "a", "{\"a\":\"web1\"}\n{\"a\":\n{\"a\":\"web1\"}", []string{"l:1 web1", `l:2 {"a": bad: the line is not JSON`, "l:3 web1"}},
		{"no JSON at first", "a", "{\n\"a\":\"web1\"}", []string{"end: l:1: the line is not a whole JSON object"}},
		{"long", "a", `{"a":"` + strings.Repeat("x", limits.JSONLine) + "\"}\n{\"a\":\"web1\"}", []string{
			`l:1 {"a":"` + strings.Repeat("x", maxShown-6) + " bad: the line is longer than 1048576 bytes", "l:2 web1"}},
		{"deep", "a", "{\"a\":\"web1\"}\n{\"a\":" + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + "}", []string{"l:1 web1",
			`l:2 {"a":` + strings.Repeat("[", maxShown-5) + " bad: the line is not JSON"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := show(Field(write(t, "l", tt.text), nil, strings.Split(tt.field, ","))); !slices.Equal(got, tt.want) {
				t.Errorf("%q\nwant %q", got, tt.want)
			}
		})
	}
}

// TestFirstRowNamesWhatThereIs: whoever asks for a column or a field that is not there is told.
func TestFirstRowNamesWhatThereIs(t *testing.T) {
	for want, items := range map[string]Items{
		"the first row has 3: a, b, c":    Column("-", strings.NewReader("a,b,c\n"), []string{"9"}),
		"the columns are a, b":            Column("-", strings.NewReader("a,b\n"), []string{"a", "c"}),
		"the fields are host.name, alias": Field("-", strings.NewReader(`{"host":{"name":"x"},"n":1,"alias":["y"]}`), []string{"host.nme"}),
	} {
		for _, err := range items {
			if hintOf(err) != want {
				t.Errorf("%v (%s), want %s", err, hintOf(err), want)
			}
		}
	}
}

func TestAnsible(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string
		told       string
	}{
		{"recorded", recorded, []string{
			`i:11 {{ inventory_hostname }}.example.com bad: how to connect to "tpl" is a template, which only Ansible can fill in`,
			"i:12 s@127.0.0.3:2222", "i:20 [::1]:22", "i:41 web3",
		}, "left out: 2 hosts that Ansible does not reach over ssh (ansible_connection docker, local)"},
		{"no names", `{"all":{"hosts":[""]},"_meta":{"hostvars":{"":{}}}}`, []string{"i:1 i:1 bad: the host has no name"}, ""},
		{"no name in a group", `{"all":{"hosts":[""]}}`, []string{"i:1 i:1 bad: the host has no name"}, ""},
		{"groups first", `{"all":{"hosts":["a","b"]},"_meta":{"hostvars":{"b":{"ansible_host":"c"}}}}`, []string{"i:1 c", "i:1 a"}, ""},
		{"nothing", `{"_meta":{"hostvars":{}},"all":{"children":["ungrouped"]}}`, nil, ""},
		{"no inventory", "web1\n", []string{"end: i:1: it is not JSON: invalid character 'w' looking for beginning of value"}, ""},
		{"another JSON", "[1]", []string{"end: i:1: it is not the inventory of 'ansible-inventory --list'"}, ""},
		{"cut", `{"_meta":{"hostvars":{"a":{}`, []string{"i:1 a", "end: i:1: the inventory ends too early"}, ""},
		{"empty", "", []string{"end: i:1: the inventory ends too early"}, ""},
		{"a bad port", `{"_meta":{"hostvars":{"a":{"ansible_host":5}}}}`,
			[]string{"end: i:1: a variable is not what Ansible takes: ansible_host is a number"}, ""},
		{"without end", `{"_meta":{"hostvars":{"a":{"x":"` + strings.Repeat("x", 2<<20) + `"}}}}`,
			[]string{"end: i:1: a value is longer than 1024 KiB"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			told := ""
			got := show(Ansible(write(t, "i", tt.text), nil, func(text string) { told += text }))
			if !slices.Equal(got, tt.want) || told != tt.told {
				t.Errorf("%q, %q\nwant %q, %q", got, told, tt.want, tt.told)
			}
		})
	}
}

// recorded is what ansible-inventory 2.14 printed for an inventory in INI form.
const recorded = `{
    "_meta": {
        "hostvars": {
            "db1": {
                "ansible_connection": "docker",
                "ansible_port": 2022
            },
            "loc": {
                "ansible_connection": "local"
            },
            "tpl": {"ansible_host": "{{ inventory_hostname }}.example.com"},
            "web1": {
                "ansible_host": "127.0.0.2",
                "ansible_port": 22,
                "ansible_ssh_host": "127.0.0.3",
                "ansible_ssh_port": "2222",
                "ansible_ssh_user": "s",
                "ansible_user": "u"
            },
            "web2": {
                "ansible_host": "::1", "ansible_port": 22
            }
        }
    },
    "all": {
        "children": [
            "ungrouped",
            "web",
            "db"
        ]
    },
    "db": {
        "hosts": [
            "db1"
        ]
    },
    "web": {
        "hosts": [
            "web1",
            "web2",
            "web3",
            "loc",
            "tpl"
        ]
    }
}
`

// FuzzTables: whatever is in a file, its items are bounded and have places, and the
// reading ends.
func FuzzTables(f *testing.F) {
	f.Add("name,host\na,web1\n", "host")
	f.Add("a;\"b\n\";c", "2")
	f.Add(`{"a":{"b":["web1"]}}`, "a.b")
	f.Add(recorded, "x")
	f.Fuzz(func(t *testing.T, text, column string) {
		for name, items := range map[string]Items{
			"column": Column("-", strings.NewReader(text), strings.Split(column, ",")), "field": Field("-", strings.NewReader(text), strings.Split(column, ",")),
			"ansible": Ansible("-", strings.NewReader(text), nil), "lines": Lines("-", strings.NewReader(text)),
		} {
			n := 0
			for item, err := range items {
				if err != nil {
					if hintOf(err) == "" {
						t.Errorf("%s: %v has no hint", name, err)
					}
					continue
				}
				if item.Where == "" || item.Text == "" || item.Err != nil && hintOf(item.Err) == "" {
					t.Errorf("%s: %+v", name, item)
				}
				if n++; n > len(text)+1 {
					t.Fatalf("%s: more items than bytes", name)
				}
			}
		}
	})
}
