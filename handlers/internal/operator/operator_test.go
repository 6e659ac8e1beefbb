package operator

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/queue"
	"market-data-pipeline/handlers/internal/store"
	"market-data-pipeline/handlers/internal/upload"
	"market-data-pipeline/handlers/internal/validator"
)

const id = "acme/x"

// world is a feed and an operator of it.
type world struct {
	t *testing.T
	sending
	Operator
	ended     []feed.Wait
	withdrawn []queue.Work
}

func newWorld(t *testing.T) *world {
	w := &world{t: t}
	w.Operator = w.sending.operator()
	w.Bucket = "uploads-bucket-dev"
	w.Ledger = feed.Ledger{
		Store: store.NewMemory(), Now: func() time.Time { return time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC) },
		Pause: func(context.Context, int) error { return nil },
	}
	w.Uncount = func(_ context.Context, waits []feed.Wait) error { w.ended = append(w.ended, waits...); return nil }
	w.Withdraw = func(_ context.Context, work queue.Work) error { w.withdrawn = append(w.withdrawn, work); return nil }
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// accept takes a valid file in, and gives the validator's turn at it.
func (w *world) accept(name, version string) feed.Turn {
	w.t.Helper()
	file, err := upload.New("acme", "x", name)
	w.must(err)
	a := feed.Arrival{File: file, VersionID: version, Sequencer: "0A", Request: version}
	receipt, err := w.Ledger.Receive(context.Background(), a)
	w.must(err)
	turn := receipt.Turn
	acceptance, err := w.Ledger.Accept(context.Background(), a, turn, feed.Found{})
	w.must(err)
	turn.Ticket = acceptance.Ticket
	return turn
}

// park has a stage find a ticket too early.
func (w *world) park(turn feed.Turn, stage feed.Stage) {
	w.t.Helper()
	turn.Stage = stage
	if got, err := w.Ledger.Admit(context.Background(), turn); err != nil || got != feed.Park {
		w.t.Fatalf("%+v is answered with %v, %v", turn, got, err)
	}
}

var note = feed.Note{By: "tester", Reason: "never sent"}

func TestASkipWakesWhatWaitsBehindItAtEachStage(t *testing.T) {
	w := newWorld(t)
	behind, dropped := w.accept("3/größe 1+1.csv", "v3"), w.accept("2/x.csv", "v2")
	w.park(dropped, feed.Processor)
	for _, stage := range feed.Stages {
		w.park(behind, stage)
	}
	woken, err := w.Skip(context.Background(), id, feed.Interval{From: 1, Through: 2}, note)
	w.must(err)
	var stages []feed.Stage
	for _, sent := range woken {
		if stages = append(stages, sent.Stage); sent.File != "3/größe 1+1.csv" {
			t.Errorf("%+v is woken", sent)
		}
	}
	if !slices.Equal(stages, feed.Stages) {
		t.Errorf("woken are %v", stages)
	}
	for _, work := range w.queue.Sent {
		if work.Number != 3 || work.Bucket != "uploads-bucket-dev" || work.VersionID != "v3" || work.Key != "uploads/acme/x/3/größe 1+1.csv" {
			t.Errorf("sent is %+v", work)
		}
	}
	if len(w.queue.Sent) != 2 || w.queue.Causes[0] == w.queue.Causes[1] {
		t.Errorf("sent are %+v on account of %v", w.queue.Sent, w.queue.Causes)
	}
	records, err := validator.Decode(json.RawMessage(w.invoked[0]))
	w.must(err)
	if s3 := records[0].S3; len(w.invoked) != 1 || s3.Bucket.Name != "uploads-bucket-dev" || s3.Object.URLDecodedKey != "uploads/acme/x/3/größe 1+1.csv" ||
		s3.Object.VersionID != "v3" || s3.Object.Sequencer != "0A" {
		t.Errorf("the validator is told of %v", w.invoked)
	}
	if len(w.withdrawn) != 1 || w.withdrawn[0].Number != 2 || w.withdrawn[0].File != "2/x.csv" {
		t.Errorf("withdrawn is %+v", w.withdrawn)
	}
	if len(w.ended) != 1 || w.ended[0].Stage != feed.Processor {
		t.Errorf("the waits that end are %v", w.ended)
	}
}

func TestARetryIsSentAsOftenAsItIsAskedFor(t *testing.T) {
	w := newWorld(t)
	turn := w.accept("1/x.csv", "v1")
	w.must(w.Ledger.Complete(context.Background(), turn, feed.Outcome{Status: feed.Validated}))
	for range 2 {
		sent, err := w.Retry(context.Background(), id, 1, note)
		w.must(err)
		if sent != (Sent{feed.Processor, "1/x.csv"}) {
			t.Errorf("it is sent to %+v", sent)
		}
	}
	if len(w.queue.Sent) != 2 {
		t.Errorf("sent are %+v", w.queue.Sent)
	}
}

func TestEveryCommandIsAnsweredAsTheCommandLineReadsIt(t *testing.T) {
	w := newWorld(t)
	w.park(w.accept("3/x.csv", "v3"), feed.Validator)
	for _, c := range []struct {
		request Request
		want    string
	}{
		{Request{Command: "retry", Feed: id, Number: 3, By: "me", Reason: "lost"}, `{"stage":"validator","file":"3/x.csv"}`},
		{Request{Command: "show", Feed: id}, `{"kind":"sequenced","highest":3,"cursors":{"validator":0,"processor":0,"aggregator":0},"unfinished":[],` +
			`"operator":[{"command":"retry","from":3,"through":3,"at":"2026-11-24T08:00:00.000Z","by":"me","reason":"lost"}],` +
			`"numbers":[{"number":3,"file":"3/x.csv","status":"WAITING","parked":["validator"]}],"more":false,"attempts":[]}`},
		{Request{Command: "skip", Feed: id, Number: 1, Through: 2, By: "me", Reason: "gap"}, `{"woken":[{"stage":"validator","file":"3/x.csv"}]}`},
		{Request{Command: "look", Function: "processor"}, `{"seen":[{"function":"processor","messageId":"0","feed":"acme/x","number":7,"file":"7/a.csv","redrivable":true},` +
			`{"function":"processor","messageId":"1","feed":null,"number":null,"file":null,"redrivable":false}],"unseen":0}`},
		{Request{Command: "redrive", Function: "processor"}, `{"moved":[{"function":"processor","messageId":"0","feed":"acme/x","number":7,"file":"7/a.csv","redrivable":true}]}`},
	} {
		answer, err := w.Answer(context.Background(), c.request, newBox(work(7), "poison"))
		w.must(err)
		if c.request.Command == "look" { // what names no feed comes first
			seen := answer.(map[string]any)["seen"].([]Letter)
			slices.Reverse(seen)
		}
		got, err := json.Marshal(answer)
		w.must(err)
		if string(got) != c.want {
			t.Errorf("%s is answered with\n%s, not\n%s", c.request.Command, got, c.want)
		}
	}
	var refusal *feed.Refusal
	if _, err := w.Answer(context.Background(), Request{Command: "retry", Feed: id, Number: 9}, nil); !errors.As(err, &refusal) {
		t.Errorf("what is refused is answered with %v", err)
	}
	if _, err := w.Answer(context.Background(), Request{Command: "delete"}, nil); err == nil {
		t.Error("what is no command is carried out")
	}
}

func TestWhatCannotBeSentIsNotTakenForSent(t *testing.T) {
	w := newWorld(t)
	w.park(w.accept("2/x.csv", "v2"), feed.Validator)
	broken := errors.New("broken")
	w.Invoke = func(context.Context, []byte) error { return broken }
	if _, err := w.Skip(context.Background(), id, feed.Interval{From: 1, Through: 1}, note); !errors.Is(err, broken) {
		t.Errorf("a skip that wakes nothing ends with %v", err)
	}
	if _, err := w.Retry(context.Background(), id, 2, note); !errors.Is(err, broken) {
		t.Errorf("a retry that sends nothing ends with %v", err)
	}
}
