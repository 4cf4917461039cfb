package suite

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
)

// Engines of another process take part by lines of JSON on its standard input
// and output, a request and its answer after it:
//
//	{"do": "kinds"}                                  {"kinds": [...]}
//	{"do": "start", "engine": ..., "workload": ...,
//	 "dir": ...}                                     {"session": 1}
//	{"do": "round", "session": 1, "count": 100}      {"sample": {"value": ..., "took": ...}}
//	{"do": "close", "session": 1}                    {}
//
// An answer may be {"error": ...} instead. Several sessions may be open, but one
// request is answered before the next is sent; so rounds can take turns with
// those of engines elsewhere, and only one works at a time. The process ends when
// its input does.
type request struct {
	Do       string    `json:"do"`
	Engine   string    `json:"engine,omitempty"`
	Workload *Workload `json:"workload,omitempty"`
	Dir      string    `json:"dir,omitempty"`
	Session  int       `json:"session,omitempty"`
	Count    int       `json:"count,omitempty"`
}

type answer struct {
	Kinds   []Kind  `json:"kinds,omitempty"`
	Session int     `json:"session,omitempty"`
	Sample  *Sample `json:"sample,omitempty"`
	Error   string  `json:"error,omitempty"`
}

// Serve offers kinds to the process at the other end, until in ends. Sessions
// that are open then are closed.
func Serve(in io.Reader, out io.Writer, kinds []Kind) (err error) {
	sessions := map[int]Session{}
	defer func() {
		for _, s := range sessions {
			err = errors.Join(err, s.Close())
		}
	}()
	requests, answers := json.NewDecoder(in), json.NewEncoder(out)
	for last := 0; ; {
		var q request
		if err := requests.Decode(&q); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		var a answer
		var failed error
		switch s := sessions[q.Session]; {
		case q.Do == "kinds":
			a.Kinds = kinds
		case q.Do == "start":
			if s, failed = startNamed(kinds, q); failed == nil {
				last++
				a.Session, sessions[last] = last, s
			}
		case s == nil:
			failed = fmt.Errorf("%q of session %d, which is not open", q.Do, q.Session)
		case q.Do == "round":
			var sample Sample
			sample, failed = s.Round(q.Count)
			a.Sample = &sample
		case q.Do == "close":
			failed = s.Close()
			delete(sessions, q.Session)
		default:
			failed = fmt.Errorf("unknown request %q", q.Do)
		}
		if failed != nil {
			a = answer{Error: failed.Error()}
		}
		if err := answers.Encode(a); err != nil {
			return err
		}
	}
}

func startNamed(kinds []Kind, q request) (Session, error) {
	for _, k := range kinds {
		if k.Name == q.Engine && q.Workload != nil {
			return Start(k, *q.Workload, q.Dir)
		}
	}
	return nil, fmt.Errorf("no engine %q", q.Engine)
}

// A Client is this end of the protocol.
type Client struct {
	mu  sync.Mutex
	out io.Writer
	in  *bufio.Reader
}

// NewClient speaks to a process by its standard input and output.
func NewClient(to io.Writer, from io.Reader) *Client {
	return &Client{out: to, in: bufio.NewReader(from)}
}

func (c *Client) ask(q request) (a answer, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	line, err := json.Marshal(q)
	if err != nil {
		return a, err
	}
	if _, err := c.out.Write(append(line, '\n')); err != nil {
		return a, err
	}
	if line, err = c.in.ReadBytes('\n'); err != nil {
		return a, fmt.Errorf("no answer to %q: %w", q.Do, err)
	}
	if err := json.Unmarshal(line, &a); err != nil {
		return a, fmt.Errorf("answer to %q: %w", q.Do, err)
	}
	if a.Error != "" {
		return a, errors.New(a.Error)
	}
	return a, nil
}

// Kinds asks which engines there are.
func (c *Client) Kinds() ([]Kind, error) {
	a, err := c.ask(request{Do: "kinds"})
	return a.Kinds, err
}

// Start is [Start] in the other process.
func (c *Client) Start(k Kind, w Workload, dir string) (Session, error) {
	a, err := c.ask(request{Do: "start", Engine: k.Name, Workload: &w, Dir: dir})
	if err != nil {
		return nil, err
	}
	return &remote{c, a.Session}, nil
}

// remote is a session in the other process.
type remote struct {
	client *Client
	id     int
}

func (r *remote) Round(count int) (Sample, error) {
	a, err := r.client.ask(request{Do: "round", Session: r.id, Count: count})
	if err == nil && a.Sample == nil {
		err = errors.New("a round was answered without a sample")
	}
	if err != nil {
		return Sample{}, err
	}
	return *a.Sample, nil
}

func (r *remote) Close() error {
	_, err := r.client.ask(request{Do: "close", Session: r.id})
	return err
}
