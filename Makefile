# make help lists the targets. A target installs what it needs where that can be
# done (testdata/install).

GO       ?= go
FUZZTIME ?= 20s
SOAK_SESSIONS ?= 10000

# Pinned, so that a new release of a linter breaks nothing by itself.
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.9.0
ACTIONLINT  := github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
ACT         := github.com/nektos/act@v0.2.89

# Systems that are compiled for and vetted in every run; see also portable.
OTHERS := darwin freebsd windows
# Not part of the program: clients, clusters, monitors and a KDC that are large to install, tests that
# take hours, and what measures the program or records what tests read. All are linted with
# the rest.
TAGS   := ci,clients,bench,exporter,fleet,kerberos,monitors,packages,page,record,regress,soak
# All packages but the end-to-end tests.
UNITS   = $$($(GO) list -tags bench ./... | grep -v /e2e)

.DEFAULT_GOAL := build

# The program is built as it is released: static. Only the race detector needs
# cgo, so only the test binaries have it.
export CGO_ENABLED := 0
# nsd, sshd and ip are in directories that may not be on an ordinary user's PATH.
export PATH := $(PATH):/usr/local/sbin:/usr/sbin:/sbin

# help prints the comment after ## of each target.
.PHONY: help
help: ## list the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1	/p' Makefile | while IFS='	' read -r t text; do printf '%-13s %s\n' "$$t" "$$text"; done

## The program

.PHONY: build man dist fmt clean vendor-uplot
build: ## build the program, ./rdnsproxy
	$(GO) build -trimpath -o rdnsproxy .

# Dated by the last commit, or by SOURCE_DATE_EPOCH. To read one: man -l .build/man1/rdnsproxy.1
man: ## the manual pages: .build/man1
	@SOURCE_DATE_EPOCH=$${SOURCE_DATE_EPOCH:-$$(git log -1 --format=%ct)} $(GO) run ./internal/manual/mkman .build/man1

# The version is that of the tag or commit, or VERSION. MAINTAINER and HOMEPAGE are for the
# packages, TARGETS (linux/amd64,...) for those who want some only, ALLOW_DIRTY=1 for those who try
# something. docs/release.md has more. Another release of Go would make other bytes.
MAINTAINER ?= The rdnsproxy authors
DIST       ?= dist
dist: export GOTOOLCHAIN ?= $(shell sed -n 's/^toolchain //p' go.mod)
dist: export MAINTAINER := $(MAINTAINER)
dist: ## archives and packages for all systems: dist
	@GOFLAGS=-mod=readonly $(GO) -C internal/release build -o ../../.build/mkdist ./mkdist
	@.build/mkdist -out "$(DIST)" -version "$$VERSION" -maintainer "$$MAINTAINER" \
		-homepage "$$HOMEPAGE" -targets "$$TARGETS" $(if $(filter 1,$(ALLOW_DIRTY)),-dirty)

fmt: ## format the source
	gofmt -w .

# uPlot draws the charts of audit's HTML page. npm checks nothing that is not asked for
# by a lock file, so the archive's checksum is here; a test has those of the files.
UPLOT        := 1.6.32
UPLOT_SHA512 := 2883159c6ebccefbb95d751b0b82d010f9e1c0ec41b8bc96d401eda66e882935c89a46cb824332fa369b8cb8122cc6ac36e186cd09bf7a9ded3a4c93c6989023
vendor-uplot: ## fetch uPlot again; needs npm
	@dir=$$(mktemp -d) && trap 'rm -rf "$$dir"' EXIT && \
	(cd "$$dir" && npm pack --silent uplot@$(UPLOT) && \
	echo "$(UPLOT_SHA512)  uplot-$(UPLOT).tgz" | sha512sum -c && tar xzf uplot-$(UPLOT).tgz) && \
	cp "$$dir"/package/dist/uPlot.iife.min.js "$$dir"/package/dist/uPlot.min.css "$$dir"/package/LICENSE \
		internal/auditreport/uplot/ && echo $(UPLOT) >internal/auditreport/uplot/VERSION

clean: ## remove what the other targets have made
	rm -rf rdnsproxy .build dist

## The tests

.PHONY: quick test everything needs unit e2e test-clients test-fleet test-kerberos test-exporter test-monitors test-page test-packages test-ci portable fuzz regress soak
# Many tests wait for a timeout and leave the processor to others.
quick: ## the short tests, in under 30 s; scripts and e2e are left out
	$(GO) test -short -p 8 -parallel 8 ./...

test: needs lint unit e2e ## what every change has to pass; CI runs it

everything: test test-clients test-fleet test-kerberos test-exporter test-monitors test-page test-packages test-ci portable fuzz regress soak ## all tests that there are

needs: ## install the programs that the tests run
	@testdata/install test

# The seeds of the fuzz targets run here as well.
unit: ## unit tests and the program's scripts, with the race detector
	CGO_ENABLED=1 $(GO) test -race -tags bench -timeout 10m $(UNITS)
	$(GO) -C internal/release test ./...

# e2e runs after the others: its 200 sessions at once would disturb them. The
# result depends on the whole program, which go test's cache does not see.
e2e: ## end-to-end tests with real ssh, sshd and nsd
	CGO_ENABLED=1 $(GO) test -race -timeout 15m -count=1 ./e2e

test-clients: ## the relay under clients that are large to install: mosh, Ansible, AsyncSSH
	@testdata/install test-clients
	CGO_ENABLED=1 $(GO) test -race -timeout 8m -count=1 -tags clients -run '^TestClient' ./e2e

test-fleet: ## check and audit on many machines: GNU parallel and a Slurm of one node
	@testdata/install test-fleet
	CGO_ENABLED=1 $(GO) test -race -timeout 8m -count=1 -tags fleet -run '^TestFleet' ./e2e

test-kerberos: ## what check says about Kerberos, compared with a KDC's log
	@testdata/install test-kerberos
	$(GO) test -timeout 8m -count=1 -tags kerberos -run '^TestKerberos' ./e2e

test-monitors: ## the examples for cron, Nagios, NRPE and Icinga, run by these
	@testdata/install test-monitors
	$(GO) test -timeout 10m -count=1 -tags monitors -run '^TestMonitor' ./e2e

test-exporter: ## rdnsproxy_exporter watched by Prometheus and Alertmanager, with the files of examples/
	@testdata/install test-exporter
	$(GO) test -timeout 12m -count=1 -tags exporter -run '^TestExporter' ./e2e

test-packages: ## make dist's packages, installed in a Debian of the tests' own; that two builds are the same
	@testdata/install test-packages
	$(GO) -C internal/release test -count=1 -tags packages ./...
	$(GO) test -timeout 60m -count=1 -tags packages -run '^TestPackages' ./e2e

test-page: ## the HTML page of audit in Chromium; its pictures: .build/page
	@testdata/install test-page
	$(GO) test -timeout 10m -count=1 -tags page ./internal/auditreport

# act and gitlab-ci-local run what GitHub and GitLab run. What reads the manifests is
# Kubernetes' own code, in a module of its own.
test-ci: ## the examples for GitHub, GitLab and Kubernetes, run or read by what is made for that
	@testdata/install test-ci
	GOBIN=$(CURDIR)/.build $(GO) install $(ACT)
	@mkdir -p .build/gitlab && cp testdata/gitlab/package*.json .build/gitlab
	npm ci --prefix .build/gitlab --silent --no-audit --no-fund --ignore-scripts
	shellcheck .github/actions/check/*.sh
	$(GO) test -timeout 10m -count=1 -tags ci -run '^TestCI' ./e2e
	cd testdata/kubernetes && $(GO) vet . && $(GO) test -count=1 .

portable: ## the portable packages on other machines: 386, arm64, Windows, macOS, FreeBSD
	@testdata/install portable
	nice $(GO) run ./testdata/portable

# go test -fuzz takes one target of one package at a time. It would spend most of the time on
# making inputs smaller, where coverage depends on the seeds of hash tables. Targets that
# work on files are up to nine times as fast where these are in memory.
fuzz: ## each fuzz target for FUZZTIME (20s)
	@if [ -d /dev/shm ] && [ -w /dev/shm ]; then \
		export GOTMPDIR=$${GOTMPDIR:-$${TMPDIR:-/tmp}} TMPDIR=/dev/shm; \
	fi; \
	for p in $(UNITS); do \
		for f in $$($(GO) test -tags bench -list '^Fuzz' $$p | grep '^Fuzz'); do \
			echo "$$p $$f"; \
			out=$$($(GO) test -tags bench -run '^$$' -fuzz "^$$f\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 5x $$p 2>&1); status=$$?; \
			echo "$$out"; \
			case "$$status $$out" in \
			0\ *) ;; \
			*"Failing input"*) exit 1;; \
			*"    context deadline exceeded"*) echo "no failing input: golang/go#75804, until Go 1.27";; \
			*) exit 1;; \
			esac; \
		done; \
	done

# They print a line for each test while they run, for they take as long as a night has room for.
regress: ## OpenSSH's own regress suite through the relay
	@testdata/install regress
	$(GO) test -v -timeout 3h -count=1 -tags regress -run '^TestRegress$$' ./e2e

soak: ## SOAK_SESSIONS (10000) sessions in a row, 200 at once, and DNS in chaos
	@testdata/install test
	SOAK_SESSIONS=$(SOAK_SESSIONS) $(GO) test -v -timeout 3h -count=1 -tags soak -run '^TestSoak' ./e2e
	$(GO) test -timeout 30m -count=1 -tags soak -run '^TestChaos' .

## The source, read by programs

.PHONY: lint vulncheck actionlint dashboard $(OTHERS:%=vet-%)
lint: $(OTHERS:%=vet-%) vulncheck actionlint dashboard ## gofmt, go vet, staticcheck, govulncheck, actionlint, dashboard
	@bad=$$(gofmt -l .) && test -z "$$bad" || { echo "not gofmt-ed, see 'make fmt':"; echo "$$bad"; exit 1; } >&2
	$(GO) vet -tags $(TAGS) ./... ./testdata/portable
	$(GO) run $(STATICCHECK) -tags $(TAGS) ./... ./testdata/portable
	$(GO) -C internal/release vet -tags packages ./...
	$(GO) -C internal/release run $(STATICCHECK) -tags packages ./...

$(OTHERS:%=vet-%): vet-%:
	GOOS=$* $(GO) build ./...
	GOOS=$* $(GO) vet -tags $(TAGS) ./...

# govulncheck -version names the date of the database, if it can be reached.
vulncheck: ## govulncheck: known vulnerabilities in what the program calls
	@GOBIN=$(CURDIR)/.build $(GO) install $(GOVULNCHECK)
	@if timeout 10 .build/govulncheck -version 2>/dev/null | grep -q 'DB updated'; \
	then echo govulncheck ./...; .build/govulncheck ./...; \
	else echo "govulncheck: not run, its database cannot be reached"; fi

actionlint: ## check the workflows
	$(GO) run $(ACTIONLINT) .github/workflows/*.yml examples/github/*.yml

# A module of its own, so that the program's has nothing of Grafana's.
dashboard: ## hold the Grafana dashboard against Grafana's types
	cd testdata/grafana && $(GO) run . ../../examples/grafana/rdnsproxy.json

## Measurements

.PHONY: bench bench-huge cover
bench: ## measure the program beside nc, ncat, socat, dnsperf, ripgrep and fail2ban
	@testdata/install bench
	$(GO) run -tags bench ./internal/bench

bench-huge: ## the memory of a check of ten million hosts
	@testdata/install bench
	$(GO) run -tags bench ./internal/bench -huge 10000000 -rows '^bulk-huge$$'

cover: ## the unit tests' coverage: .build/cover.html
	@mkdir -p .build
	$(GO) test -tags bench -coverprofile .build/cover.out $(UNITS)
	$(GO) tool cover -func .build/cover.out | tail -n 1
	$(GO) tool cover -html .build/cover.out -o .build/cover.html
