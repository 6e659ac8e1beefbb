package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/objects"
	"market-data-pipeline/handlers/internal/queue"
	"market-data-pipeline/handlers/internal/store"
)

const (
	id    = "acme/us-equities"
	lease = 2 * time.Minute
)

// fixture is a processor whose own work is a list of what it was given.
type fixture struct {
	t      *testing.T
	worker Worker
	store  *store.Memory
	own    *queue.Memory
	next   *queue.Memory
	done   []string
	fails  error
}

func newFixture(t *testing.T) *fixture {
	f := &fixture{t: t, store: store.NewMemory(), own: new(queue.Memory), next: new(queue.Memory)}
	f.worker = Worker{
		Stage: feed.Processor,
		Ledger: feed.Ledger{
			Store: f.store,
			Now:   func() time.Time { return time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC) },
			Pause: func(context.Context, int) error { return nil },
		},
		Own: f.own, Next: f.next,
		Lease: lease, Repeat: func(time.Duration, func()) func() { return func() {} },
		Do: func(_ context.Context, _ feed.Ledger, work queue.Work) (feed.Outcome, error) {
			if f.fails != nil {
				return feed.Outcome{}, f.fails
			}
			f.done = append(f.done, fmt.Sprintf("%d.%d", work.Number, work.Revision))
			return feed.Outcome{Status: feed.Processed}, nil
		},
	}
	return f
}

func message(number, revision int64, receives int) events.SQSMessage {
	name := fmt.Sprintf("%d/x.csv", number)
	work := queue.Work{Partner: "acme", Feed: "us-equities", Bucket: "uploads"}.
		Of(number, revision, name, fmt.Sprint("v", revision))
	body, err := work.Encode()
	if err != nil {
		panic(err)
	}
	return events.SQSMessage{
		MessageId: fmt.Sprintf("message-%d-%d", number, revision), Body: body,
		Attributes: map[string]string{"ApproximateReceiveCount": fmt.Sprint(receives)},
	}
}

// handle gives the identifiers of the messages that are given back.
func (f *fixture) handle(messages ...events.SQSMessage) []string {
	f.t.Helper()
	response, err := f.worker.Handle(context.Background(), events.SQSEvent{Records: messages})
	if err != nil {
		f.t.Fatal(err)
	}
	var back []string
	for _, failure := range response.BatchItemFailures {
		back = append(back, failure.ItemIdentifier)
	}
	return back
}

func (f *fixture) version(number, revision int64) *feed.Version {
	f.t.Helper()
	file := fmt.Sprintf("%d/x.csv", number)
	version, err := feed.ReadVersion(context.Background(), f.store, id, file, fmt.Sprint("v", revision))
	if err != nil {
		f.t.Fatal(err)
	}
	return version
}

func numbers(q *queue.Memory) []int64 {
	var sent []int64
	for _, work := range q.Sent {
		sent = append(sent, work.Number)
	}
	return sent
}

func TestAMessageOfSQSIsTakenAsItComes(t *testing.T) {
	raw, err := os.ReadFile("testdata/receive.json")
	if err != nil {
		t.Fatal(err)
	}
	var event events.SQSEvent
	if err := json.Unmarshal(raw, &event); err != nil {
		t.Fatal(err)
	}
	f := newFixture(t)
	if back := f.handle(event.Records...); back != nil {
		t.Errorf("given back: %v", back)
	}
	if !slices.Equal(f.done, []string{"1.1"}) || !slices.Equal(numbers(f.next), []int64{1}) {
		t.Errorf("did %v, sent on %v", f.done, numbers(f.next))
	}
}

func TestTheAnswerIsNeverNull(t *testing.T) {
	response, err := newFixture(t).worker.Handle(context.Background(), events.SQSEvent{Records: []events.SQSMessage{message(1, 1, 1)}})
	if err != nil {
		t.Fatal(err)
	}
	if raw, err := json.Marshal(response); err != nil || string(raw) != `{"batchItemFailures":[]}` {
		t.Errorf("%s, %v", raw, err)
	}
}

func TestAnEventWithoutMessagesIsAnError(t *testing.T) {
	if _, err := newFixture(t).worker.Handle(context.Background(), events.SQSEvent{}); err == nil {
		t.Error("no error")
	}
}

func TestTheFirstFailureAndAllBehindItAreGivenBackSoon(t *testing.T) {
	f := newFixture(t)
	broken := events.SQSMessage{MessageId: "broken", Body: "{}", Attributes: map[string]string{"ApproximateReceiveCount": "2"}}
	back := f.handle(message(1, 1, 1), broken, message(2, 1, 1))
	if !slices.Equal(back, []string{"broken", "message-2-1"}) {
		t.Errorf("given back: %v", back)
	}
	if !slices.Equal(f.done, []string{"1.1"}) {
		t.Errorf("did %v", f.done)
	}
	if want := []time.Duration{lease, 10 * time.Second, 5 * time.Second}; !slices.Equal(f.own.Delays, want) {
		t.Errorf("delayed by %v, want %v", f.own.Delays, want)
	}
}

func TestAMessageThatFailedForTheLastTimeIsDeadAtOnce(t *testing.T) {
	f := newFixture(t)
	f.handle(events.SQSMessage{MessageId: "broken", Body: "{}", Attributes: map[string]string{"ApproximateReceiveCount": "3"}})
	if want := []time.Duration{0}; !slices.Equal(f.own.Delays, want) {
		t.Errorf("delayed by %v, want %v", f.own.Delays, want)
	}
}

func TestATooEarlyFileIsParkedAndWokenByTheOneBeforeIt(t *testing.T) {
	f := newFixture(t)
	if back := f.handle(message(2, 1, 1)); back != nil || f.done != nil {
		t.Fatalf("gave back %v, did %v", back, f.done)
	}
	if status := f.version(2, 1).Status; status != feed.Waiting {
		t.Errorf("status %s", status)
	}
	f.handle(message(1, 1, 1))
	if !slices.Equal(numbers(f.own), []int64{2}) {
		t.Fatalf("woke %v", numbers(f.own))
	}
	f.handle(message(2, 1, 1))
	if !slices.Equal(f.done, []string{"1.1", "2.1"}) || !slices.Equal(numbers(f.next), []int64{1, 2}) {
		t.Errorf("did %v, sent on %v", f.done, numbers(f.next))
	}
}

func TestADuplicateIsSentOnAndWakesAgain(t *testing.T) {
	f := newFixture(t)
	f.handle(message(2, 1, 1))
	f.handle(message(1, 1, 1))
	f.own.Sent, f.own.Causes, f.next.Sent, f.next.Causes = nil, nil, nil, nil // as if lost
	f.handle(message(1, 1, 2))
	if !slices.Equal(f.done, []string{"1.1"}) || !slices.Equal(numbers(f.next), []int64{1}) || !slices.Equal(numbers(f.own), []int64{2}) {
		t.Errorf("did %v, sent on %v, woke %v", f.done, numbers(f.next), numbers(f.own))
	}
}

func TestAReplacedRevisionIsNotSentOn(t *testing.T) {
	f := newFixture(t)
	f.handle(message(1, 2, 1))
	f.handle(message(1, 1, 1))
	if !slices.Equal(f.done, []string{"1.2"}) || len(f.next.Sent) != 1 {
		t.Errorf("did %v, sent on %v", f.done, f.next.Sent)
	}
	if status := f.version(1, 1).Status; status != feed.Skipped {
		t.Errorf("status %s", status)
	}
}

func TestTheLastAttemptLeavesFAILEDWhateverHappens(t *testing.T) {
	f := newFixture(t)
	type died struct{}
	f.worker.Do = func(context.Context, feed.Ledger, queue.Work) (feed.Outcome, error) { panic(died{}) }
	func() {
		defer func() {
			if recover() != (died{}) {
				t.Error("it lived")
			}
		}()
		f.handle(message(1, 1, 3))
	}()
	if status := f.version(1, 1).Status; status != feed.Failed {
		t.Errorf("status %s", status)
	}
}

// dying is a queue that the function does not live to send to.
type dying struct{ queue.Memory }

func (*dying) Send(context.Context, queue.Work, string) error { panic("killed") }

func TestTheLastAttemptLeavesFAILEDUntilTheFileIsSentOn(t *testing.T) {
	f := newFixture(t)
	f.worker.Next = new(dying)
	func() {
		defer func() { _ = recover() }()
		f.handle(message(1, 1, feed.LastAttempt))
	}()
	if !slices.Equal(f.done, []string{"1.1"}) {
		t.Errorf("did %v", f.done)
	}
	if version := f.version(1, 1); version.Status != feed.Failed {
		t.Errorf("it is %s, and its message is dead", version.Status)
	}
}

// mortal is a store that outlives a number of commits.
type mortal struct {
	store.Store
	lives int
}

func (m *mortal) Commit(ctx context.Context, writes ...store.Write) error {
	if m.lives--; m.lives < 0 {
		panic("killed")
	}
	return m.Store.Commit(ctx, writes...)
}

func TestTheLastAttemptLeavesFAILEDThoughItDiesBeforeItIsAdmitted(t *testing.T) {
	f := newFixture(t)
	f.worker.Ledger.Store = &mortal{f.store, 1}
	func() {
		defer func() {
			if recover() != "killed" {
				t.Error("it lived")
			}
		}()
		f.handle(message(2, 1, feed.LastAttempt)) // to be parked
	}()
	if version := f.version(2, 1); version.Status != feed.Failed {
		t.Errorf("it is %q, and its message is dead", version.Status)
	}
}

func TestAFileThatIsParkedOnTheLastAttemptWaits(t *testing.T) {
	f := newFixture(t)
	f.worker.Ledger.Store = &mortal{f.store, 3} // FAILED, the attempt, WAITING: it has nothing to settle
	if back := f.handle(message(2, 1, feed.LastAttempt)); back != nil {
		t.Errorf("gave back %v", back)
	}
	if version := f.version(2, 1); version.Status != feed.Waiting {
		t.Errorf("status %s", version.Status)
	}
}

func TestTheLastAttemptsFailureSaysWhatToDoAndNoMore(t *testing.T) {
	for reason, err := range map[string]error{
		"restore it":                     &objects.ArchivedError{Key: "results/x"},
		"was deleted":                    objects.ErrMissing,
		"was deleted or may not be read": objects.ErrDenied,
		"failed 3 times":                 errors.New("secret detail"),
	} {
		f := newFixture(t)
		f.fails = err
		for receive := 1; receive <= 3; receive++ {
			if back := f.handle(message(1, 1, receive)); len(back) != 1 {
				t.Errorf("given back: %v", back)
			}
		}
		history := f.version(1, 1).History
		got := history[len(history)-1]
		if got.Status != feed.Failed || !strings.Contains(got.Reason, reason) || strings.Contains(got.Reason, "secret") {
			t.Errorf("recorded %+v", got)
		}
		f.fails = nil // redriven
		f.handle(message(1, 1, 1))
		if status := f.version(1, 1).Status; status != feed.Processed {
			t.Errorf("after the redrive: %s", status)
		}
	}
}

func TestAnAttemptThatIsNotTheLastDoesNotSayFAILED(t *testing.T) {
	f := newFixture(t)
	f.fails = errors.New("any")
	for receive := 1; receive < feed.LastAttempt; receive++ {
		f.handle(message(1, 1, receive))
	}
	if history := f.version(1, 1).History; len(history) > 0 {
		t.Errorf("recorded %+v", history)
	}
}

// refusing is a queue that takes nothing.
type refusing struct{ queue.Memory }

func (*refusing) Send(context.Context, queue.Work, string) error { return errors.New("refused") }

func TestAMessageIsGivenBackUntilItsSuccessorIsWoken(t *testing.T) {
	f := newFixture(t)
	f.handle(message(2, 1, 1))
	own := new(refusing)
	f.worker.Own = own
	for _, m := range []events.SQSMessage{message(1, 2, 1), message(1, 2, 2), message(1, 1, 1)} { // done, repeated, replaced
		if back := f.handle(m); len(back) != 1 {
			t.Errorf("%s is taken for handled", m.MessageId)
		}
	}
	if !slices.Equal(f.done, []string{"1.2"}) {
		t.Errorf("did %v", f.done)
	}
}

func TestAMessageWithoutACountIsReceivedForTheFirstTime(t *testing.T) {
	f := newFixture(t)
	for _, count := range []string{"", "x", "0", "-1"} {
		m := events.SQSMessage{MessageId: "broken", Attributes: map[string]string{"ApproximateReceiveCount": count}}
		if f.handle(m); f.own.Delays[len(f.own.Delays)-1] != 5*time.Second {
			t.Errorf("%q: delayed by %v", count, f.own.Delays)
		}
	}
}

func TestALastAttemptThatSucceedsReplacesFAILED(t *testing.T) {
	f := newFixture(t)
	f.handle(message(1, 1, 3))
	version := f.version(1, 1)
	if version.Status != feed.Processed || version.History[0].Status != feed.Failed {
		t.Errorf("recorded %+v", version.History)
	}
}

func TestTheLastStageSendsNothingOn(t *testing.T) {
	f := newFixture(t)
	f.worker.Next = nil
	if back := f.handle(message(1, 1, 1)); back != nil || len(f.next.Sent) != 0 {
		t.Errorf("gave back %v, sent on %v", back, f.next.Sent)
	}
}

// FuzzHandle: no message whatever makes a worker panic or its answer null.
func FuzzHandle(f *testing.F) {
	f.Add(message(1, 1, 1).Body, "1")
	f.Add("{}", "x")
	f.Fuzz(func(t *testing.T, body, receives string) {
		response, err := newFixture(t).worker.Handle(context.Background(), events.SQSEvent{Records: []events.SQSMessage{
			{MessageId: "m", Body: body, Attributes: map[string]string{"ApproximateReceiveCount": receives}},
		}})
		if err != nil || response.BatchItemFailures == nil {
			t.Fatalf("%+v, %v", response, err)
		}
	})
}
