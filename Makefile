# make build: the program, ./rdnsproxy.
# make test: what every change has to pass; CI runs it.
# make test-clients: the relay under clients that are large to install: mosh,
# Ansible, AsyncSSH.
# make everything: all tests that there are, and each fuzz target for FUZZTIME.
# Each installs what it needs where that can be done (testdata/install).

GO          ?= go
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
OTHERS      := darwin freebsd windows
FUZZTIME    ?= 20s
# What stands behind these is no part of the program: clients that are large to
# install, and what measures the program.
TAGS        := clients,bench

# The program is built as it is released: static. Only the race detector needs
# cgo, so only the test binaries have it.
export CGO_ENABLED := 0
# nsd, sshd and ip stand where an ordinary user's PATH may not lead.
export PATH := $(PATH):/usr/local/sbin:/usr/sbin:/sbin

.PHONY: build test test-clients everything needs lint unit e2e bench fuzz cover fmt clean

build:
	$(GO) build -trimpath -o rdnsproxy .

test: needs lint unit e2e

everything: test test-clients fuzz

needs:
	@testdata/install test

lint: $(OTHERS:%=vet-%)
	@bad=$$(gofmt -l .) && test -z "$$bad" || { echo "not gofmt-ed, see 'make fmt':"; echo "$$bad"; exit 1; } >&2
	$(GO) vet -tags $(TAGS) ./...
	$(GO) run $(STATICCHECK) -tags $(TAGS) ./...

.PHONY: $(OTHERS:%=vet-%)
$(OTHERS:%=vet-%): vet-%:
	GOOS=$* $(GO) build ./...
	GOOS=$* $(GO) vet -tags $(TAGS) ./...

# The seeds of the fuzz targets run here as well. e2e has the machine to
# itself, afterwards: 200 sessions at once are no neighbour for other tests.
# Its result depends on the whole program, which go test's cache does not see.
unit:
	CGO_ENABLED=1 $(GO) test -race -tags bench -timeout 10m $$($(GO) list -tags bench ./... | grep -v /e2e)

e2e:
	CGO_ENABLED=1 $(GO) test -race -timeout 15m -count=1 ./e2e

test-clients:
	@testdata/install test-clients
	CGO_ENABLED=1 $(GO) test -race -timeout 8m -count=1 -tags clients -run '^TestClient' ./e2e

bench:
	@testdata/install bench
	$(GO) run -tags bench ./internal/bench

# One target of one package at a time: that is all go test -fuzz takes.
fuzz:
	@for p in $$($(GO) list ./... | grep -v /e2e); do \
		for f in $$($(GO) test -list '^Fuzz' $$p | grep '^Fuzz'); do \
			echo "$$p $$f"; \
			$(GO) test -run '^$$' -fuzz "^$$f\$$" -fuzztime $(FUZZTIME) $$p || exit 1; \
		done; \
	done

cover:
	@mkdir -p .build
	$(GO) test -coverprofile .build/cover.out $$($(GO) list ./... | grep -v /e2e)
	$(GO) tool cover -func .build/cover.out | tail -n 1
	$(GO) tool cover -html .build/cover.out -o .build/cover.html

fmt:
	gofmt -w .

clean:
	rm -rf rdnsproxy .build
