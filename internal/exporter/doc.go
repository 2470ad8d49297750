// Package exporter checks targets when Prometheus asks for it, and answers with metrics:
// /probe in the multi-target pattern of blackbox_exporter, /metrics of its own.
//
// # Way of a probe
//
//	request → module and target (word.go) → allow-list (allow.go)
//	        → result that is kept (cache.go), equal probe that runs, or a new one (pool.go)
//	        → check.Inquiry of the module (module.go), prober that keeps to the list (permit.go)
//	        → check.Result → metrics (gather.go), text (debug.go)
//
// # Strangers
//
// Whoever can reach the port chooses targets, and whoever runs their DNS chooses what they
// lead to. So nothing is connected to without an allow-list, what runs, waits and is kept
// has bounds (limits), and no text of theirs becomes a label or reaches a page unescaped.
//
// It reads flags, environment and ssh's configuration nowhere: a daemon is not a user, and
// what it judges by is in the modules file. Host keys are judged as the newest ssh would
// without configuration.
package exporter
