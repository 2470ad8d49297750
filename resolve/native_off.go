//go:build !darwin && !windows

package resolve

// nativeTruth: here libc reads nsswitch.conf and resolv.conf, and so do we.
const nativeTruth = false
