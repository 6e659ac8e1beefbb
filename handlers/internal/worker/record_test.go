package worker

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/logging"
	"market-data-pipeline/handlers/internal/queue"
	"market-data-pipeline/handlers/internal/store"
)

// logged gives what is logged of messages.
func (f *fixture) logged(messages ...events.SQSMessage) string {
	f.t.Helper()
	var out bytes.Buffer
	ctx := logging.Into(context.Background(), logging.New(&out, "processor", ""))
	if _, err := f.worker.Handle(ctx, events.SQSEvent{Records: messages}); (err == nil) != (len(messages) > 0) {
		f.t.Fatal(err)
	}
	return out.String()
}

func TestTheLogSaysWhatBecameOfEveryMessage(t *testing.T) {
	const who = `"stage":"processor","messageId":"message-1-1","partner":"acme","feed":"us-equities","file":"1/x.csv",` +
		`"number":1,"revision":1,"versionId":"v1","attempt":2`
	f := newFixture(t)
	f.fails = errors.New("the disk burns")
	for what, lines := range map[string]string{
		`"level":"ERROR","message":"message failed","function":"processor","requestId":"",` + who + `,"outcome":"error","error":"the disk burns"}`:               f.logged(message(1, 1, 2)),
		`"level":"ERROR","message":"message refused","function":"processor","requestId":"","stage":"processor","messageId":"m","outcome":"undecodable","error":`: f.logged(events.SQSMessage{MessageId: "m", Body: "hello"}),
		`"level":"ERROR","message":"event refused","function":"processor","requestId":"","stage":"processor","outcome":"undecodable","error":`:                   f.logged(),
	} {
		if !strings.Contains(lines, what) {
			t.Errorf("%s is not in %s", what, lines)
		}
	}
	f.fails = nil
	if what, lines := `"message":"message handled","function":"processor","requestId":"",`+who+`,"outcome":"proceed"}`, f.logged(message(1, 1, 2)); !strings.Contains(lines, what) {
		t.Errorf("%s is not in %s", what, lines)
	}
}

// deaf is a queue that does not let a message be hidden.
type deaf struct{ queue.Memory }

func (*deaf) Delay(context.Context, string, time.Duration) error {
	return errors.New("receipt expired")
}

func TestWhatCannotBeDoneForAFailedMessageIsLogged(t *testing.T) {
	f := newFixture(t)
	f.worker.Own = new(deaf)
	f.fails = errors.New("any")
	f.worker.Ledger.Store = &burning{f.store, 1}
	lines := f.logged(message(1, 1, feed.LastAttempt))
	for _, what := range []string{
		`"level":"ERROR","message":"status not recorded"`, `"error":"the table burns"`,
		`"level":"WARN","message":"message keeps its visibility timeout"`, `"messageId":"message-1-1","error":"receipt expired"`,
	} {
		if !strings.Contains(lines, what) {
			t.Errorf("%s is not in %s", what, lines)
		}
	}
}

// burning is a store that takes a number of commits.
type burning struct {
	store.Store
	takes int
}

func (r *burning) Commit(ctx context.Context, writes ...store.Write) error {
	if r.takes--; r.takes < 0 {
		return errors.New("the table burns")
	}
	return r.Store.Commit(ctx, writes...)
}

// counting is a store that counts the reads of each item.
type counting struct {
	store.Store
	reads map[store.Key]int
}

func (c *counting) Get(ctx context.Context, key store.Key) (store.Item, error) {
	c.reads[key]++
	return c.Store.Get(ctx, key)
}

func TestAMessageReadsAnItemOnce(t *testing.T) {
	f := newFixture(t)
	table := &counting{f.store, map[store.Key]int{}}
	f.worker.Ledger.Store = table
	f.handle(message(1, 1, 1))
	for key, reads := range table.reads {
		if reads > 1 {
			t.Errorf("%s is read %d times", key.Sort, reads)
		}
	}
}

func TestAFileWhoseFeedMovesOnWhileItIsWorkedOnRepeatsNoMoreThanItsStepOfTheCursor(t *testing.T) {
	f := newFixture(t)
	conflicts := 0
	f.worker.Ledger.Pause = func(context.Context, int) error {
		conflicts++
		if version := f.version(1, 1); version.Status != feed.Processed {
			t.Errorf("the file is %s", version.Status)
		}
		return nil
	}
	f.worker.Do = func(ctx context.Context, _ feed.Ledger, _ queue.Work) (feed.Outcome, error) {
		tx := store.Begin(f.store)
		moved, err := store.Load[feed.Feed](ctx, tx, feed.Key(id))
		if err != nil {
			t.Fatal(err)
		}
		moved.Validator++
		return feed.Outcome{Status: feed.Processed}, tx.Commit(ctx)
	}
	if back := f.handle(message(1, 1, 1)); back != nil || conflicts > 1 {
		t.Errorf("gave back %v after %d conflicts", back, conflicts)
	}
}
