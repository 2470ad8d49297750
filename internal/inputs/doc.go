// Package inputs reads what names targets, such as a list with one a line, as a stream
// of items. It knows how lists are written, not what a target is: it looks nothing up,
// and applies no configuration of ssh's.
package inputs
