package main

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	_ "github.com/mattn/go-sqlite3"
	_ "modernc.org/sqlite"

	"github.com/seed-1c955bc8/bunch/bench/suite"
)

// The two tables that people write by hand, with both drivers: one transaction a
// report, and the same with a goroutine that puts all reports that wait into one.
// WAL and synchronous=FULL: a commit is synced before it returns.
var sqlites = []suite.Kind{
	sqliteKind("sqlite-modernc", "sqlite", false),
	sqliteKind("sqlite-mattn", "sqlite3", false),
	sqliteKind("sqlite-modernc-batched", "sqlite", true),
	sqliteKind("sqlite-mattn-batched", "sqlite3", true),
}

func sqliteKind(name, driver string, batched bool) suite.Kind {
	note := "WAL, synchronous=FULL: synced before it answers; one transaction a report"
	if batched {
		note = "WAL, synchronous=FULL: synced before it answers; reports that wait share a transaction"
	}
	open := func(dir string, w suite.Workload) (suite.Engine, error) { return openSQLite(driver, dir, batched) }
	return suite.Kind{Name: name, Durable: true, Note: note, Open: open}
}

const schema = `
CREATE TABLE IF NOT EXISTS groups (id TEXT PRIMARY KEY, total INTEGER NOT NULL, members TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tasks (
	id TEXT PRIMARY KEY, group_id TEXT NOT NULL, place INTEGER NOT NULL,
	state TEXT NOT NULL, value BLOB, done INTEGER
);
CREATE INDEX IF NOT EXISTS tasks_by_group ON tasks (group_id, place);`

type sqlite struct {
	driver, path string
	db           *sql.DB
	report       *sql.Stmt
	committer    *suite.Committer[update] // nil: each report has a transaction
}

// update is one report: the first ready state stands.
type update struct {
	id    string
	value []byte
}

const reportSQL = `UPDATE tasks SET state = 'SUCCESS', value = ?, done = ? WHERE id = ? AND state = 'PENDING'`

func openSQLite(driver, dir string, batched bool) (suite.Engine, error) {
	s := &sqlite{driver: driver, path: filepath.Join(dir, "results.db")}
	db, err := sql.Open(driver, s.path)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1) // there is one writer anyway, and so nobody sees SQLITE_BUSY
	s.db = db
	for _, pragma := range []string{"PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", schema} {
		if _, err := db.Exec(pragma); err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", pragma, err), db.Close())
		}
	}
	if s.report, err = db.Prepare(reportSQL); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if batched {
		s.committer = suite.NewCommitter(s.commit)
	}
	return s, nil
}

func (s *sqlite) Save(g *suite.Group) error {
	var members []byte // the ids in order, since Restore must not need the other table
	if g.Foreign() {
		var err error
		if members, err = json.Marshal(g.IDs()); err != nil {
			return err
		}
	}
	return s.transaction(func(tx *sql.Tx) error {
		id := string(g.Tree.ID())
		if _, err := tx.Exec(`INSERT INTO groups (id, total, members) VALUES (?, ?, ?)`, id, g.N, members); err != nil {
			return err
		}
		insert, err := tx.Prepare(`INSERT INTO tasks (id, group_id, place, state) VALUES (?, ?, ?, 'PENDING')`)
		if err != nil {
			return err
		}
		defer insert.Close()
		for i := range g.N {
			if _, err := insert.Exec(string(g.ID(i)), id, i); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *sqlite) transaction(do func(*sql.Tx) error) error {
	tx, err := s.db.Begin()
	if err != nil {
		return err
	}
	if err := do(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

func (s *sqlite) Report(g *suite.Group, first, n int) error {
	if n > 1 {
		batch := make([]update, n)
		for i := range batch {
			batch[i] = update{string(g.ID(first + i)), g.Value(first + i)}
		}
		return s.commit(batch)
	}
	u := update{string(g.ID(first)), g.Value(first)}
	if s.committer != nil {
		return s.committer.Put(u)
	}
	_, err := s.report.Exec(u.value, time.Now().UnixMicro(), u.id) // a transaction by itself
	return err
}

func (s *sqlite) commit(batch []update) error {
	return s.transaction(func(tx *sql.Tx) error {
		report := tx.Stmt(s.report)
		defer report.Close()
		for _, u := range batch {
			if _, err := report.Exec(u.value, time.Now().UnixMicro(), u.id); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *sqlite) Restore(g *suite.Group, each func(string)) (members int, err error) {
	var list []byte
	err = s.db.QueryRow(`SELECT total, members FROM groups WHERE id = ?`, string(g.Tree.ID())).Scan(&members, &list)
	if err != nil || each == nil {
		return members, err
	}
	var ids []string
	err = json.Unmarshal(list, &ids)
	for _, id := range ids {
		each(id)
	}
	return members, err
}

func (s *sqlite) Progress(g *suite.Group) (completed int, err error) {
	err = s.db.QueryRow(`SELECT count(*) FROM tasks WHERE group_id = ? AND state = 'SUCCESS'`, string(g.Tree.ID())).Scan(&completed)
	return completed, err
}

func (s *sqlite) Join(g *suite.Group, each func([]byte)) error {
	rows, err := s.db.Query(`SELECT id, state, value, done FROM tasks WHERE group_id = ? ORDER BY place`, string(g.Tree.ID()))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id, state string
		var value []byte
		var done int64
		if err := rows.Scan(&id, &state, &value, &done); err != nil {
			return err
		}
		each(value)
	}
	return rows.Err()
}

func (s *sqlite) Close() error {
	if s.committer != nil {
		s.committer.Close()
	}
	return errors.Join(s.report.Close(), s.db.Close())
}

// Shrink writes the file anew.
func (s *sqlite) Shrink() error {
	db, err := sql.Open(s.driver, s.path)
	if err != nil {
		return err
	}
	_, err = db.Exec(`PRAGMA wal_checkpoint(TRUNCATE); VACUUM; PRAGMA wal_checkpoint(TRUNCATE)`)
	return errors.Join(err, db.Close())
}
