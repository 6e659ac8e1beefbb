package worker

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"market-data-pipeline/handlers/internal/deadline"
	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/logging"
	"market-data-pipeline/handlers/internal/queue"
	"market-data-pipeline/handlers/internal/store"
)

// hearted is a fixture whose heart beats when the test says so.
type hearted struct {
	*fixture
	now     time.Time
	beat    func()
	stopped bool
	own     *holding
}

// holding is a queue that refuses to hide a message, when it is told to.
type holding struct {
	queue.Memory
	err error
}

func (h *holding) Delay(ctx context.Context, receipt string, wait time.Duration) error {
	if h.err != nil {
		return h.err
	}
	return h.Memory.Delay(ctx, receipt, wait)
}

func newHearted(t *testing.T) *hearted {
	h := &hearted{fixture: newFixture(t), now: time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC), own: new(holding)}
	h.worker.Own = h.own
	h.worker.Ledger.Now = func() time.Time { return h.now }
	h.worker.Repeat = func(interval time.Duration, beat func()) func() {
		if interval != lease/3 {
			t.Errorf("it beats every %s", interval)
		}
		h.beat = beat
		return func() { h.stopped = true }
	}
	return h
}

// while has something happen in the middle of the work, which then looks at its context.
func (h *hearted) while(happens func()) {
	h.worker.Do = func(ctx context.Context, _ feed.Ledger, _ queue.Work) (feed.Outcome, error) {
		happens()
		return feed.Outcome{Status: feed.Processed}, ctx.Err()
	}
}

func (h *hearted) attempt() *feed.Attempt {
	h.t.Helper()
	item, err := h.store.Get(context.Background(), feed.AttemptKey(id, feed.Processor))
	if err != nil {
		h.t.Fatal(err)
	}
	attempt, err := store.Decode[feed.Attempt](item)
	if err != nil {
		h.t.Fatal(err)
	}
	return attempt
}

func TestAMessageIsHeldForALeaseAtATimeWhileItIsWorkedOn(t *testing.T) {
	h := newHearted(t)
	h.while(func() {
		h.now = h.now.Add(lease / 3)
		h.beat()
	})
	if back := h.handle(message(1, 1, 1)); back != nil {
		t.Errorf("given back: %v", back)
	}
	if want := []time.Duration{lease, lease}; !slices.Equal(h.own.Delays, want) || !h.stopped {
		t.Errorf("held for %v, want %v; stopped: %v", h.own.Delays, want, h.stopped)
	}
	if a := h.attempt(); a.Message != "message-1-1" || a.Attempt != 1 || a.Number != 1 || a.Reason != "" || a.DueAt != "2026-11-24T08:02:40.000Z" {
		t.Errorf("recorded %+v", a)
	}
}

func TestAMessageThatIsDoneAtOnceIsNotWrittenDown(t *testing.T) {
	h := newHearted(t)
	h.handle(message(1, 1, 1))
	if a := h.attempt(); a.Attempt != 0 {
		t.Errorf("recorded %+v", a)
	}
}

func TestAWorkerThatHasLostItsMessageStopsAndLeavesAllElseToWhoHasIt(t *testing.T) {
	h := newHearted(t)
	h.while(func() {
		h.own.err = queue.ErrExpired
		h.beat()
		h.own.err = nil
		h.beat() // which must not take back what another has by now
	})
	if back := h.handle(message(1, 1, feed.LastAttempt)); !slices.Equal(back, []string{"message-1-1"}) {
		t.Errorf("given back: %v", back)
	}
	if want := []time.Duration{lease}; !slices.Equal(h.own.Delays, want) {
		t.Errorf("hidden for %v, want %v", h.own.Delays, want)
	}
	if history := h.version(1, 1).History; len(h.next.Sent) != 0 || len(history) != 1 || history[0].Reason != feed.Unfinished {
		t.Errorf("sent on %v, recorded %+v", h.next.Sent, history)
	}
}

func TestAMessageThatIsLostJustBeforeTheEndIsNotAcknowledged(t *testing.T) {
	h := newHearted(t)
	h.while(func() {})
	next := h.worker.Next
	h.worker.Next = sending{next, func() {
		h.own.err = queue.ErrExpired
		h.beat()
	}}
	if back := h.handle(message(1, 1, 1)); len(back) != 1 {
		t.Error("acknowledged, though it is another's")
	}
}

// sending is a queue with which something happens as it is sent to.
type sending struct {
	queue.Queue
	happens func()
}

func (s sending) Send(ctx context.Context, work queue.Work, cause string) error {
	s.happens()
	return s.Queue.Send(ctx, work, cause)
}

func TestWorkIsNotBegunOnAMessageThatIsAnothers(t *testing.T) {
	h := newHearted(t)
	h.own.err = queue.ErrExpired
	h.worker.Do = func(ctx context.Context, _ feed.Ledger, _ queue.Work) (feed.Outcome, error) {
		return feed.Outcome{}, ctx.Err()
	}
	if back := h.handle(message(1, 1, 1)); len(back) != 1 || len(h.next.Sent) != 0 {
		t.Errorf("given back %v, sent on %v", back, h.next.Sent)
	}
}

func TestAHeartMayMissABeatButNotForALease(t *testing.T) {
	for missed, lost := range map[time.Duration]bool{lease: false, lease + time.Second: true} {
		h := newHearted(t)
		h.while(func() {
			h.own.err = errors.New("throttled")
			h.now = h.now.Add(missed)
			h.beat()
			h.own.err = nil
		})
		if back := h.handle(message(1, 1, 1)); (len(back) == 1) != lost {
			t.Errorf("after %s: given back %v", missed, back)
		}
	}
}

func TestAMessageThatCannotBeHeldAtFirstIsWorkedOnAllTheSame(t *testing.T) {
	h := newHearted(t)
	h.own.err = errors.New("throttled")
	if back := h.handle(message(1, 1, 1)); back != nil {
		t.Errorf("given back: %v", back)
	}
}

func TestAFailedAttemptSaysWhyAndWhenItIsTriedAgain(t *testing.T) {
	h := newHearted(t)
	for attempt, want := range []feed.Attempt{
		{Attempt: 1, Reason: "the processor failed", DueAt: "2026-11-24T08:00:05.000Z"},
		{Attempt: 2, Reason: "the processor failed", DueAt: "2026-11-24T08:00:10.000Z"},
		{Attempt: 3, Reason: "the processor failed 3 times; the operator has been told"},
	} {
		h.fails = errors.New("any")
		h.handle(message(1, 1, attempt+1))
		if a := h.attempt(); a.Message != "message-1-1" || a.Attempt != want.Attempt || a.Reason != want.Reason || a.DueAt != want.DueAt {
			t.Errorf("recorded %+v, want %+v", a, want)
		}
	}
}

func TestALaterAttemptIsWrittenDownAsItBegins(t *testing.T) {
	h := newHearted(t)
	h.while(func() {
		if a := h.attempt(); a.Attempt != 2 || a.DueAt != "2026-11-24T08:02:00.000Z" || a.Reason != "" {
			t.Errorf("recorded %+v", a)
		}
	})
	h.handle(message(1, 1, 2))
}

func TestAnAttemptThatCannotBeWrittenDownGoesOn(t *testing.T) {
	h := newHearted(t)
	h.worker.Ledger.Store = &burning{h.store, 0}
	var out bytes.Buffer
	ctx := logging.Into(context.Background(), logging.New(&out, "processor", ""))
	h.worker.note(ctx, feed.Turn{Stage: feed.Processor, Feed: id}, events.SQSMessage{}, time.Time{}, "")
	if !strings.Contains(out.String(), `"message":"attempt not recorded"`) {
		t.Errorf("logged %s", &out)
	}
}

func TestWorkEndsBeforeTheFunctionDoes(t *testing.T) {
	h := newHearted(t)
	ctx, cancel := context.WithTimeout(context.Background(), deadline.Margin)
	defer cancel()
	h.worker.Do = func(ctx context.Context, _ feed.Ledger, _ queue.Work) (feed.Outcome, error) {
		<-ctx.Done()
		return feed.Outcome{}, ctx.Err()
	}
	response, err := h.worker.Handle(ctx, events.SQSEvent{Records: []events.SQSMessage{message(1, 1, 1)}})
	if err != nil || len(response.BatchItemFailures) != 1 || ctx.Err() != nil {
		t.Errorf("%+v, %v, %v", response, err, ctx.Err())
	}
	if want := []time.Duration{lease, 5 * time.Second}; !slices.Equal(h.own.Delays, want) {
		t.Errorf("hidden for %v, want %v", h.own.Delays, want)
	}
	if a := h.attempt(); a.Reason != "the processor did not finish in its time" {
		t.Errorf("recorded %+v", a)
	}
}

func TestABeatIsRepeatedUntilItIsStopped(t *testing.T) {
	beats, count := make(chan bool), 0
	stop := Repeat(time.Millisecond, func() {
		count++
		select {
		case beats <- true:
		case <-time.After(time.Second):
		}
	})
	<-beats
	<-beats
	go func() {
		for range beats {
		}
	}()
	stop()
	before := count
	time.Sleep(5 * time.Millisecond)
	close(beats)
	if count != before {
		t.Error("it beats on")
	}
}
