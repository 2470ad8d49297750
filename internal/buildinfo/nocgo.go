//go:build !cgo

package buildinfo

const cgo = false
