//go:build linux

package e2e

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// Killed at any moment, the commands leave the old file or the new one: immediately if a
// new file is renamed over the old one, at the latest after the next command if
// something is mounted on it, as in containers.
func TestHostsKilled(t *testing.T) {
	v := newVisit(t)
	for _, c := range []struct {
		name   string
		kills  int
		source string // the directory of the file that is mounted over it
	}{
		{"plain", 1000, ""},
		{"mounted from another file system", 700, "/var/log"},
		{"mounted from its own", 300, lab},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			k := v.killing(t, c.source)
			for tries := 0; k.killed < c.kills; tries++ {
				if tries == 5*c.kills {
					t.Fatalf("of %d runs only %d could be killed", tries, k.killed)
				}
				k.once()
			}
			k.afterwards()
			t.Logf("%d killed: %d had written, %d left a journal or a new file, %d a mixture", k.killed, k.written, k.litter, k.torn)
		})
	}
}

// killing is a hosts file to which our line is added, and from which it is removed, by
// commands that are killed.
type killing struct {
	*visit
	path    string
	mounted bool
	ours    string                   // our line
	day     string                   // the date in our line
	life    map[string]time.Duration // how long a command runs if it is not killed
	signs   []sign

	command       string // add or remove
	before, after string // the content before it, and the content that it should write
	mixed         bool   // the current content is neither

	killed, written, litter, torn int
}

// sign is a file event in the directory that precedes a change by a command.
type sign struct {
	watch int           // an inotify descriptor
	ahead time.Duration // the interesting moments for a kill are within this time
}

// the file's original content, which no command may change
const (
	killedMode  = 0o604
	killedGroup = 43
)

// the lines of others, above and below ours
func others(network int) string {
	var b strings.Builder
	for i := range 250 {
		fmt.Fprintf(&b, "10.%d.0.%d\thost-%d.n%d.example.net host-%d-%d # room %d\n", network, i, i, network, network, i, i%7)
	}
	return b.String()
}

func (v *visit) killing(t *testing.T, source string) *killing {
	mine := *v
	mine.t = t
	k := &killing{visit: &mine, mounted: source != "", life: map[string]time.Duration{}, day: today()}
	dir, err := os.MkdirTemp(lab, "killing-")
	k.must(err)
	k.path = dir + "/hosts"
	file := k.path
	if k.mounted {
		k.write(k.path, "")
		from, err := os.MkdirTemp(source, "source-")
		k.must(err)
		file = from + "/hosts"
	}
	k.write(file, others(1)+others(2))
	k.must(os.Chown(file, chris, killedGroup))
	k.must(os.Chmod(file, killedMode))
	k.must(os.Chmod(dir, 0o755))
	if k.mounted {
		k.must(unix.Mount(file, k.path, "", unix.MS_BIND, ""))
		t.Cleanup(func() { unix.Unmount(k.path, unix.MNT_DETACH) })
	}
	k.watch(unix.IN_CREATE, 600*time.Microsecond)   // the new file, or a journal
	k.watch(unix.IN_MOVED_TO, 100*time.Microsecond) // it is complete: if it is a journal, the file is written now
	k.undisturbed("add")
	k.ours = strings.TrimPrefix(k.content(), others(1)+others(2))
	if !strings.HasPrefix(k.ours, articleLine+"  # rdnsproxy "+k.day) || strings.Count(k.ours, "\n") != 1 {
		t.Fatalf("our line is %q", k.ours)
	}
	k.undisturbed("remove")
	return k
}

func (k *killing) watch(event uint32, ahead time.Duration) {
	k.t.Helper()
	fd, err := unix.InotifyInit1(unix.IN_NONBLOCK | unix.IN_CLOEXEC)
	k.must(err)
	k.t.Cleanup(func() { unix.Close(fd) })
	_, err = unix.InotifyAddWatch(fd, filepath.Dir(k.path), event)
	k.must(err)
	k.signs = append(k.signs, sign{fd, ahead})
}

func today() string { return time.Now().UTC().Format(time.DateOnly) }

// content returns the file's content, with the date on which the test began.
func (k *killing) content() string {
	k.t.Helper()
	b, err := os.ReadFile(k.path)
	k.must(err)
	return strings.Replace(string(b), "# rdnsproxy "+today(), "# rdnsproxy "+k.day, 1)
}

func (k *killing) hosts(words ...string) *exec.Cmd {
	if words[0] == "add" { // otherwise PerSourcePenalties would make the next command wait
		words = append(words, "--dns-only")
	}
	return k.rootCommand(append(append([]string{"rdnsproxy", "hosts"}, words...), "--hosts-file", k.path)...)
}

// undisturbed runs a command without killing it and measures how long that takes.
func (k *killing) undisturbed(command string) {
	k.t.Helper()
	began := time.Now()
	if o := k.finish(k.hosts(command, "--yes", "my.example.com"), nil); o.status != 0 {
		k.t.Fatalf("%s: %+v", command, o)
	}
	k.life[command] = time.Since(began)
}

// once starts a command that changes the file, kills it, and examines the result.
func (k *killing) once() {
	k.t.Helper()
	if !k.mixed { // otherwise the same command has to repair the file first
		k.choose()
	}
	cmd := k.hosts(k.command, "--yes", "my.example.com")
	var errs bytes.Buffer
	cmd.Stderr = &errs
	k.forgetSigns()
	began := time.Now()
	k.must(cmd.Start())
	k.awaitMoment(began)
	cmd.Process.Kill()
	cmd.Wait()
	if status := cmd.ProcessState.Sys().(syscall.WaitStatus); status.Signaled() {
		k.killed++
	} else {
		k.life[k.command] = (3*k.life[k.command] + time.Since(began)) / 4
		if status.ExitStatus() != 0 || k.content() != k.after {
			k.t.Fatalf("%s, not killed: status %d, %s", k.command, status.ExitStatus(), &errs)
		}
	}
	k.examine()
}

// choose returns the command for a complete file: add our line if it is missing,
// otherwise remove it, from the end or from between other lines.
func (k *killing) choose() {
	k.t.Helper()
	k.before = k.content()
	k.command, k.after = "add", k.before+k.ours
	if strings.Contains(k.before, k.ours) {
		k.command, k.after = "remove", strings.Replace(k.before, k.ours, "", 1)
		if len(k.entries()) == 1 && rand.IntN(2) == 0 {
			k.before = others(1) + k.ours + others(2)
			k.must(os.WriteFile(k.path, []byte(k.before), 0))
		}
	}
}

// awaitMoment returns at a random moment while a command runs: any moment, or one of the
// few in which it writes.
func (k *killing) awaitMoment(began time.Time) {
	life := k.life[k.command]
	if rand.IntN(2) == 0 {
		time.Sleep(time.Until(began.Add(rand.N(life * 11 / 10))))
		return
	}
	seen := k.signs[rand.IntN(len(k.signs))]
	unix.Poll([]unix.PollFd{{Fd: int32(seen.watch), Events: unix.POLLIN}}, int(4*life/time.Millisecond))
	for end := time.Now().Add(rand.N(seen.ahead)); time.Now().Before(end); {
	}
}

// forgetSigns discards the events of earlier commands.
func (k *killing) forgetSigns() {
	buf := make([]byte, 4096)
	for _, s := range k.signs {
		for err := error(nil); err == nil; {
			_, err = unix.Read(s.watch, buf)
		}
	}
}

// examine checks what must hold for the file and its directory after every kill.
func (k *killing) examine() {
	k.t.Helper()
	info, err := os.Stat(k.path)
	k.must(err)
	if st := info.Sys().(*syscall.Stat_t); info.Mode() != killedMode || st.Uid != chris || st.Gid != killedGroup {
		k.t.Fatalf("after %d kills: mode %v, owner %d, group %d", k.killed, info.Mode(), st.Uid, st.Gid)
	}
	entries := slices.DeleteFunc(k.entries(), func(name string) bool { return strings.HasSuffix(name, "-lock") })
	if len(entries) > 2 { // the file, and the journal or new file of this command or the previous one
		k.t.Fatalf("after %d kills: %q", k.killed, entries)
	}
	if len(entries) == 2 {
		k.litter++
	}
	content := k.content()
	k.mixed = content != k.before && content != k.after
	switch {
	case !k.mixed && content == k.after:
		k.written++
	case !k.mixed:
	case !k.mounted || !strings.Contains(entries[0], "journal"):
		k.t.Fatalf("after %d kills: %s has left %d bytes, neither the old %d nor the new %d; folder %q", k.killed, k.command, len(content), len(k.before), len(k.after), entries)
	default:
		k.torn++
		if rand.IntN(2) == 0 { // the next command completes, or is killed too
			k.mend()
		}
	}
}

// mend runs another command, one that only reads, to repair a mixture.
func (k *killing) mend() {
	k.t.Helper()
	if o := k.finish(k.hosts("list"), nil); o.status != 0 || !strings.Contains(o.err, "an interrupted write of "+k.path+" was undone") {
		k.t.Fatalf("list: %+v", o)
	}
	if k.content() != k.before {
		k.t.Fatalf("after %d kills: the old content was not put back", k.killed)
	}
	k.mixed = false
}

// afterwards runs a command to completion, after which the file is alone in its
// directory.
func (k *killing) afterwards() {
	k.t.Helper()
	if !k.mixed {
		k.choose()
	}
	k.undisturbed(k.command)
	if k.content() != k.after {
		k.t.Errorf("%s has not written", k.command)
	}
	if entries := k.entries(); len(entries) != 1 {
		k.t.Errorf("left behind: %q", entries)
	}
	k.examine()
}

// entries returns the names in the file's directory.
func (k *killing) entries() []string {
	k.t.Helper()
	entries, err := os.ReadDir(filepath.Dir(k.path))
	k.must(err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}
