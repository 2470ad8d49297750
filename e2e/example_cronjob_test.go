//go:build linux

package e2e

import (
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"

	dnslab "rdnsproxy/internal/lab"
)

// cronJob is the part of examples/kubernetes/check-cronjob.yaml that is run here: a ConfigMap
// and a CronJob. testdata/kubernetes has the rest validated as an API server does.
type cronJob struct {
	Kind string
	Data map[string]string
	Spec struct {
		JobTemplate struct {
			Spec struct {
				PodFailurePolicy struct {
					Rules []struct {
						Action      string
						OnExitCodes struct{ Values []int }
					}
				}
				Template struct {
					Spec struct {
						DNSConfig struct {
							Options []struct{ Name, Value string }
						}
						Containers []struct {
							Args         []string
							VolumeMounts []struct{ MountPath string }
						}
					}
				}
			}
		}
	}
}

// TestExampleCronJob runs what the pods of the CronJob run, in an empty root, with the
// resolv.conf that a kubelet writes.
func TestExampleCronJob(t *testing.T) {
	v := newVisit(t)
	var documents []cronJob
	v.yaml("../examples/kubernetes/check-cronjob.yaml", &documents)
	if len(documents) != 2 || documents[0].Kind != "ConfigMap" || documents[1].Kind != "CronJob" {
		t.Fatalf("%+v", documents)
	}
	job := documents[1].Spec.JobTemplate.Spec
	pod := job.Template.Spec
	check := pod.Containers[0]

	server := v.dns(dnslab.Zone("local"), dnslab.Zone("example.com", "my A 198.51.100.10", "exact A 198.51.100.11", "wrong A 198.51.100.12"),
		dnslab.Zone("100.51.198.in-addr.arpa", "10 PTR my.example.com.", "11 PTR exact.example.com.", "12 PTR my.example.com."))
	resolv := "nameserver 127.0.0.99\nsearch default.svc.cluster.local svc.cluster.local cluster.local\noptions ndots:5\n"
	c := v.container()
	mount := func(hosts string) {
		for name, text := range documents[0].Data {
			if hosts != "" {
				text = hosts
			}
			c.file(path.Join(check.VolumeMounts[0].MountPath, name), text)
		}
	}
	run := func() outcome {
		return c.run(nil, []string{"HOME=/", "KUBERNETES_SERVICE_HOST=10.96.0.1"}, check.Args...)
	}

	// The manifest's own list, as the cluster's resolv.conf is, and as the manifest changes it.
	mount("")
	for _, searched := range []int{1, 0} {
		if searched == 0 {
			for _, o := range pod.DNSConfig.Options {
				resolv = strings.Replace(resolv, o.Name+":5", o.Name+":"+o.Value, 1)
			}
		}
		c.file("/etc/resolv.conf", resolv)
		before := server.Asked("my.example.com.svc.cluster.local", dns.TypeA)
		if o := run(); o != (outcome{}) {
			t.Errorf("%s%+v", resolv, o)
		}
		if got := server.Asked("my.example.com.svc.cluster.local", dns.TypeA) - before; got != searched {
			t.Errorf("%sthe search list was asked %d times", resolv, got)
		}
	}
	if !strings.Contains(resolv, "ndots:1") {
		t.Errorf("the manifest sets no ndots: %s", resolv)
	}

	// Findings, lines that are not targets, and answers that do not come are different statuses, and
	// the policy knows which of them another try can change.
	failing := job.PodFailurePolicy.Rules[0]
	for _, test := range []struct {
		hosts, out string
		status     int
	}{
		{"wrong.example.com\n", "warning\twrong.example.com\t198.51.100.12\tmismatch\t", 1},
		{"a..b\n", "error\t", 2},
		{"my.refused.test\n", "unknown\tmy.refused.test\t-\tundetermined\t", 3},
	} {
		mount(test.hosts)
		o := run()
		if o.status != test.status || !strings.HasPrefix(o.out, test.out) || o.err != "" {
			t.Errorf("%s: %+v", test.hosts, o)
		}
		// A pod's status has the last 2048 bytes.
		if final := slices.Contains(failing.OnExitCodes.Values, o.status); failing.Action != "FailJob" || final == (o.status == 3) || len(o.out) > 2048 {
			t.Errorf("status %d, %+v", o.status, failing)
		}
	}
}
