package exporter

import (
	"strings"
	"testing"
)

func TestProbe(t *testing.T) {
	r := start(t, lookups, Options{})
	r.probe("good.example.com", "").want(t, map[string]float64{
		"probe_success": 1, "rdnsproxy_check_severity": 0, "rdnsproxy_probe_cached": 0, "rdnsproxy_check_ttl_seconds": 60,
		`rdnsproxy_check_verdict{address="192.0.2.1",verdict="exact"}`: 1, "rdnsproxy_probe_addresses": 1,
	})
	r.probe("bad.example.com", "dns_only").want(t, map[string]float64{
		"probe_success": 0, "rdnsproxy_check_severity": 3,
		`rdnsproxy_check_verdict{address="192.0.2.2",verdict="mismatch"}`: 1,
		`rdnsproxy_check_verdict{address="192.0.2.2",verdict="exact"}`:    0,
	})
	_, text := r.get("/probe?target=bad.example.com&debug=true")
	t.Log(text)
	if !strings.Contains(text, "other.example.com") {
		t.Error(text)
	}
}
