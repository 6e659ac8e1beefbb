package simulation

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/objects"
	"market-data-pipeline/handlers/internal/queue"
	"market-data-pipeline/handlers/internal/store"
)

// have carries out one effect of a task under the scheduler's fault. A task that has lost
// its message can have none but those that come without a context of its work.
func (t *task) have(ctx context.Context, name string, act func() error) error {
	if t.beating {
		return t.beats(name, act)
	}
	if ctx.Err() != nil {
		t.failed = name + ": " + context.Cause(ctx).Error()
		return context.Cause(ctx)
	}
	if t.failed != "" && !recordsFailure(name) {
		t.world.broken(fmt.Errorf("%s goes on to %s after an error: %s", t.name, name, t.failed))
	}
	failed := t.failed
	if name != "pause" { // which is part of what it comes behind
		t.optional = mayFail(name)
	}
	if !t.optional {
		failed = name
	}
	switch t.step(name) {
	case refused:
		t.failed = failed
		return errRefused
	case lost:
		if err := act(); err != nil {
			return err
		}
		t.failed, t.misled = failed, true
		return errLost
	}
	return act()
}

// mayFail tells of effects without which the work goes on: a message that is not held
// keeps the time that it has, and of an attempt there may be no record.
func mayFail(effect string) bool {
	return strings.HasPrefix(effect, "hide ") || strings.Contains(effect, "ATTEMPT#")
}

// recordsFailure tells whether an effect may follow one that failed: nothing but what
// tells of the failure may.
func recordsFailure(effect string) bool {
	return strings.HasPrefix(effect, "read ") || strings.HasPrefix(effect, "write ") ||
		strings.HasPrefix(effect, "hide ") || effect == "pause" || effect == "release dead letters"
}

// table is the store as a task sees it.
type table struct {
	world *world
	task  *task
}

func (s table) Get(ctx context.Context, key store.Key) (item store.Item, err error) {
	if !s.task.beating {
		s.world.reads++
	}
	err = s.task.have(ctx, "read "+key.Sort, func() error {
		item, err = s.world.store.Get(ctx, key)
		return err
	})
	if s.world.bug == CountTwice && (strings.HasPrefix(key.Sort, "FILE#") || strings.HasPrefix(key.Sort, "VERSION#")) {
		item.Attributes = maps.Clone(item.Attributes)
		delete(item.Attributes, "contentHash")
	}
	return item, err
}

func (s table) Commit(ctx context.Context, writes ...store.Write) error {
	var names []string
	kept := writes[:0:0]
	for _, w := range writes {
		if s.world.bug == KeepReplaced && replaces(w) {
			continue
		}
		if !w.Check {
			names = append(names, w.Item.Key.Sort)
		} else if s.world.bug == DropCondition {
			continue
		}
		if w.Item.Key.Sort == "FEED" && strings.Contains(s.task.name, "skip") {
			w.Item.Attributes = s.world.bug.skipped(w.Item)
		}
		kept = append(kept, w)
	}
	if s.world.bug == LeaveCursor && movesCursorLate(writes) {
		return nil
	}
	if s.world.bug == FailLate && slices.ContainsFunc(writes, failsInAdvance) {
		return nil
	}
	if !s.task.beating {
		s.world.units += billed(writes)
	}
	return s.task.have(ctx, "write "+strings.Join(names, ", "), func() error {
		err := s.world.commit(ctx, kept)
		s.task.wrote = s.task.wrote || err == nil && !strings.HasPrefix(names[0], "ATTEMPT#")
		return err
	})
}

// billed are the units of writing that DynamoDB bills for items of at most 1 KB: twice as
// many for a transaction, what it only checks included.
func billed(writes []store.Write) int {
	if len(writes) == 1 {
		return 1
	}
	return 2 * len(writes)
}

// skipped is a feed with what a bug makes of its skipped numbers.
func (b Bug) skipped(item store.Item) map[string]types.AttributeValue {
	if b != SkipOneTooMany && b != SkipOneTooFew {
		return item.Attributes
	}
	record, err := store.Decode[feed.Feed](item)
	if err != nil {
		panic(err)
	}
	switch last := len(record.Skipped) - 1; {
	case last >= 0 && b == SkipOneTooMany:
		record.Skipped[last].Through++
	case last >= 0:
		record.Skipped[last].Through--
	}
	attributes, err := attributevalue.MarshalMap(record)
	if err != nil {
		panic(err)
	}
	return attributes
}

// movesCursorLate tells whether a write is how Admit moves a cursor to a number that is
// complete: of the feed, on the condition that the number is as it was.
func movesCursorLate(writes []store.Write) bool {
	return len(writes) == 2 && !writes[0].Check && writes[0].Item.Key.Sort == "FEED" &&
		writes[1].Check && strings.HasPrefix(writes[1].Item.Key.Sort, "NUMBER#")
}

// failsInAdvance tells whether a write is how a worker begins its last attempt.
func failsInAdvance(w store.Write) bool {
	version, err := store.Decode[feed.Version](w.Item)
	if err != nil || len(version.History) == 0 {
		return false
	}
	last := version.History[len(version.History)-1]
	return last.Reason == feed.Unfinished && last.Stage != feed.Validator
}

// replaces tells whether a write says of a version that the aggregator has counted
// a newer revision.
func replaces(w store.Write) bool {
	version, err := store.Decode[feed.Version](w.Item)
	if err != nil || len(version.History) == 0 {
		return false
	}
	last := version.History[len(version.History)-1]
	return last.Status == feed.Skipped && last.Stage == feed.Aggregator
}

func (s table) Query(ctx context.Context, r store.Range) (items []store.Item, err error) {
	err = s.task.have(ctx, "query "+r.From, func() error {
		items, err = s.world.store.Query(ctx, r)
		return err
	})
	return items, err
}

// bucket is the bucket as a task sees it.
type bucket struct {
	world *world
	task  *task
}

func (b bucket) Open(ctx context.Context, key, versionID string) (body io.ReadCloser, err error) {
	if b.world.bug == UseTwice && versionID == "" {
		if b.world.opened == "" {
			b.world.opened = key
		}
		key = b.world.opened
	}
	err = b.task.have(ctx, "open "+key, func() error {
		body, err = b.world.bucket.Open(ctx, key, versionID)
		return err
	})
	return body, err
}

func (b bucket) Head(ctx context.Context, key string) (head objects.Head, err error) {
	b.world.opened = ""
	err = b.task.have(ctx, "look at "+key, func() error {
		head, err = b.world.bucket.Head(ctx, key)
		if errors.Is(err, objects.ErrMissing) { // to whom may not list
			return objects.ErrDenied
		}
		return err
	})
	return head, err
}

func (b bucket) Write(ctx context.Context, key, mediaType string, body []byte) error {
	return b.task.have(ctx, "put "+key, func() error { return b.world.bucket.Write(ctx, key, mediaType, body) })
}

func (b bucket) Create(ctx context.Context, key, mediaType string, metadata map[string]string) objects.Upload {
	return pending{b.world.bucket.Create(ctx, key, mediaType, metadata), ctx, b, key, metadata}
}

type pending struct {
	objects.Upload
	ctx      context.Context
	bucket   bucket
	key      string
	metadata map[string]string
}

func (u pending) Complete(etag string) error {
	w := u.bucket.world
	if w.bug == KeepPath && strings.HasPrefix(u.key, "aggregates/") && etag != "" {
		return nil
	}
	return u.bucket.task.have(u.ctx, "complete "+u.key, func() error {
		before, _ := w.bucket.Head(context.Background(), u.key)
		if w.bug == DropETag {
			etag = before.ETag
		}
		err := u.Upload.Complete(etag)
		if after := u.metadata["revision"]; err == nil && number(after) < number(before.Metadata["revision"]) {
			w.broken(fmt.Errorf("%s is of revision %s and was of %s", u.key, after, before.Metadata["revision"]))
		}
		return err
	})
}

// number is the whole number in a text, or 0.
func number(text string) int {
	n, _ := strconv.Atoi(text)
	return n
}

var _ objects.Bucket = bucket{}

// sender is a queue as a task sees it.
type sender struct {
	queue   *fifo
	task    *task
	drop    bool
	message *message // of the task; nil for a queue that only is sent to
}

func (s sender) Send(ctx context.Context, work queue.Work, cause string) error {
	err := s.task.have(ctx, fmt.Sprintf("send %s number %d revision %d to the %s", work.Group(), work.Number, work.Revision, s.queue.name),
		func() error {
			if !s.drop {
				s.queue.send(work, cause)
			}
			return nil
		})
	if s.task.world.bug == TakeForSent {
		return nil
	}
	return err
}

func (s sender) Delay(ctx context.Context, _ string, wait time.Duration) error {
	if s.task.world.bug == AcknowledgeFirst {
		return nil // of a message that is gone
	}
	return s.task.have(ctx, fmt.Sprintf("hide %s for %s", s.message.id, wait), func() error {
		err := s.queue.delay(s.message, s.task.receipt, s.task.world.now, wait)
		s.task.held = s.task.held || err == nil
		if wait < lease {
			s.message.holder = nil // it is given back
		}
		return err
	})
}
