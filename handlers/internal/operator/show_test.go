package operator

import (
	"context"
	"testing"
	"time"

	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/store"
)

func TestTheFeedNamesTheMessageTheAttemptAndWhenItIsTriedAgain(t *testing.T) {
	ctx, table := context.Background(), store.NewMemory()
	ledger := feed.NewLedger(table)
	const id = "acme/us-equities"
	tx := store.Begin(table)
	head, err := store.Load[feed.Feed](ctx, tx, feed.Key(id))
	if err != nil {
		t.Fatal(err)
	}
	head.Highest = 1
	number, err := store.Load[feed.Number](ctx, tx, feed.NumberKey(id, 1))
	if err != nil {
		t.Fatal(err)
	}
	number.Number, number.Revision, number.Aggregator = 1, 1, 1
	if err := tx.Commit(ctx); err != nil {
		t.Fatal(err)
	}
	for _, stage := range []feed.Stage{feed.Processor, feed.Aggregator} { // which is done with it
		turn := feed.Turn{Stage: stage, Feed: id, Ticket: feed.Ticket{Number: 1, Revision: 1}, Attempt: 2}
		if err := ledger.RecordAttempt(ctx, turn, "m-"+string(stage), time.Unix(1_700_000_000, 0), "why"); err != nil {
			t.Fatal(err)
		}
	}
	shown, err := Operator{Ledger: ledger}.Show(ctx, id)
	if err != nil || len(shown.Attempts) != 1 {
		t.Fatalf("shown is %+v, %v", shown, err)
	}
	if a := shown.Attempts[0]; a.Stage != feed.Processor || a.Message != "m-processor" || a.Attempt != 2 || a.DueAt != "2023-11-14T22:13:20.000Z" || a.Reason != "why" {
		t.Errorf("shown is %+v", a)
	}
}
