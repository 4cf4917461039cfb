package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/seed-1c955bc8/bunch/encoding/celery"
	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/result"
)

// Limits of what is in memory at a time.
const (
	maxLine    = 64 << 20  // bytes of a document
	batchBytes = 256 << 10 // of documents in one batch, unless one alone has more
)

// intake reads documents and puts them together into batches.
type intake struct {
	tuple, strict bool

	batches chan *docBatch // closed at the end; err is set by then
	err     error

	ctx  context.Context
	b    *docBatch
	text int // bytes of the documents in b
}

// errStop ends the reading before the input does.
var errStop = errors.New("stop")

// read reads all of file. It is a goroutine of its own: parsing one batch and
// storing another go on at the same time.
func (in *intake) read(ctx context.Context, file *os.File, folder bool) {
	in.ctx, in.b = ctx, newDocBatch(&docBatch{})
	err := in.lines
	if folder {
		err = in.files
	}
	in.err = err(file)
	if in.err == nil || in.err == errStop {
		in.err = in.pass()
	}
	if in.err == errStop {
		in.err = nil
	}
	close(in.batches)
}

// pass hands the batch over and begins another.
func (in *intake) pass() error {
	select {
	case in.batches <- in.b:
	case <-in.ctx.Done():
		return errStop
	}
	in.b, in.text = newDocBatch(in.b), 0
	return nil
}

// lines reads documents that are a line each.
func (in *intake) lines(file *os.File) error {
	r := bufio.NewReaderSize(file, 256<<10)
	var long []byte
	for n := 1; ; n++ {
		line, err := r.ReadSlice('\n')
		read := len(line)
		if err == bufio.ErrBufferFull {
			long = append(long[:0], line...)
			for err == bufio.ErrBufferFull {
				line, err = r.ReadSlice('\n')
				read += len(line)
				if len(long) <= maxLine {
					long = append(long, line...)
				}
			}
			line = long
		}
		if err != nil && err != io.EOF {
			return err
		}
		if stop := in.document(docPlace{line: n}, line, read); stop != nil {
			return stop
		}
		if err == io.EOF {
			return nil
		}
		if cap(long) > 1<<20 { // long lines are rare
			long = nil
		}
	}
}

// files reads a folder of Celery's filesystem backend. What has another name
// than a document is passed over.
func (in *intake) files(dir *os.File) error {
	found := false
	for {
		entries, err := dir.ReadDir(1000)
		for _, e := range entries {
			if !strings.Contains(e.Name(), taskKey) && !strings.Contains(e.Name(), groupKey) {
				continue
			}
			found = true
			if err := in.file(filepath.Join(dir.Name(), e.Name()), e.Name()); err != nil {
				return err
			}
		}
		if err == io.EOF && !found {
			return exitf(exitUsage, "no file in %q is named %s... or %s...", dir.Name(), taskKey, groupKey)
		}
		if err != nil {
			return ignoreEOF(err)
		}
	}
}

// What Celery's keys begin with, behind the prefix that an application may choose.
const (
	taskKey  = "celery-task-meta-"
	groupKey = "celery-taskset-meta-"
)

func ignoreEOF(err error) error {
	if err == io.EOF {
		return nil
	}
	return err
}

func (in *intake) file(path, name string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxLine+1))
	if err != nil {
		return err
	}
	at := docPlace{file: name}
	if len(bytes.TrimSpace(text)) == 0 {
		return in.refuse(at, fmt.Errorf("%w: the file is empty", result.ErrBadValue))
	}
	return in.document(at, text, len(text))
}

// document takes one document, of which so many bytes were read. Empty lines do
// not count: redis-cli prints one for a key that has expired.
func (in *intake) document(at docPlace, text []byte, read int) error {
	if in.text > 0 && in.text+len(text) > batchBytes || len(in.b.reports) == group.MaxReports || len(in.b.groups)+len(in.b.bad) >= group.MaxReports {
		if err := in.pass(); err != nil {
			return err
		}
	}
	in.b.bytes += read
	if read > maxLine {
		return in.refuse(at, fmt.Errorf("%w: it has %d bytes, the most is %d", result.ErrTooLarge, read, maxLine))
	}
	if len(bytes.TrimSpace(text)) == 0 {
		return nil
	}
	doc, err := in.parse(at, text)
	if err != nil {
		return in.refuse(at, err)
	}
	if doc.Group.IsZero() {
		in.b.taskIDs[doc.Task.ID] = true
		in.b.reports = append(in.b.reports, doc.Task)
		in.b.places = append(in.b.places, at)
	} else {
		id := doc.Group.ID()
		if in.b.groupIDs[id] { // the groups of a batch are saved in any order
			if err := in.pass(); err != nil {
				return err
			}
		}
		in.b.groupIDs[id] = true
		in.b.groups = append(in.b.groups, doc.Group)
		in.b.groupPlaces = append(in.b.groupPlaces, at)
	}
	in.text += len(text)
	return nil
}

func (in *intake) parse(at docPlace, text []byte) (doc celery.Document, err error) {
	if in.tuple {
		doc.Group, err = celery.ParseTuple(text)
		if err == nil && !doc.Group.IsGroup() {
			err = fmt.Errorf("%w: it is the tree of a task, not of a group", result.ErrBadValue)
		}
		return doc, err
	}
	if doc, err = celery.Parse(text); err != nil || at.file == "" {
		return doc, err
	}
	key := taskKey + string(doc.Task.ID)
	if !doc.Group.IsZero() {
		key = groupKey + string(doc.Group.ID())
	}
	if !strings.HasSuffix(at.file, key) {
		err = fmt.Errorf("%w: the document is that of %q, by which Celery would not find it", result.ErrBadID, key)
	}
	return doc, err
}

// refuse notes a bad document.
func (in *intake) refuse(at docPlace, err error) error {
	in.b.bad = append(in.b.bad, badDoc{at, err})
	if in.strict {
		return errStop
	}
	return nil
}
