package release

import (
	"bytes"
	"crypto/sha256"
	"fmt"
)

// sums is what sha256sum prints about files, and sha256sum -c reads.
func sums(files []File) []byte {
	var b bytes.Buffer
	for _, f := range sorted(files) {
		fmt.Fprintf(&b, "%x  %s\n", sha256.Sum256(f.Data), f.Path)
	}
	return b.Bytes()
}
