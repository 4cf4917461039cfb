// Package web shows and steers a store over HTTP. It is one line in a program, over
// a *store.Store or a *remote.Client alike:
//
//	http.Handle("/bunch/", http.StripPrefix("/bunch", web.Handler(s, web.Options{})))
//
// On the command line it is bunch serve.
//
// # The way of a request
//
//	request
//	   |    name     Host is localhost, digits, or one of Options.Hosts   else 403
//	   |    origin   no other site made it (Origin, Sec-Fetch-Site)       else 403
//	   |    body     none for GET; else 64 KiB, in ten seconds            else 400 408 413
//	   |    token    if Options has one: header, cookie, or form          else 401
//	   |    method   GET and HEAD, others with Options.Control            else 403
//	   v
//	/          package page: the store in a browser
//	/api/v1/   package api: JSON, and server-sent events
//	/metrics   package metrics: counts for Prometheus
//	/healthz   200 as long as the store answers; asks for no token
//
// An answer has 30 seconds to be made and sent, and a stream ten for each event.
// How many are worked on at once is limited, so that no number of requests takes
// more than a bounded memory; how many connections there are, and how long they may
// be idle or take for their headers, is for the http.Server to limit, as bunch
// serve does.
//
// # Who may use it
//
// Without a token, everybody who can connect: on a loopback address all users of
// the machine. The guards keep web sites out that use a visitor's browser for it.
package web
