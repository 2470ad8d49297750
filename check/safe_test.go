package check

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestMakeSafe: whatever a file has where a result has texts, none can reach a terminal.
func TestMakeSafe(t *testing.T) {
	const evil = `\u001b]0;x\u0007`
	text := strings.ReplaceAll(`{"schema":1,"target":"E","host":"E","name":"E","port":22,"verdict":"exact","severity":"ok",
		"forward":{"a":"ok","aaaa":"ok","canonical":"E","chain":["E"],"source":"E","ttl":1},
		"addresses":[{"address":"192.0.2.1","family":"E","source":"E","verdict":"exact","severity":"ok",
			"reverse":{"status":"ok","source":"E","ttl":1,"truncated":false,"zone":"E","contact":"E"},
			"ptr":[{"name":"E","source":"E","status":"ok","addresses":[],"confirmed":true}],
			"connect":{"status":"ok","seconds":1,"error":"E"},
			"ssh":{"version":"E","client":"E","hostkeys":[{"type":"E","fingerprint":"E","status":"known","evidence":"E","line":"E","refused":"E"}]},
			"sshd_message":"E"}],
		"findings":[{"code":"E","severity":"ok","text":"E","advice":[{"code":"E","machine":"E","text":"E","file":"E","line":"E"}]}],
		"timings":{},"version":"E"}`, "E", evil)
	var r Result
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		t.Fatal(err)
	}
	r.MakeSafe()
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	if i := strings.Index(string(b), "u001b"); i >= 0 {
		t.Errorf("%s", b[max(0, i-40):])
	}
	if n := strings.Count(string(b), `027]0;x`); n != strings.Count(text, evil) {
		t.Errorf("%d texts of %d are there: %s", n, strings.Count(text, evil), b)
	}
}
