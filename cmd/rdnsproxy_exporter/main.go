// Command rdnsproxy_exporter checks targets for Prometheus: see docs/exporter.md. It is a
// program of its own, so that the relay, which every login starts, links no net/http.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"syscall"
	"time"

	"rdnsproxy/internal/buildinfo"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/exporter"
	"rdnsproxy/limits"

	"github.com/alecthomas/kingpin/v2"
	"github.com/prometheus/common/promslog"
	promslogflag "github.com/prometheus/common/promslog/flag"
	"github.com/prometheus/common/version"
	"github.com/prometheus/exporter-toolkit/web"
	"github.com/prometheus/exporter-toolkit/web/kingpinflag"
)

const (
	name = "rdnsproxy_exporter"

	// defaultAddress is on loopback: whoever reaches the port chooses what is probed. The
	// port is above those of Prometheus' list of default ports, whose first range is full.
	defaultAddress = "127.0.0.1:10922"

	// drain is how long probes that run may take after SIGTERM.
	drain = 10 * time.Second
)

func main() { os.Exit(run(os.Args[1:], os.Environ())) }

// run does all the work and returns the exit status.
func run(args, env []string) int {
	app := kingpin.New(name, "Checks for Prometheus whether names and addresses agree, forward and reverse. "+
		"See docs/exporter.md.")
	app.HelpFlag.Short('h')
	app.UsageWriter(os.Stdout)
	info := buildinfo.Read()
	version.Version = info.Version
	if info.Commit != "" {
		version.Revision, version.BuildDate = info.Commit, info.Date
	}
	app.Version(name + " " + version.Version)
	var (
		config = app.Flag("config.file", "The modules file. Without it there is only the module dns_only.").
			PlaceHolder("FILE").String()
		check  = app.Flag("config.check", "Read the modules file, say what is wrong with it, and exit.").Bool()
		offset = app.Flag("timeout-offset",
			"How many seconds before Prometheus' scrape timeout a probe answers with what it knows.").Default("0.5").Float64()
		concurrency = app.Flag("probe.concurrency", "How many probes run at once.").Default("1024").Int()
		queue       = app.Flag("probe.queue", "How many more wait for their turn.").Default("4096").Int()
	)
	webFlags := kingpinflag.AddFlags(app, defaultAddress)
	logging := &promslog.Config{Writer: os.Stderr}
	promslogflag.AddFlags(app, logging)
	if _, err := app.Parse(args); err != nil {
		return fail(err.Error() + ", try --help")
	}
	switch {
	case !(*offset >= 0 && *offset <= 60):
		return fail("--timeout-offset is a number of seconds from 0 to 60")
	case *concurrency < 1 || *concurrency > 65536 || *queue < 0 || *queue > 1<<20:
		return fail("--probe.concurrency is a number from 1 to 65536, --probe.queue one from 0 to 1048576")
	}
	// From here on, and not only when it listens: SIGHUP ends a process that does not take it, and
	// systemd does not start one again that has ended so. A reload may come right after a start.
	reload := make(chan os.Signal, 1)
	signal.Notify(reload, syscall.SIGHUP)
	if err := validateWeb(*webFlags.WebConfigFile); err != nil {
		return fail(err.Error())
	}
	if *queue == 0 {
		*queue = -1
	}
	if *check {
		if *config == "" {
			return fail("--config.check needs --config.file")
		}
		if _, err := exporter.ReadConfig(*config); err != nil {
			return fail(err.Error())
		}
		fmt.Printf("%s: %s is valid\n", name, *config)
		return exit.OK
	}
	if debug.SetMemoryLimit(-1) == math.MaxInt64 { // the user has not set GOMEMLIMIT
		debug.SetMemoryLimit(limits.Memory)
	}
	log := promslog.New(logging)
	server, err := exporter.New(exporter.Options{
		ConfigFile:    *config,
		TimeoutOffset: time.Duration(*offset * float64(time.Second)),
		Concurrency:   *concurrency,
		Queue:         *queue,
		Contacts:      contacts(console.World{Env: env}),
		Log:           log,
		Version:       version.Version,
	})
	if err != nil {
		return fail(err.Error())
	}
	defer server.Close()
	return serve(server, webFlags, log, reload)
}

// contacts is the directory in which connections without a login are counted, so that no
// sshd locks this machine out: that of systemd's CacheDirectory=, or the user's.
func contacts(w console.World) string {
	if dir := w.Getenv("CACHE_DIRECTORY"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "contacts")
	}
	return w.CacheDir("contacts")
}

// serve answers until a signal comes, then lets the probes that run finish.
func serve(server *exporter.Server, flags *web.FlagConfig, log *slog.Logger, reload <-chan os.Signal) int {
	srv := &http.Server{
		Handler: server, ConnState: server.ConnState, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
		ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10,
	}
	stop, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- web.ListenAndServe(srv, flags, log) }()
	for {
		select {
		case <-reload:
			if err := server.Reload(); err != nil {
				log.Error("the modules file was refused, the modules in use stay", "err", err)
			}
		case err := <-ended:
			if errors.Is(err, http.ErrServerClosed) {
				return exit.OK
			}
			log.Error("cannot serve", "err", err)
			return exit.Found
		case <-stop.Done():
			cancel() // a second signal ends the process at once
			log.Info("shutting down")
			ctx, cancel := context.WithTimeout(context.Background(), drain)
			defer cancel()
			if err := srv.Shutdown(ctx); err != nil {
				log.Warn("probes were cut short", "err", err)
			}
			return exit.OK
		}
	}
}

// fail says what is wrong with a flag or a file.
func fail(text string) int {
	fmt.Fprintf(os.Stderr, "%s: %s\n", name, text)
	return exit.Usage
}
