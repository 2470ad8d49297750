//go:build !linux

package sshconf

// evaluated is Linux's: elsewhere EvaluatingEnv alone tells.
func evaluated() bool { return false }
