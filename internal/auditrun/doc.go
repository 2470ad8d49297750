// Package auditrun runs an audit of a log: it reads the log, looks up what is true of its
// clients now, and reports. It is configured by Options alone, without flags.
package auditrun
