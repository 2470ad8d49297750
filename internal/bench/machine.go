//go:build bench

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// machine describes the machine, without which the figures mean little.
func machine(ctx context.Context, s *stage) []string {
	return []string{
		fmt.Sprintf("%s, %d cores, %s of memory, %s",
			processor(), runtime.NumCPU(), memory(), first(output(ctx, "uname", "-srm"))),
		fmt.Sprintf("%s, %s, %s", runtime.Version(), first(output(ctx, "ssh", "-V")), nc(ctx)),
		fmt.Sprintf("rdnsproxy %s, %s, load %s at the beginning", revision(ctx, s), time.Now().Format(time.DateOnly), load()),
	}
}

func processor() string {
	b, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(b)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}

func memory() string {
	b, _ := os.ReadFile("/proc/meminfo")
	var kib float64
	if _, err := fmt.Sscanf(string(b), "MemTotal: %f kB", &kib); err != nil {
		return "an unknown size"
	}
	return fmt.Sprintf("%.0f GiB", kib/(1<<20))
}

func load() string {
	b, _ := os.ReadFile("/proc/loadavg")
	if words := strings.Fields(string(b)); len(words) > 0 {
		return words[0]
	}
	return "unknown"
}

// nc tells which of the programs named nc is measured.
func nc(ctx context.Context) string {
	line := first(output(ctx, "nc", "-h"))
	return strings.Replace(line, "(Debian patchlevel ", "(", 1)
}

// revision returns the commit that the program was built from.
func revision(ctx context.Context, s *stage) string {
	if s.given != "" {
		return "at " + s.given
	}
	out, err := exec.CommandContext(ctx, "git", "describe", "--always", "--dirty=, changed").Output()
	if err != nil {
		return "of unknown revision"
	}
	return first(string(out))
}

// output returns what a program prints about itself, on stdout or stderr.
func output(ctx context.Context, argv ...string) string {
	b, _ := exec.CommandContext(ctx, argv[0], argv[1:]...).CombinedOutput()
	return string(b)
}

func first(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return line
}
