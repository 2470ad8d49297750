//go:build page && linux

package auditreport

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// browser is a headless Chromium, driven by the Chrome DevTools Protocol over a pipe:
// JSON messages that end in a zero byte.
type browser struct {
	t  *testing.T
	to *os.File

	mu     sync.Mutex
	next   int
	waits  map[int]chan message
	events []message
}

type message struct {
	ID      int             `json:"id,omitempty"`
	Session string          `json:"sessionId,omitempty"`
	Method  string          `json:"method,omitempty"`
	Params  json.RawMessage `json:"params,omitempty"`
	Result  json.RawMessage `json:"result,omitempty"`
	Error   *struct {
		Message string `json:"message"`
	} `json:"error,omitempty"`
}

// startBrowser starts Chromium with a profile of its own; it ends with the test.
func startBrowser(t *testing.T) *browser {
	t.Helper()
	program, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("chromium is missing: make test-page installs it")
	}
	fromUs, toIt, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	toUs, fromIt, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
		"--disable-background-networking", "--disable-component-update", "--no-first-run",
		"--user-data-dir="+t.TempDir(), "--remote-debugging-pipe", "about:blank")
	cmd.ExtraFiles = []*os.File{fromUs, fromIt} // descriptors 3 and 4
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	fromUs.Close()
	fromIt.Close()
	b := &browser{t: t, to: toIt, waits: map[int]chan message{}}
	go b.listen(toUs)
	t.Cleanup(func() {
		b.call("", "Browser.close", nil)
		done := make(chan error, 1)
		go func() { done <- cmd.Wait() }()
		select {
		case <-done:
		case <-time.After(10 * time.Second):
			cmd.Process.Kill()
		}
		toIt.Close()
		toUs.Close()
	})
	return b
}

// listen hands answers to those who wait for them, and keeps the events.
func (b *browser) listen(from *os.File) {
	for r := bufio.NewReaderSize(from, 1<<20); ; {
		line, err := r.ReadBytes(0)
		if err != nil {
			return
		}
		var m message
		if json.Unmarshal(line[:len(line)-1], &m) != nil {
			continue
		}
		b.mu.Lock()
		if wait, ok := b.waits[m.ID]; ok && m.ID > 0 {
			delete(b.waits, m.ID)
			wait <- m
		} else {
			b.events = append(b.events, m)
		}
		b.mu.Unlock()
	}
}

// call calls a method and returns its result.
func (b *browser) call(session, method string, params any) json.RawMessage {
	b.t.Helper()
	b.mu.Lock()
	b.next++
	id, answer := b.next, make(chan message, 1)
	b.waits[id] = answer
	b.mu.Unlock()
	raw, err := json.Marshal(params)
	if err != nil {
		b.t.Fatal(err)
	}
	if params == nil {
		raw = []byte("{}")
	}
	line, err := json.Marshal(message{ID: id, Session: session, Method: method, Params: raw})
	if err != nil {
		b.t.Fatal(err)
	}
	if _, err := b.to.Write(append(line, 0)); err != nil {
		b.t.Fatal(err)
	}
	select {
	case m := <-answer:
		if m.Error != nil {
			b.t.Fatalf("%s: %s", method, m.Error.Message)
		}
		return m.Result
	case <-time.After(60 * time.Second):
		b.t.Fatalf("%s: no answer", method)
	}
	return nil
}

type params map[string]any

// view is how a page is looked at.
type view struct {
	width    int
	dark     bool
	noScript bool
}

// tab opens a file and waits until it is loaded.
func (b *browser) tab(test *testing.T, file, hash string, v view) *tab {
	test.Helper()
	b.t = test
	var target struct{ TargetID, SessionID string }
	b.result(b.call("", "Target.createTarget", params{"url": "about:blank"}), &target)
	b.result(b.call("", "Target.attachToTarget", params{"targetId": target.TargetID, "flatten": true}), &target)
	b.mu.Lock()
	b.events = nil
	b.mu.Unlock()
	t := &tab{browser: b, target: target.TargetID, session: target.SessionID}
	for _, domain := range []string{"Page", "Runtime", "Log", "Network", "DOM"} {
		t.call(domain+".enable", nil)
	}
	if v.width == 0 {
		v.width = 1280
	}
	t.call("Emulation.setDeviceMetricsOverride",
		params{"width": v.width, "height": 900, "deviceScaleFactor": 1, "mobile": v.width < 640})
	scheme := "light"
	if v.dark {
		scheme = "dark"
	}
	t.call("Emulation.setEmulatedMedia", params{"features": []params{{"name": "prefers-color-scheme", "value": scheme}}})
	t.call("Emulation.setScriptExecutionDisabled", params{"value": v.noScript})
	path, err := filepath.Abs(file)
	if err != nil {
		b.t.Fatal(err)
	}
	t.call("Page.navigate", params{"url": "file://" + path + hash})
	t.until("Page.loadEventFired")
	return t
}

func (b *browser) result(raw json.RawMessage, into any) {
	b.t.Helper()
	if err := json.Unmarshal(raw, into); err != nil {
		b.t.Fatalf("%v: %s", err, raw)
	}
}

// tab is an open page.
type tab struct {
	*browser
	target, session string
}

func (t *tab) call(method string, params any) json.RawMessage {
	t.t.Helper()
	return t.browser.call(t.session, method, params)
}

func (t *tab) close() { t.browser.call("", "Target.closeTarget", params{"targetId": t.target}) }

// until waits for an event.
func (t *tab) until(method string) {
	t.t.Helper()
	for range 600 {
		if len(t.seen(method)) > 0 {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.t.Fatal("no " + method)
}

// seen returns the events of this tab with one of these names.
func (t *tab) seen(methods ...string) []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var all []string
	for _, e := range t.events {
		if e.Session == t.session && slices.Contains(methods, e.Method) {
			all = append(all, string(e.Params))
		}
	}
	return all
}

// eval evaluates an expression in the page and returns its value as text.
func (t *tab) eval(expression string) string {
	t.t.Helper()
	var r struct {
		Result           struct{ Value any }
		ExceptionDetails json.RawMessage
	}
	t.result(t.call("Runtime.evaluate", params{"expression": expression, "awaitPromise": true, "returnByValue": true}), &r)
	if r.ExceptionDetails != nil {
		t.t.Fatalf("%s: %s", expression, r.ExceptionDetails)
	}
	return fmt.Sprint(r.Result.Value)
}

// settle gives the page time to do what an event has asked for.
func (t *tab) settle() {
	t.t.Helper()
	t.eval(`new Promise(done => setTimeout(done, 200))`)
}

// html returns the document as it is now, also where no script may run.
func (t *tab) html() string {
	t.t.Helper()
	var doc struct{ Root struct{ NodeID int } }
	t.result(t.call("DOM.getDocument", params{}), &doc)
	var r struct{ OuterHTML string }
	t.result(t.call("DOM.getOuterHTML", params{"nodeId": doc.Root.NodeID}), &r)
	return r.OuterHTML
}

// press presses a key.
func (t *tab) press(key string) {
	t.t.Helper()
	p := params{"type": "keyDown", "key": key, "code": key}
	switch key {
	case "Enter":
		p["text"], p["windowsVirtualKeyCode"] = "\r", 13
	case "Tab":
		p["windowsVirtualKeyCode"] = 9
	}
	t.call("Input.dispatchKeyEvent", p)
	t.call("Input.dispatchKeyEvent", params{"type": "keyUp", "key": key, "code": key})
}

// picture takes a screenshot of the whole page, up to 12,000 pixels of its height.
func (t *tab) picture(file string, width int) {
	t.t.Helper()
	height, err := strconv.Atoi(t.eval(`Math.min(12000, document.documentElement.scrollHeight)`))
	if err != nil {
		t.t.Fatal(err)
	}
	t.save(file, t.call("Page.captureScreenshot", params{"captureBeyondViewport": true,
		"clip": params{"x": 0, "y": 0, "width": width, "height": height, "scale": 1}}))
}

// pdf prints the page.
func (t *tab) pdf(file string) {
	t.t.Helper()
	t.save(file, t.call("Page.printToPDF", params{"paperWidth": 8.27, "paperHeight": 11.69, "printBackground": true}))
}

func (t *tab) save(file string, answer json.RawMessage) {
	t.t.Helper()
	var r struct{ Data string }
	t.result(answer, &r)
	b, err := base64.StdEncoding.DecodeString(r.Data)
	if err != nil {
		t.t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.t.Fatal(err)
	}
	if err := os.WriteFile(file, b, 0o644); err != nil {
		t.t.Fatal(err)
	}
}

// quiet fails the test if the page has logged an error, or asked for anything.
func (t *tab) quiet() {
	t.t.Helper()
	for _, e := range t.seen("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded") {
		t.t.Errorf("the console says: %s", e)
	}
	for _, e := range t.seen("Network.requestWillBeSent") {
		var r struct{ Request struct{ URL string } }
		t.result([]byte(e), &r)
		if !strings.HasPrefix(r.Request.URL, "file://") {
			t.t.Errorf("the page asks for %s", r.Request.URL)
		}
	}
}
