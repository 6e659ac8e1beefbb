package operator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/queue"
)

// box is a dead-letter queue that hides what it has given.
type box struct {
	waiting, held, deleted []Message
	onDelete               func(Message) error
}

func newBox(bodies ...string) *box {
	b := &box{}
	for i, body := range bodies {
		b.waiting = append(b.waiting, Message{ID: fmt.Sprint(i), Receipt: fmt.Sprint(i), Body: body})
	}
	return b
}

// Receive gives ten of a group at most, and none while any are held: all are of one here.
func (b *box) Receive(ctx context.Context) ([]Message, error) {
	if err := ctx.Err(); err != nil || len(b.held) > 0 {
		return nil, err
	}
	n := min(len(b.waiting), 10)
	b.held, b.waiting = slices.Clone(b.waiting[:n]), b.waiting[n:]
	return b.held, nil
}

func (b *box) Release(ctx context.Context, messages []Message) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	b.waiting = slices.Concat(messages, b.waiting)
	b.held = slices.DeleteFunc(b.held, func(m Message) bool { return slices.Contains(messages, m) })
	return nil
}

func (b *box) Delete(_ context.Context, message Message) error {
	if b.onDelete != nil {
		if err := b.onDelete(message); err != nil {
			return err
		}
	}
	b.deleted = append(b.deleted, message)
	b.held = slices.DeleteFunc(b.held, func(m Message) bool { return m == message })
	return nil
}

func (b *box) Count(context.Context) (int, error) { return len(b.waiting) + len(b.held), nil }

// sending remembers what was sent to the processor and to the validator.
type sending struct {
	queue   queue.Memory
	invoked []string
}

func (s *sending) operator() Operator {
	return Operator{
		Queues: map[feed.Stage]queue.Queue{feed.Processor: &s.queue, feed.Aggregator: &s.queue},
		Invoke: func(_ context.Context, event []byte) error { s.invoked = append(s.invoked, string(event)); return nil },
	}
}

func work(number int64) string {
	body, err := queue.Work{Partner: "acme", Feed: "x", Bucket: "b"}.Of(number, 1, fmt.Sprintf("%d/a.csv", number), "v").Encode()
	if err != nil {
		panic(err)
	}
	return body
}

func numbers(letters []Letter) []int64 {
	var all []int64
	for _, l := range letters {
		all = append(all, value(l.Number))
	}
	return all
}

func redrive(t *testing.T, s *sending, function string, b *box) []Letter {
	t.Helper()
	moved, err := s.operator().Redrive(context.Background(), function, b)
	if err != nil {
		t.Fatal(err)
	}
	return moved
}

func TestWorkGoesBackInFeedOrderAndIsDeletedAfterItWasSent(t *testing.T) {
	var s sending
	b := newBox(work(12), work(2), work(7))
	b.onDelete = func(m Message) error {
		if last, _ := s.queue.Sent[len(s.queue.Sent)-1].Encode(); last != m.Body {
			t.Errorf("%s is deleted before it was sent", m.Body)
		}
		return nil
	}
	if moved := redrive(t, &s, "processor", b); !slices.Equal(numbers(moved), []int64{2, 7, 12}) {
		t.Errorf("moved %v", numbers(moved))
	}
	if len(b.deleted) != 3 || len(b.waiting)+len(b.held) != 0 {
		t.Errorf("%+v", b)
	}
}

func TestWhatStaysDoesNotKeepWhatIsBehindIt(t *testing.T) {
	var s sending
	bodies := []string{"poison"}
	for n := range int64(25) {
		bodies = append(bodies, work(n+1))
	}
	b := newBox(bodies...)
	if moved := redrive(t, &s, "processor", b); len(moved) != 25 || !slices.IsSorted(numbers(moved)) {
		t.Errorf("moved %v", numbers(moved))
	}
	if len(b.waiting) != 1 || b.waiting[0].Body != "poison" || len(b.held) > 0 {
		t.Errorf("%+v", b)
	}
}

func TestWhatFailsAgainMeanwhileStays(t *testing.T) {
	var s sending
	b := newBox(work(1))
	b.onDelete = func(m Message) error {
		b.waiting = append(b.waiting, Message{ID: "again", Receipt: "again", Body: m.Body})
		return nil
	}
	if moved := redrive(t, &s, "processor", b); len(moved) != 1 || len(b.waiting) != 1 {
		t.Errorf("moved %v, %d wait", numbers(moved), len(b.waiting))
	}
}

func TestWhoeverIsToldToEndLetsGoOfWhatItHasNotMoved(t *testing.T) {
	var s sending
	b := newBox(work(3), work(1), work(2))
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	b.onDelete = func(Message) error {
		if len(b.deleted) == 1 {
			cancel()
		}
		return ctx.Err()
	}
	if _, err := s.operator().Redrive(ctx, "processor", b); !errors.Is(err, context.Canceled) {
		t.Errorf("it ends with %v", err)
	}
	if len(b.held) > 0 || len(b.waiting) != 2 {
		t.Errorf("%+v", b)
	}
}

func TestWhoeverLooksLeavesEverythingWhereItIs(t *testing.T) {
	var s sending
	b := newBox(work(3), work(1), work(2))
	for range 2 {
		seen, count, err := s.operator().Look(context.Background(), "processor", b)
		if err != nil || !slices.Equal(numbers(seen), []int64{1, 2, 3}) || count != 3 || len(b.held) > 0 {
			t.Errorf("seen %v of %d, %v", numbers(seen), count, err)
		}
	}
}

func TestWhatIsNoWorkStays(t *testing.T) {
	for _, body := range []string{
		"poison", "[1]", `{"partner": "acme"}`, "null", "7", strings.Repeat("[", 100_000),
		strings.Replace(work(7), `"number":7`, `"number":"x"`, 1), strings.Replace(work(7), `"number":7`, `"number":null`, 1),
		strings.Replace(work(7), `"number":7`, `"number":1e999`, 1), strings.Replace(work(7), "acme", `\ud800`, 1),
		strings.Replace(work(7), "acme", "a b", 1), strings.Replace(work(7), `"acme"`, `"acme/x"`, 1),
	} {
		var s sending
		b := newBox(body)
		if moved := redrive(t, &s, "aggregator", b); len(moved) > 0 || len(s.queue.Sent) > 0 || len(b.waiting) != 1 {
			t.Errorf("%.70s is moved", body)
		}
	}
}

func failure(payload string) string { return `{"detail":{"requestPayload":` + payload + `}}` }

func TestWhatIsNoEventOfTheBucketStays(t *testing.T) {
	bodies := []string{`"x"`, `["x"]`, `{"detail":"x"}`, failure(`"x"`), failure(`{"Event":"s3:TestEvent"}`)}
	for _, records := range []string{`"x"`, `{}`, `[]`, `[7]`, `[{}]`, `[{"s3":{"object":{"key":7}}}]`} {
		bodies = append(bodies, failure(`{"Records":`+records+`}`))
	}
	for _, body := range bodies {
		var s sending
		if moved := redrive(t, &s, "validator", newBox(body)); len(moved) > 0 || len(s.invoked) > 0 {
			t.Errorf("%s is moved", body)
		}
	}
}

func TestAnyKeyThatTheBucketToldOfIsTakenUpAgain(t *testing.T) {
	for _, c := range []struct {
		key, feed string
		number    int64
		file      string
	}{
		{"uploads/acme/x/0007/a.csv", "acme/x", 7, "0007/a.csv"},
		{"uploads/acme/x/7.csv", "acme/x", 0, "7.csv"},
		{"uploads/acme/x/7/a+b%C3%A9.csv", "acme/x", 7, "7/a bé.csv"},
		{"uploads/acme/x/7/a.exe", "acme/x", 0, "7/a.exe"},
		{"uploads/stray.csv", "", 0, "uploads/stray.csv"},
	} {
		event, err := json.Marshal(map[string]any{"Records": []any{map[string]any{
			"s3": map[string]any{"bucket": map[string]string{"name": "b"}, "object": map[string]string{"key": c.key}},
		}}})
		if err != nil {
			t.Fatal(err)
		}
		var s sending
		moved := redrive(t, &s, "validator", newBox(failure(string(event))))
		if len(moved) != 1 || value(moved[0].Feed) != c.feed || value(moved[0].Number) != c.number || value(moved[0].File) != c.file {
			t.Errorf("%s is read as %+v", c.key, moved)
		}
		if !slices.Equal(s.invoked, []string{string(event)}) {
			t.Errorf("the validator is invoked with %v", s.invoked)
		}
	}
}

func TestAFailedQuestionAboutAStatusIsShownAndStays(t *testing.T) {
	var s sending
	b := newBox(failure(`{"path":"/status/acme/x"}`))
	seen, _, err := s.operator().Look(context.Background(), "status", b)
	if err != nil || len(seen) != 1 || seen[0].Redrivable {
		t.Errorf("%+v, %v", seen, err)
	}
	if moved := redrive(t, &s, "status", b); len(moved) > 0 {
		t.Errorf("%+v", moved)
	}
}
