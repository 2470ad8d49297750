package shard

import (
	"fmt"
	"strconv"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
)

// engine is a system that runs tasks and tells each in its environment which one it is.
type engine struct {
	name   string
	index  string // the variable that only this engine sets
	number func(variables) (Shard, error)
}

// engines returns those that are known, in the order in which they are asked: a CI job can
// run inside a cluster's task.
func engines() []engine {
	return []engine{
		{"Slurm", "SLURM_ARRAY_TASK_ID", slurm},
		{"Kubernetes", "JOB_COMPLETION_INDEX", kubernetes},
		{"GitLab CI", "CI_NODE_INDEX", gitlab},
	}
}

// auto is the share of this task, of n; 0: the environment has to say of how many.
func auto(env func(string) (string, bool), n int) (Shard, error) {
	for _, e := range engines() {
		if _, set := env(e.index); !set {
			continue
		}
		s, err := e.number(variables{env, n})
		switch {
		case err != nil:
			return Shard{}, console.Refuse(exit.Usage, "give the share as I/N", "--shard auto: %s: %v", e.name, err)
		case n > 0 && s.N != n:
			return Shard{}, console.Refuse(exit.Usage, "--shard auto takes the number from "+e.name,
				"--shard auto/%d: %s runs %d tasks", n, e.name, s.N)
		case s.N > mostShards:
			return Shard{}, console.Refuse(exit.Usage, "give the share as I/N",
				"--shard auto: %s runs %d tasks, and at most %d shares can be merged", e.name, s.N, mostShards)
		case s.I < 1 || s.I > s.N:
			return Shard{}, console.Refuse(exit.Usage, "give the share as I/N",
				"--shard auto: %s: %s makes this task number %d of %d", e.name, e.index, s.I, s.N)
		}
		return s, nil
	}
	return Shard{}, console.Refuse(exit.Usage,
		"it is for tasks of a Slurm array (SLURM_ARRAY_TASK_ID), pods of a Kubernetes Indexed Job "+
			"(JOB_COMPLETION_INDEX) and parallel jobs of GitLab CI (CI_NODE_INDEX); elsewhere, give I/N",
		"--shard auto: the environment does not say which share this is")
}

// variables are those of a task.
type variables struct {
	env func(string) (string, bool)
	n   int // how many tasks the user says there are; 0: nothing
}

// number reads a variable.
func (v variables) number(name string) (int, error) {
	text, set := v.env(name)
	if !set {
		return 0, fmt.Errorf("%s is not set", name)
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0, fmt.Errorf("%s is %s, not a number", name, console.Quoted(text))
	}
	return n, nil
}

// slurm reads what sbatch(1), "OUTPUT ENVIRONMENT VARIABLES", says of a job array. Its
// indexes begin anywhere and may have a step, but have to be regular.
func slurm(v variables) (Shard, error) {
	var of [4]int
	for i, name := range []string{"SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_MAX", "SLURM_ARRAY_TASK_COUNT"} {
		n, err := v.number(name)
		if err != nil {
			return Shard{}, err
		}
		of[i] = n
	}
	id, least, most, count := of[0], of[1], of[2], of[3]
	step := 1
	if _, set := v.env("SLURM_ARRAY_TASK_STEP"); set {
		n, err := v.number("SLURM_ARRAY_TASK_STEP")
		if err != nil {
			return Shard{}, err
		}
		step = n
	}
	if step < 1 || most < least || (most-least)/step+1 != count || (id-least)%step != 0 {
		return Shard{}, fmt.Errorf("the array is not regular: %d tasks from %d to %d in steps of %d", count, least, most, step)
	}
	return Shard{(id-least)/step + 1, count}, nil
}

// kubernetes reads the index of an Indexed Job, which begins at 0. How many there are is
// not in a pod's environment.
func kubernetes(v variables) (Shard, error) {
	i, err := v.number("JOB_COMPLETION_INDEX")
	if err == nil && v.n == 0 {
		err = fmt.Errorf("it does not say of how many: write auto/N, with the Job's completions for N")
	}
	return Shard{i + 1, v.n}, err
}

// gitlab reads the variables of "parallel:", which begin at 1.
func gitlab(v variables) (Shard, error) {
	i, err := v.number("CI_NODE_INDEX")
	if err != nil {
		return Shard{}, err
	}
	n, err := v.number("CI_NODE_TOTAL")
	return Shard{i, n}, err
}
