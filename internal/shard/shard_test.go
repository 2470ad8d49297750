package shard

import (
	"fmt"
	"strings"
	"testing"
)

// TestParse: what the flag takes, in which environment, and what the user reads otherwise.
func TestParse(t *testing.T) {
	slurm := func(id, least, most, count, step string) map[string]string {
		return map[string]string{
			"SLURM_ARRAY_TASK_ID": id, "SLURM_ARRAY_TASK_MIN": least, "SLURM_ARRAY_TASK_MAX": most,
			"SLURM_ARRAY_TASK_COUNT": count, "SLURM_ARRAY_TASK_STEP": step,
		}
	}
	for _, tt := range []struct {
		text string
		env  map[string]string
		want string // or the error
	}{
		{"1/1", nil, "1/1"},
		{"2/5", nil, "2/5"},
		{"5/5", nil, "5/5"},
		{"5/4", nil, `--shard "5/4": there is no share 5 of 4`},
		{"0/4", nil, `--shard "0/4": there is no share 0 of 4`},
		{"-1/4", nil, `there is no share -1 of 4`},
		{"1/0", nil, `"0" is not a number of shares`},
		{"1/x", nil, `"x" is not a number of shares`},
		{"1/1000000000", nil, `is not a number of shares`},
		{"1", nil, `--shard "1" is not a share`},
		{"", nil, `--shard "" is not a share`},
		{"one/2", nil, `--shard "one/2" is not a share`},
		{"auto", nil, "the environment does not say which share this is"},
		{"auto/4", nil, "the environment does not say which share this is"},
		{"auto", slurm("0", "0", "3", "4", "1"), "1/4"},
		{"auto", slurm("3", "0", "3", "4", "1"), "4/4"},
		{"auto", slurm("9", "1", "13", "4", "4"), "3/4"},
		{"auto/4", slurm("9", "1", "13", "4", "4"), "3/4"},
		{"auto/5", slurm("9", "1", "13", "4", "4"), "--shard auto/5: Slurm runs 4 tasks"},
		{"auto", slurm("7", "1", "7", "3", "1"), "the array is not regular: 3 tasks from 1 to 7"},
		{"auto", slurm("8", "1", "7", "7", "1"), "SLURM_ARRAY_TASK_ID makes this task number 8 of 7"},
		{"auto", slurm("x", "1", "7", "7", "1"), `SLURM_ARRAY_TASK_ID is "x", not a number`},
		{"auto", map[string]string{"SLURM_ARRAY_TASK_ID": "1"}, "SLURM_ARRAY_TASK_MIN is not set"},
		{"auto/16", map[string]string{"JOB_COMPLETION_INDEX": "0"}, "1/16"},
		{"auto/16", map[string]string{"JOB_COMPLETION_INDEX": "15"}, "16/16"},
		{"auto/16", map[string]string{"JOB_COMPLETION_INDEX": "16"}, "makes this task number 17 of 16"},
		{"auto", map[string]string{"JOB_COMPLETION_INDEX": "0"}, "write auto/N"},
		{"auto", map[string]string{"CI_NODE_INDEX": "1", "CI_NODE_TOTAL": "3"}, "1/3"},
		{"auto", map[string]string{"CI_NODE_INDEX": "0", "CI_NODE_TOTAL": "3"}, "makes this task number 0 of 3"},
		{"auto", map[string]string{"CI_NODE_INDEX": "1", "CI_NODE_TOTAL": "100001"}, "GitLab CI runs 100001 tasks, and at most 100000 shares"},
		{"1/100001", nil, `"100001" is not a number of shares`},
		{"auto", map[string]string{"CI_NODE_INDEX": "1"}, "CI_NODE_TOTAL is not set"},
	} {
		s, err := Parse(tt.text, func(name string) (string, bool) { v, ok := tt.env[name]; return v, ok })
		switch {
		case err == nil && s.String() != tt.want:
			t.Errorf("%s with %v: %v, not %s", tt.text, tt.env, s, tt.want)
		case err != nil && !strings.Contains(err.Error(), tt.want):
			t.Errorf("%s with %v: %v, not %s", tt.text, tt.env, err, tt.want)
		}
	}
}

// TestKeeps: each target is in exactly one share, the shares are about the same size, and
// they are what they have always been.
func TestKeeps(t *testing.T) {
	lists := map[string]func(i int) string{
		"names":     func(i int) string { return fmt.Sprintf("h%d.example.com", i) },
		"doubled":   func(i int) string { return fmt.Sprintf("h%[1]d-%[1]d.example.com", i) },
		"addresses": func(i int) string { return fmt.Sprintf("192.0.%d.%d", i>>8, i&255) },
		"even":      func(i int) string { return fmt.Sprintf("10.0.%d.%d", i>>8, i&127*2) },
	}
	for name, of := range lists {
		for _, n := range []int{1, 2, 3, 5, 16, 100} {
			sizes := make([]int, n)
			for i := range 10_000 {
				kept := 0
				for j := range n {
					if (Shard{j + 1, n}).Keeps(of(i)) {
						kept++
						sizes[j]++
					}
				}
				if kept != 1 {
					t.Fatalf("%s is in %d of %d shares", of(i), kept, n)
				}
			}
			for j, size := range sizes {
				if even := 10_000 / n; size < even*6/10 || size > even*14/10 {
					t.Errorf("%s: share %d/%d has %d", name, j+1, n, size)
				}
			}
		}
	}
	// Shares of two versions of the program must fit together.
	for text, want := range map[string]int{"web1.example.com": 1, "192.0.2.1": 6, "2001:db8::1": 5} {
		for i := range 7 {
			if (Shard{i + 1, 7}).Keeps(text) && i+1 != want {
				t.Errorf("%s is in share %d/7, not %d", text, i+1, want)
			}
		}
	}
}
