package recipe

import (
	"bytes"
	"errors"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
)

var recipes = []Recipe{
	{Command: "rdnsproxy", All: true},
	{Command: "'/opt/a b/rdns%%proxy'", All: true, Except: []string{"*.corp", "gate"}},
	{Command: "/opt/rdnsproxy", Passed: []string{"a", "b.example.com"}},
	{Command: "rdnsproxy", Passed: []string{"a"}, All: true},
}

// TestThereAndBack: an added block is found, and its removal restores every byte.
func TestThereAndBack(t *testing.T) {
	for _, config := range []string{
		"", "\n", "Host a\n", "Host a", "Host a\r\n  Port 1\r\n", "Host a\r\n  Port 1", "# c\n\n\n", "\n\n",
		"x\n# <<< other\n",
	} {
		for _, r := range recipes {
			with := Add([]byte(config), r)
			if !bytes.HasPrefix(with, []byte(config)) {
				t.Errorf("%q is not where it was: %q", config, with)
			}
			b, err := Find(with)
			if err != nil || !reflect.DeepEqual(b.Recipe, r) {
				t.Errorf("%q: %+v, %v", with, b, err)
				continue
			}
			if back := b.Without(with); string(back) != config {
				t.Errorf("%q came back as %q", config, back)
			}
			if strings.Contains(config, "\r") != strings.Contains(string(with[len(config):]), "\r") {
				t.Errorf("%q: other line ends: %q", config, with)
			}
			crlf := bytes.ReplaceAll(bytes.ReplaceAll(with, []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n"))
			if _, err := Find(crlf); err != nil {
				t.Errorf("%q: %v", crlf, err)
			}
		}
	}
}

// TestAroundTheBlock: lines that were added around the block later are kept.
func TestAroundTheBlock(t *testing.T) {
	for _, config := range []string{"", "Host a", "Host a\n", "Host a\r\n"} {
		with := string(Add([]byte(config), recipes[0]))
		for _, later := range []string{"Host b\n", "\nHost b", "# c\n"} {
			b, err := Find([]byte(with + later))
			if err != nil {
				t.Fatal(err)
			}
			got := string(b.Without([]byte(with + later)))
			sameWords := slices.Equal(strings.Fields(got), strings.Fields(config+"\n"+later))
			if !sameWords || !strings.HasSuffix(got, later) || !strings.HasPrefix(got, config) {
				t.Errorf("%q and %q: %q", config, later, got)
			}
		}
		at := strings.Index(with, begin)
		between := with[:at] + "Host c\n" + with[at:]
		b, err := Find([]byte(between))
		if err != nil {
			t.Fatal(err)
		}
		if got := string(b.Without([]byte(between))); !strings.Contains(got, "Host c") || !strings.HasPrefix(got, config) {
			t.Errorf("%q: %q", between, got)
		}
	}
}

// TestEdited: a block that was edited by hand is reported, not changed.
func TestEdited(t *testing.T) {
	with := string(Add([]byte("Host a\n"), recipes[0]))
	for _, edit := range []func(string) string{
		func(s string) string { return strings.Replace(s, "%p", "%p %n", 1) },
		func(s string) string { return strings.Replace(s, "Host *", "Host x", 1) },
		func(s string) string {
			return strings.Replace(s, "\n    ProxyCommand", "\n    # mine\n    ProxyCommand", 1)
		},
		func(s string) string { return strings.Replace(s, end+"1", end+"7", 1) },
		func(s string) string { return strings.Replace(s, "# <<< rdnsproxy ", "# <<< rdnsproxy x", 1) },
	} {
		if b, err := Find([]byte(edit(with))); !errors.Is(err, ErrEdited) {
			t.Errorf("%q: %+v, %v", edit(with), b, err)
		}
	}
	at := strings.Index(with, begin)
	for _, odd := range []string{
		with + with[at:],
		with[:at] + with[at+len(begin)+1:],
		with[:strings.Index(with, end)],
		end + "\n" + begin + "\n",
	} {
		if b, err := Find([]byte(odd)); !errors.Is(err, ErrSeveral) {
			t.Errorf("%q: %+v, %v", odd, b, err)
		}
	}
}

func TestQuote(t *testing.T) {
	quoted := map[string]string{
		"/a b": "'/a b'", "/50%": "'/50%%'", "/it's": `'/it'\''s'`, "": "''", "/$HOME": "'/$HOME'",
	}
	if runtime.GOOS == "windows" {
		quoted = map[string]string{"C:/a b": `"C:/a b"`, "C:/50%": `"C:/50%%"`, "": `""`}
	}
	quoted["rdnsproxy"], quoted["/usr/local/bin/rdnsproxy"] = "rdnsproxy", "/usr/local/bin/rdnsproxy"
	for path, want := range quoted {
		t.Run(path, func(t *testing.T) {
			if got := Quote(path); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}

// FuzzBlock: for any file, adding and removing the block restores the file.
func FuzzBlock(f *testing.F) {
	for _, r := range recipes {
		f.Add(Add([]byte("Host a\r\nPort 1"), r), "Host b\n")
	}
	f.Add([]byte(begin+"\n"+end+"0 x\n"), "")
	f.Fuzz(func(t *testing.T, config []byte, later string) {
		b, err := Find(config)
		if err != nil {
			return
		}
		if b != nil {
			rest := b.Without(config)
			if len(rest) > len(config) || len(bytes.Fields(rest)) > len(bytes.Fields(config)) {
				t.Fatalf("%q came out of %q", rest, config)
			}
			config = rest
		}
		if b, err := Find(config); b != nil || err != nil {
			return // a block within what was around the block
		}
		with := Add(config, recipes[3])
		b, err = Find(with)
		if err != nil {
			t.Fatalf("%q: %v", with, err)
		}
		if back := b.Without(with); !bytes.Equal(back, config) {
			t.Fatalf("%q came back as %q", config, back)
		}
	})
}
