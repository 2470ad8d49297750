// Package attributes makes a new file what another one is in everything but content:
// owner, permissions, SELinux label, access lists, other extended attributes and file
// flags.
package attributes

import "errors"

// ErrNotKept says that an attribute of the old file cannot be given to a new one.
var ErrNotKept = errors.New("cannot be replaced")
