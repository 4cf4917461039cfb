package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/seed-1c955bc8/bunch/bench/suite"
)

// Redis in the key layout of Celery's result backend: a JSON document under
// celery-task-meta-ID for each result and under celery-taskset-meta-ID for each
// group, as celery/backends/base.py and redis.py write them, published and
// expiring after a day.
var redises = []suite.Kind{
	redisKind("redis-off", false, "appendonly no: nothing is kept", "no", "everysec"),
	redisKind("redis-everysec", false, "appendonly everysec: a power cut loses a second or two", "yes", "everysec"),
	redisKind("redis-always", true, "appendonly always: synced before it answers", "yes", "always"),
}

func redisKind(name string, durable bool, note, appendOnly, fsync string) suite.Kind {
	k := suite.Kind{Name: name, Durable: durable, Note: note, Missing: suite.MissingRedis()}
	k.Open = func(dir string, w suite.Workload) (suite.Engine, error) {
		server, err := suite.StartRedis(dir, appendOnly, fsync)
		if err != nil {
			return nil, err
		}
		return &celeryRedis{server, redis.NewClient(&redis.Options{Addr: server.Addr, PoolSize: max(10, w.Reporters)})}, nil
	}
	return k
}

type celeryRedis struct {
	server *suite.Redis
	client *redis.Client
}

var ctx = context.Background()

const (
	taskPrefix  = "celery-task-meta-"
	groupPrefix = "celery-taskset-meta-"
	expires     = 24 * time.Hour
)

// document is what Celery stores of a result.
type document struct {
	Status    string   `json:"status"`
	Result    string   `json:"result"` // bytes are base64, as JSON has none
	Traceback *string  `json:"traceback"`
	Children  []string `json:"children"`
	DateDone  string   `json:"date_done"`
	TaskID    string   `json:"task_id"`
}

func (r *celeryRedis) Save(g *suite.Group) error {
	id := string(g.Tree.ID())
	text, err := json.Marshal(map[string]any{"result": g.Tree})
	if err != nil {
		return err
	}
	return r.client.Set(ctx, groupPrefix+id, text, expires).Err()
}

// Report reads first, as Celery does so that a SUCCESS stands, and then sets and
// publishes in one transaction.
func (r *celeryRedis) Report(g *suite.Group, first, n int) error {
	for i := first; i < first+n; i += 100 {
		if err := r.report(g, i, min(100, first+n-i)); err != nil {
			return err
		}
	}
	return nil
}

func (r *celeryRedis) report(g *suite.Group, first, n int) error {
	keys := make([]string, n)
	for i := range keys {
		keys[i] = taskPrefix + string(g.ID(first+i))
	}
	stand, err := r.client.MGet(ctx, keys...).Result()
	if err != nil {
		return err
	}
	_, err = r.client.TxPipelined(ctx, func(p redis.Pipeliner) error {
		for i, key := range keys {
			if stand[i] != nil {
				continue
			}
			text, err := json.Marshal(document{
				Status: "SUCCESS", Result: base64.StdEncoding.EncodeToString(g.Value(first + i)), Children: []string{},
				DateDone: time.Now().UTC().Format("2006-01-02T15:04:05.000000+00:00"), TaskID: string(g.ID(first + i)),
			})
			if err != nil {
				return err
			}
			p.Set(ctx, key, text, expires)
			p.Publish(ctx, key, text)
		}
		return nil
	})
	return err
}

// Restore reads the group's document, all of it: there is no shorter form.
func (r *celeryRedis) Restore(g *suite.Group, each func(string)) (int, error) {
	text, err := r.client.Get(ctx, groupPrefix+string(g.Tree.ID())).Bytes()
	if err != nil {
		return 0, err
	}
	var doc struct {
		Result []json.RawMessage `json:"result"` // [[id, parent], [member, ...]]
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		return 0, err
	}
	if len(doc.Result) != 2 {
		return 0, fmt.Errorf("group %s is no pair", g.Tree.ID())
	}
	var members [][]json.RawMessage // [[id, parent], children]
	if err := json.Unmarshal(doc.Result[1], &members); err != nil {
		return 0, err
	}
	if each != nil {
		for _, m := range members {
			var pair []any
			if err := json.Unmarshal(m[0], &pair); err != nil {
				return 0, err
			}
			each(pair[0].(string))
		}
	}
	return len(members), nil
}

// documents reads the documents of all members, 1,000 at a time.
func (r *celeryRedis) documents(g *suite.Group, each func(document) error) error {
	for first := 0; first < g.N; first += 1000 {
		keys := make([]string, min(1000, g.N-first))
		for i := range keys {
			keys[i] = taskPrefix + string(g.ID(first+i))
		}
		found, err := r.client.MGet(ctx, keys...).Result()
		if err != nil {
			return err
		}
		for _, text := range found {
			if text == nil {
				continue
			}
			var doc document
			if err := json.Unmarshal([]byte(text.(string)), &doc); err != nil {
				return err
			}
			if err := each(doc); err != nil {
				return err
			}
		}
	}
	return nil
}

// Progress looks at every member: nobody counts.
func (r *celeryRedis) Progress(g *suite.Group) (completed int, err error) {
	err = r.documents(g, func(d document) error {
		if d.Status == "SUCCESS" {
			completed++
		}
		return nil
	})
	return completed, err
}

func (r *celeryRedis) Join(g *suite.Group, each func([]byte)) error {
	return r.documents(g, func(d document) error {
		value, err := base64.StdEncoding.DecodeString(d.Result)
		each(value)
		return err
	})
}

func (r *celeryRedis) Close() error { return errors.Join(r.client.Close(), r.server.Close()) }
