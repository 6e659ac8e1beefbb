package validator

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/objects"
	"market-data-pipeline/handlers/internal/queue"
	"market-data-pipeline/handlers/internal/store"
)

// refusing is a queue that takes nothing.
type refusing struct{ queue.Memory }

func (*refusing) Send(context.Context, queue.Work, string) error { return errBroken }

func TestAnAcceptedFileThatCouldNotBeSentIsFAILEDUntilItIsRedriven(t *testing.T) {
	f := newFixture(t)
	f.bucket.Put("uploads/"+id+"/x.csv", "v1", []byte(good))
	f.validator.Processor = new(refusing)
	for range feed.LastAttempt {
		if err := f.handle("one", event("uploads/"+id+"/x.csv", "v1", "01")); !errors.Is(err, errBroken) {
			t.Errorf("got %v", err)
		}
	}
	if f.status("x.csv") != feed.Failed {
		t.Errorf("it is %s", f.status("x.csv"))
	}
	f.validator.Processor = f.queue
	f.send("x.csv", "v1", "01", good)
	if f.status("x.csv") != feed.Validated {
		t.Errorf("after a redrive it is %s", f.status("x.csv"))
	}
	f.wantSent(1)
}

func TestTheThirdAttemptThatFailsLeavesFAILEDWithItsReason(t *testing.T) {
	for reason, err := range map[string]error{
		"deleted or may not be read": objects.ErrDenied,
		"restore it":                 &objects.ArchivedError{Key: "uploads/" + id + "/x.csv"},
		"failed 3 times":             errors.New("secret detail"),
	} {
		f := newFixture(t)
		f.validator.Bucket = func(string) objects.Bucket { return denied{f.bucket, err} }
		for attempt := 1; attempt <= 3; attempt++ {
			if err := f.handle("one request", event("uploads/"+id+"/x.csv", "v1", "01")); err == nil {
				t.Fatal("no error")
			}
			if failed := f.status("x.csv") == feed.Failed; failed != (attempt == 3) {
				t.Errorf("after attempt %d: %s", attempt, f.status("x.csv"))
			}
		}
		if got := f.reason("x.csv", "v1"); !strings.Contains(got, reason) || strings.Contains(got, "secret") {
			t.Errorf("the reason is %q", got)
		}
		f.validator.Bucket = func(string) objects.Bucket { return f.bucket }
		f.send("x.csv", "v1", "01", good)
		if f.status("x.csv") != feed.Validated {
			t.Errorf("after a redrive: %s", f.status("x.csv"))
		}
		f.wantSent(1)
	}
}

// mortal is a store that outlives one commit.
type mortal struct {
	store.Store
	dying bool
}

func (m *mortal) Get(ctx context.Context, key store.Key) (store.Item, error) {
	if m.dying {
		panic("killed")
	}
	return m.Store.Get(ctx, key)
}

func (m *mortal) Commit(ctx context.Context, writes ...store.Write) error {
	if m.dying {
		panic("killed")
	}
	m.dying = true
	return m.Store.Commit(ctx, writes...)
}

func TestTheThirdAttemptLeavesFAILEDThoughItDiesAtOnce(t *testing.T) {
	f := newFixture(t)
	f.bucket.Put("uploads/"+id+"/x.csv", "v1", []byte(good))
	for _, again := range []bool{false, true} { // when it is found valid already, too
		for range 2 {
			f.validator.Bucket = func(string) objects.Bucket { return denied{f.bucket, errors.New("any")} }
			_ = f.handle(fmt.Sprint(again), event("uploads/"+id+"/x.csv", "v1", "01"))
		}
		f.validator.Bucket = func(string) objects.Bucket { return f.bucket }
		living := f.validator
		f.validator.Ledger.Store = &mortal{Store: f.store}
		func() {
			defer func() {
				if recover() != "killed" {
					t.Error("it lived")
				}
			}()
			_ = f.handle(fmt.Sprint(again), event("uploads/"+id+"/x.csv", "v1", "01"))
		}()
		if f.status("x.csv") != feed.Failed || f.reason("x.csv", "v1") != feed.Unfinished {
			t.Errorf("it is %s: %q", f.status("x.csv"), f.reason("x.csv", "v1"))
		}
		f.validator = living
		f.send("x.csv", "v1", "01", good)
	}
	f.wantSent(1)
}

func TestAThirdAttemptThatSucceedsReplacesFAILED(t *testing.T) {
	f := newFixture(t)
	for range 2 {
		f.validator.Bucket = func(string) objects.Bucket { return denied{f.bucket, objects.ErrDenied} }
		_ = f.handle("one", event("uploads/"+id+"/x.csv", "v1", "01"))
	}
	f.validator.Bucket = func(string) objects.Bucket { return f.bucket }
	f.bucket.Put("uploads/"+id+"/x.csv", "v1", []byte(good))
	if err := f.handle("one", event("uploads/"+id+"/x.csv", "v1", "01")); err != nil {
		t.Fatal(err)
	}
	if f.status("x.csv") != feed.Validated {
		t.Errorf("status %s", f.status("x.csv"))
	}
}
