//go:build linux

package e2e

import (
	"os"
	"strconv"
	"strings"
	"testing"
)

// Under a real ssh every thread of the relay has given up its rights, whatever the policy;
// the session goes on, and the cache is written.
func TestConfined(t *testing.T) {
	for _, flags := range []string{"", "--policy strict ", "--policy off ", "--no-cache ", "--log-file " + home + "/log "} {
		t.Run(flags, func(t *testing.T) {
			v := newVisit(t)
			v.sshConfig(strings.Replace(plainly, "rdnsproxy ", "rdnsproxy "+flags, 1))
			s := v.begin("-p", sshdPlain, "exact.example.com", "sleep 2; echo over")
			v.eventually("the relay has given up its rights", func() bool { return confined(helpers()) })
			if err := s.cmd.Wait(); err != nil {
				t.Errorf("%v: %s", err, &s.errs)
			}
			o := v.run("rdnsproxy", "cache", "show", "--format", "json")
			kept := flags != "--policy off " && flags != "--no-cache "
			if o.status != 0 || strings.Contains(o.out, "198.51.100.10") != kept {
				t.Errorf("kept: %+v", o)
			}
		})
	}
}

// confined reports whether all threads of the processes, of which there are some, have no
// new privileges and a filter.
func confined(pids []int) bool {
	for _, pid := range pids {
		threads, err := os.ReadDir("/proc/" + strconv.Itoa(pid) + "/task")
		if err != nil {
			return false
		}
		for _, thread := range threads {
			status, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/task/" + thread.Name() + "/status")
			if err != nil || !strings.Contains(string(status), "NoNewPrivs:\t1\n") ||
				!strings.Contains(string(status), "Seccomp:\t2\n") {
				return false
			}
		}
	}
	return len(pids) > 0
}
