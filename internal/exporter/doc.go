// Package exporter checks targets when Prometheus asks for it. It answers with metrics: at
// /probe about a target, in the multi-target pattern of blackbox_exporter, and at /metrics
// about itself.
//
// # What a probe does
//
//	request → module and target (probe.go, word.go) → allow-list (allow.go)
//	        → a cached result (cache.go), an equal probe that is running, or a new one (pool.go)
//	        → check.Inquiry with the module's settings (module.go), and a prober that connects
//	          only where the list allows it (permit.go)
//	        → check.Result → metrics (gather.go) or text (pages.go)
//
// # Strangers
//
// Whoever can reach the port chooses targets, and whoever runs their DNS chooses what they
// lead to. So nothing is connected to without an allow-list; what runs, waits and is cached
// has bounds (limits); and no text of theirs becomes a label or reaches a page unescaped.
//
// The package reads neither flags nor the environment nor ssh's configuration: a daemon is
// not a user, and everything it judges by is in the modules file. It judges host keys as the
// newest ssh without a configuration would.
package exporter
