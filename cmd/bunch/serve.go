package main

import (
	"context"
	"log"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/net/netutil"

	"github.com/seed-1c955bc8/bunch/encoding/jsonline"
	"github.com/seed-1c955bc8/bunch/group/web"
)

// Limits of the server, beside those of web.Handler.
const (
	maxConnections = 1024 // more wait for one to end
	headerBytes    = 16 << 10
	headerTime     = 5 * time.Second
	idleTime       = time.Minute
	endTime        = 5 * time.Second // for answers under way, at the end
)

const serveLong = `Serve shows the store in a browser, and to programs as JSON: GET /api/v1/ names
the paths. /metrics is for Prometheus, /healthz for whoever asks whether it
lives. The address is the first line of output. Ctrl-C or SIGTERM ends it, with
exit code 0.

Whoever can connect may look; with --control also revoke, retry, forget, delete
and purge. On a loopback address, the default, those are the users of this
machine, and no web site in their browsers. Any other address needs a
--token-file: a file that only you can read, with the secret that everybody must
show, in "Authorization: Bearer ..." or in a form. It crosses the network as it
is, so put TLS around it, or use ssh -L.

The store is made if there is none. Serve is in nobody's way: others use the
store meanwhile, and a program that opens it gets it; serve then goes on through
that program.`

func (a *app) serveVerb() *cobra.Command {
	var (
		addr, tokenFile string
		opt             web.Options
	)
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Show the store in a browser and over HTTP",
		Long:  serveLong,
		Example: `  bunch serve
  bunch serve --addr 127.0.0.1:0 --control
  (umask 077; head -c 24 /dev/urandom | base64 >token)
  bunch serve --addr :8080 --token-file token --host box.example`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			ctx := cmd.Context()
			if tokenFile != "" {
				if opt.Token, err = readToken(tokenFile); err != nil {
					return err
				}
			}
			at, err := net.ResolveTCPAddr("tcp", addr)
			if err != nil {
				return usage("--addr %q: %v", addr, err)
			}
			if !at.IP.IsLoopback() && opt.Token == "" { // no IP is every address there is
				return usage("--addr %q: others can reach it, so it needs a --token-file; see 'bunch serve --help'", addr)
			}
			if name, _, _ := net.SplitHostPort(addr); name != "" && !isDigits(name) {
				opt.Hosts = append(opt.Hosts, name)
			}
			dir, err := a.place.path()
			if err != nil {
				return err
			}
			return a.use(ctx, &share{app: a, dir: dir, read: true}, func(s *share) error {
				return a.serve(ctx, at, web.Handler(s, opt))
			})
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&addr, "addr", "127.0.0.1:28624", "where to listen")
	flags.BoolVar(&opt.Control, "control", false, "allow what changes the store")
	flags.StringVar(&tokenFile, "token-file", "", "file with the secret that requests must show")
	flags.StringArrayVar(&opt.Hosts, "host", nil, "a name by which browsers reach it; may be repeated")
	return cmd
}

// serve answers requests until ctx ends, which is no error.
func (a *app) serve(ctx context.Context, at *net.TCPAddr, h http.Handler) error {
	l, err := net.ListenTCP("tcp", at)
	if err != nil {
		return err
	}
	srv := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: headerTime,
		IdleTimeout:       idleTime,
		MaxHeaderBytes:    headerBytes,
		ErrorLog:          log.New(a.err, "bunch: ", 0),
		BaseContext:       func(net.Listener) context.Context { return ctx }, // streams end with it
	}
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(netutil.LimitListener(l, maxConnections)) }()
	if err = a.announceURL("http://" + l.Addr().String() + "/"); err == nil {
		select {
		case err = <-ended:
		case <-ctx.Done():
		}
	}
	late, cancel := context.WithTimeout(context.Background(), endTime)
	defer cancel()
	if srv.Shutdown(late) != nil {
		_ = srv.Close()
	}
	return err
}

// announceURL writes where the server is.
func (a *app) announceURL(url string) error {
	write := a.text
	if a.output == asJSON {
		write = func(string) error { return a.line(append(jsonline.AppendText([]byte(`{"url":`), url), '}')) }
	}
	if err := write(url); err != nil {
		return err
	}
	return a.out.Flush()
}

// isDigits reports whether a host is an address, not a name.
func isDigits(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil
}
