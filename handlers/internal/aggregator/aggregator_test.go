package aggregator

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"market-data-pipeline/handlers/internal/days"
	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/objects"
	"market-data-pipeline/handlers/internal/processor"
	"market-data-pipeline/handlers/internal/queue"
	"market-data-pipeline/handlers/internal/store"
)

const id = "acme/f"

// fixture is an aggregator behind a real processor.
type fixture struct {
	t          *testing.T
	bucket     *objects.Memory
	ledger     feed.Ledger
	aggregator Aggregator
}

func newFixture(t *testing.T) *fixture {
	ledger := feed.Ledger{
		Store: store.NewMemory(), Now: func() time.Time { return time.Unix(0, 0) },
		Pause: func(context.Context, int) error { return nil },
	}
	bucket := objects.NewMemory()
	return &fixture{t: t, bucket: bucket, ledger: ledger, aggregator: Aggregator{Bucket: bucket, Fanout: 2}}
}

// process takes a file through the processor; rows are like "07 13:30 IBM 10 1".
func (f *fixture) process(number, revision int64, rows ...string) queue.Work {
	f.t.Helper()
	name := string(rune('0'+number)) + "/x.csv"
	work := queue.Work{Partner: "acme", Feed: "f", Bucket: "b"}.Of(number, revision, name, "v"+string(rune('0'+revision)))
	body := "timestamp,symbol,price,size\n"
	for _, row := range rows {
		c := strings.Fields(row)
		body += "2013-10-" + c[0] + "T" + c[1] + ":00Z," + c[2] + "," + c[3] + "," + c[4] + "\n"
	}
	f.bucket.Put(work.Key, work.VersionID, []byte(body))
	outcome, err := processor.Processor{Bucket: f.bucket}.Do(context.Background(), f.ledger.Session(), work)
	if err != nil {
		f.t.Fatal(err)
	}
	f.complete(feed.Processor, work, outcome)
	return work
}

func (f *fixture) complete(stage feed.Stage, work queue.Work, outcome feed.Outcome) {
	f.t.Helper()
	turn := feed.Turn{Stage: stage, Feed: id, Attempt: 1, Ticket: feed.Ticket{
		Number: work.Number, Revision: work.Revision, File: work.File, VersionID: work.VersionID,
	}}
	if err := f.ledger.Complete(context.Background(), turn, outcome); err != nil {
		f.t.Fatal(err)
	}
}

func (f *fixture) aggregate(work queue.Work) {
	f.t.Helper()
	outcome, err := f.aggregator.Do(context.Background(), f.ledger, work)
	if err != nil || outcome.Status != feed.Aggregated {
		f.t.Fatalf("%+v, %v", outcome, err)
	}
	f.complete(feed.Aggregator, work, outcome)
}

func (f *fixture) wantTrades(date string, want int64) {
	f.t.Helper()
	ctx, got := context.Background(), int64(0)
	tree := days.Tree{Bucket: f.bucket, Fanout: 2, Feed: id, Date: date}
	err := f.ledger.ChangeDay(ctx, id, date, func(day *feed.Day) error {
		got = 0
		return tree.Read(ctx, *day, func(r *days.Row) error {
			got += r.Trades
			return nil
		})
	})
	if err != nil || got != want {
		f.t.Errorf("%s has %d trades, want %d (%v)", date, got, want, err)
	}
}

func TestFilesAddUpToTheDay(t *testing.T) {
	f := newFixture(t)
	f.aggregate(f.process(1, 1, "07 13:30 IBM 10 1", "07 13:31 IBM 12 1"))
	f.aggregate(f.process(2, 1, "07 14:00 IBM 11 2", "08 13:30 IBM 9 1"))
	f.wantTrades("2013-10-07", 3)
	f.wantTrades("2013-10-08", 1)
}

func TestARepeatChangesNothing(t *testing.T) {
	f := newFixture(t)
	for number := range int64(5) {
		work := f.process(number+1, 1, "07 13:30 IBM 10 1")
		f.aggregate(work)
		f.aggregate(work)
	}
	f.wantTrades("2013-10-07", 5)
}

func TestACorrectionLeavesTheDaysThatItHasLeft(t *testing.T) {
	f := newFixture(t)
	f.aggregate(f.process(1, 1, "07 13:30 IBM 10 1", "08 13:30 IBM 10 1"))
	f.aggregate(f.process(2, 1, "07 13:30 IBM 10 1"))
	f.aggregate(f.process(3, 1, "07 13:30 IBM 10 1")) // the node of 1 and 2 is there
	f.aggregate(f.process(1, 2, "08 13:30 IBM 10 1", "09 13:30 IBM 10 1"))
	f.wantTrades("2013-10-07", 2)
	f.wantTrades("2013-10-08", 1)
	f.wantTrades("2013-10-09", 1)
}

func TestACorrectionMendsWhatAnUnfinishedOneHasDone(t *testing.T) {
	f := newFixture(t)
	f.process(1, 1, "07 13:30 IBM 10 1")
	if _, err := f.aggregator.Do(context.Background(), f.ledger, f.process(1, 2, "08 13:30 IBM 10 1")); err != nil { // and it dies
		t.Fatal(err)
	}
	f.aggregate(f.process(1, 3, "09 13:30 IBM 10 1"))
	f.wantTrades("2013-10-07", 0)
	f.wantTrades("2013-10-08", 0)
	f.wantTrades("2013-10-09", 1)
}

func TestOnceItIsMendedADayThatWasLeftIsForgotten(t *testing.T) {
	f := newFixture(t)
	f.aggregate(f.process(1, 1, "07 13:30 IBM 10 1"))
	second := f.process(1, 2, "08 13:30 IBM 10 1")
	third := f.process(1, 3, "09 13:30 IBM 10 1")
	f.wantDays("2013-10-07 2013-10-08 2013-10-09")
	f.aggregate(second)
	f.wantDays("2013-10-07 2013-10-08 2013-10-09") // the third is being written
	f.aggregate(third)
	f.wantDays("2013-10-09")
}

func (f *fixture) wantDays(want string) {
	f.t.Helper()
	dates, err := f.ledger.Days(context.Background(), id, 1)
	if got := strings.Join(dates, " "); err != nil || got != want {
		f.t.Errorf("days %s, %v, want %s", got, err, want)
	}
}

func TestWhatIsArchivedOnAnyDayIsNamedAtOnce(t *testing.T) {
	f := newFixture(t)
	for number := range int64(5) {
		f.aggregate(f.process(number+1, 1, "07 13:30 IBM 10 1", "08 13:30 IBM 10 1"))
	}
	correction := f.process(3, 2, "07 13:30 IBM 10 1")
	needed := []string{objects.DaysKey(id, "2013-10-07", 2), objects.DaysKey(id, "2013-10-08", 2)}
	for _, key := range needed {
		f.bucket.Archive(key, true)
	}
	_, err := f.aggregator.Do(context.Background(), f.ledger, correction)
	for _, key := range needed {
		if archived := new(objects.ArchivedError); !errors.As(err, &archived) || !strings.Contains(err.Error(), key) {
			t.Errorf("%s is not in %v", key, err)
		}
		f.bucket.Archive(key, false)
	}
	f.aggregate(correction)
	f.wantTrades("2013-10-07", 5)
	f.wantTrades("2013-10-08", 4)
}

func TestAFileWithoutTradesIsOnNoDay(t *testing.T) {
	f := newFixture(t)
	f.aggregate(f.process(1, 1))
	if keys := f.bucket.Keys(""); len(keys) > 0 {
		t.Errorf("objects %q", keys)
	}
}
