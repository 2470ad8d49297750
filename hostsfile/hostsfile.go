// Package hostsfile keeps a hosts file as lossless text: parse and look up.
package hostsfile

// File is a parsed hosts file.
type File struct{ Path string }
