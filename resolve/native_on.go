//go:build darwin || windows

package resolve

// nativeTruth: here the system's API knows more than files can say.
const nativeTruth = true
