// Package kubernetes has a test alone: the manifests among the examples, read and validated by
// the code of Kubernetes' own API server. It is a module of its own, so that nothing of
// Kubernetes is in the program's.
package kubernetes

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	serializer "k8s.io/apimachinery/pkg/runtime/serializer/json"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"k8s.io/kubernetes/pkg/api/pod"
	"k8s.io/kubernetes/pkg/apis/batch"
	_ "k8s.io/kubernetes/pkg/apis/batch/install"
	batchvalidation "k8s.io/kubernetes/pkg/apis/batch/validation"
	"k8s.io/kubernetes/pkg/apis/core"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	corev1conversion "k8s.io/kubernetes/pkg/apis/core/v1"
	corevalidation "k8s.io/kubernetes/pkg/apis/core/validation"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

// decoder takes fields that it does not know, or that are there twice, for errors.
var decoder = serializer.NewSerializerWithOptions(serializer.DefaultMetaFactory, legacyscheme.Scheme,
	legacyscheme.Scheme, serializer.SerializerOptions{Yaml: true, Strict: true})

// admit reads and validates an object as an API server does with a new one, in a namespace
// that enforces the Pod Security Standard "restricted".
func admit(document []byte) error {
	versioned, kind, err := decoder.Decode(document, nil, nil)
	if err != nil {
		return err
	}
	legacyscheme.Scheme.Default(versioned)
	internal := schema.GroupVersion{Group: kind.Group, Version: runtime.APIVersionInternal}
	object, err := legacyscheme.Scheme.ConvertToVersion(versioned, internal)
	if err != nil {
		return err
	}
	var wrong field.ErrorList
	var template *core.PodTemplateSpec
	switch o := object.(type) {
	case *core.ConfigMap:
		o.Namespace = "default"
		wrong = corevalidation.ValidateConfigMap(o)
	case *batch.Job:
		o.Namespace, template = "default", &o.Spec.Template
		generate(o)
		opts := batchvalidation.JobValidationOptions{PodValidationOptions: options(template), RequirePrefixedLabels: true}
		wrong = batchvalidation.ValidateJobCreate(o, opts)
	case *batch.CronJob:
		o.Namespace, template = "default", &o.Spec.JobTemplate.Spec.Template
		wrong = batchvalidation.ValidateCronJobCreate(o, options(template))
	default:
		return errors.New("this test does not know " + kind.String())
	}
	if len(wrong) > 0 || template == nil {
		return wrong.ToAggregate()
	}
	if warnings := pod.GetWarningsForPodTemplate(context.Background(), nil, template, nil); len(warnings) > 0 {
		return errors.New("warned: " + strings.Join(warnings, "; "))
	}
	return secure(template)
}

// generate sets what the server sets in a new Job (generateSelector in
// k8s.io/kubernetes/pkg/registry/batch/job).
func generate(o *batch.Job) {
	o.UID = "1"
	for _, l := range []string{batch.ControllerUidLabel, batch.LegacyControllerUidLabel} {
		o.Spec.Template.Labels[l] = string(o.UID)
	}
	for _, l := range []string{batch.JobNameLabel, batch.LegacyJobNameLabel} {
		o.Spec.Template.Labels[l] = o.Name
	}
	o.Spec.Selector = &metav1.LabelSelector{MatchLabels: map[string]string{batch.ControllerUidLabel: string(o.UID)}}
}

func options(template *core.PodTemplateSpec) corevalidation.PodValidationOptions {
	return pod.GetValidationOptionsFromPodTemplate(template, nil)
}

// secure says what the Pod Security Standard "restricted" has against a pod.
func secure(template *core.PodTemplateSpec) error {
	var converted corev1.PodTemplateSpec
	if err := corev1conversion.Convert_core_PodTemplateSpec_To_v1_PodTemplateSpec(template, &converted, nil); err != nil {
		return err
	}
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		return err
	}
	level := api.LevelVersion{Level: api.LevelRestricted, Version: api.LatestVersion()}
	results := evaluator.EvaluatePod(level, &converted.ObjectMeta, &converted.Spec)
	if r := policy.AggregateCheckResults(results); !r.Allowed {
		return errors.New(r.ForbiddenDetail())
	}
	return nil
}

// manifests are the documents of the examples that Kubernetes reads.
func manifests(t *testing.T) map[string][][]byte {
	t.Helper()
	found := map[string][][]byte{}
	err := filepath.WalkDir("../../examples/kubernetes", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		documents := yaml.NewDocumentDecoder(io.NopCloser(bytes.NewReader(b)))
		for {
			document := make([]byte, 1<<20)
			n, err := documents.Read(document)
			if err == io.EOF {
				return nil
			} else if err != nil {
				return err
			}
			found[path] = append(found[path], document[:n])
		}
	})
	if err != nil || len(found) < 3 {
		t.Fatalf("%d files, %v", len(found), err)
	}
	return found
}

// TestManifests: an API server takes the examples without a warning.
func TestManifests(t *testing.T) {
	for path, documents := range manifests(t) {
		for i, document := range documents {
			if err := admit(document); err != nil {
				t.Errorf("%s, document %d: %v", path, i+1, err)
			}
		}
	}
}

// TestRefused: what is wrong with a manifest is found, so that TestManifests means something.
func TestRefused(t *testing.T) {
	cron := manifests(t)["../../examples/kubernetes/check-cronjob.yaml"][1]
	for _, c := range []struct{ from, to, says string }{
		{"concurrencyPolicy", "concurencyPolicy", "unknown field"},
		{"Forbid", "Never", "supported values"},
		{`"17 */6 * * *"`, `"17 */6 * *"`, "schedule"},
		{"restartPolicy: Never", "restartPolicy: Always", "restartPolicy"},
		{"containerName: check", "containerName: other", "containerName"},
		{"values: [1, 2]", "values: [2, 1]", "ordered"},
		{"memory: 64Mi", "memory: 640Mi", "must be less than or equal to memory limit"},
		{"{name: hosts, mountPath", "{name: host, mountPath", "volumeMounts"},
		{"ALL", "NET_RAW", "unrestricted capabilities"},
		{"runAsNonRoot: true", "runAsNonRoot: false", "runAsNonRoot != true"},
		{"type: RuntimeDefault", "type: Unconfined", "seccompProfile"},
	} {
		changed := bytes.Replace(cron, []byte(c.from), []byte(c.to), 1)
		if err := admit(changed); bytes.Equal(changed, cron) || err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", c.to, err)
		}
	}
}
