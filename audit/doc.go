// Package audit judges what a log of SSH servers says about the reverse mappings of their
// clients: a tally of the log, and what is true of the clients now, become a Report. It
// looks nothing up and prints nothing.
package audit
