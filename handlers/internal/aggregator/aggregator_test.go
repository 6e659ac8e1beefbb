package aggregator

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"market-data-pipeline/handlers/internal/decimal"
	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/objects"
	"market-data-pipeline/handlers/internal/processor"
	"market-data-pipeline/handlers/internal/queue"
	"market-data-pipeline/handlers/internal/store"
	"market-data-pipeline/handlers/internal/summary"
)

const id = "acme/f"

// fixture is an aggregator behind a real processor.
type fixture struct {
	t          *testing.T
	bucket     *objects.Memory
	aggregator Aggregator
}

func newFixture(t *testing.T) *fixture {
	ledger := feed.Ledger{
		Store: store.NewMemory(), Now: func() time.Time { return time.Unix(0, 0) },
		Pause: func(context.Context, int) error { return nil },
	}
	bucket := objects.NewMemory()
	return &fixture{t: t, bucket: bucket, aggregator: Aggregator{Bucket: bucket, Ledger: ledger}}
}

// process takes a file through the processor; rows are like "07 13:30 IBM 10 1".
func (f *fixture) process(number, revision int64, name string, rows ...string) queue.Work {
	f.t.Helper()
	work := queue.Work{Partner: "acme", Feed: "f", Bucket: "b"}.Of(number, revision, name, name+string(rune('0'+revision)))
	body := "timestamp,symbol,price,size\n"
	for _, row := range rows {
		c := strings.Fields(row)
		body += "2013-10-" + c[0] + "T" + c[1] + ":00Z," + c[2] + "," + c[3] + "," + c[4] + "\n"
	}
	f.bucket.Put(work.Key, work.VersionID, []byte(body))
	outcome, err := processor.Processor{Bucket: f.bucket, Ledger: f.aggregator.Ledger}.Do(context.Background(), work)
	if err != nil {
		f.t.Fatal(err)
	}
	turn := feed.Turn{Stage: feed.Processor, Feed: id, Attempt: 1, Ticket: feed.Ticket{
		Number: number, Revision: revision, File: name, VersionID: work.VersionID,
	}}
	if err := f.aggregator.Ledger.Complete(context.Background(), turn, outcome); err != nil {
		f.t.Fatal(err)
	}
	return work
}

func (f *fixture) aggregate(work queue.Work) {
	f.t.Helper()
	outcome, err := f.aggregator.Do(context.Background(), work)
	if err != nil || outcome.Status != feed.Aggregated {
		f.t.Fatalf("%+v, %v", outcome, err)
	}
}

func (f *fixture) day(date string) summary.Aggregate {
	f.t.Helper()
	body, _, err := f.bucket.Read(context.Background(), objects.AggregateKey(id, date))
	if err != nil {
		f.t.Fatal(err)
	}
	var day summary.Aggregate
	if err := json.Unmarshal(body, &day); err != nil {
		f.t.Fatal(err)
	}
	return day
}

func (f *fixture) wantTrades(date string, want int64) {
	f.t.Helper()
	got := int64(0)
	if symbol := f.day(date).Symbols["IBM"]; symbol != nil {
		got = symbol.Trades
	}
	if got != want {
		f.t.Errorf("%s has %d trades, want %d", date, got, want)
	}
}

func TestFilesAddUpToTheDay(t *testing.T) {
	f := newFixture(t)
	f.aggregate(f.process(1, 1, "1/x.csv", "07 13:30 IBM 10 1", "07 13:31 IBM 12 1"))
	f.aggregate(f.process(2, 1, "2/x.csv", "07 14:00 IBM 11 2", "08 13:30 IBM 9 1"))
	f.wantTrades("2013-10-07", 3)
	f.wantTrades("2013-10-08", 1)
	day := f.day("2013-10-07")
	if len(day.Files) != 2 || day.Files[1].File != "2/x.csv" || day.Partner != "acme" || day.Feed != "f" || day.Date != "2013-10-07" {
		t.Errorf("%+v", day)
	}
}

func TestARepeatChangesNothing(t *testing.T) {
	f := newFixture(t)
	work := f.process(1, 1, "1/x.csv", "07 13:30 IBM 10 1")
	f.aggregate(work)
	f.aggregate(work)
	f.wantTrades("2013-10-07", 1)
}

func TestACorrectionLeavesTheDaysThatItHasLeft(t *testing.T) {
	f := newFixture(t)
	f.aggregate(f.process(1, 1, "1/x.csv", "07 13:30 IBM 10 1", "08 13:30 IBM 10 1"))
	f.aggregate(f.process(2, 1, "2/x.csv", "07 13:30 IBM 10 1"))
	f.aggregate(f.process(1, 2, "1/x.csv", "08 13:30 IBM 10 1", "09 13:30 IBM 10 1"))
	f.wantTrades("2013-10-07", 1)
	f.wantTrades("2013-10-08", 1)
	f.wantTrades("2013-10-09", 1)
	if files := f.day("2013-10-08").Files; len(files) != 1 || files[0].Revision != 2 {
		t.Errorf("files %+v", files)
	}
}

func TestACorrectionMendsWhatAnUnfinishedOneHasDone(t *testing.T) {
	f := newFixture(t)
	f.process(1, 1, "1/x.csv", "07 13:30 IBM 10 1")
	f.aggregate(f.process(1, 2, "1/x.csv", "08 13:30 IBM 10 1")) // and dies before it is complete
	f.aggregate(f.process(1, 3, "1/x.csv", "09 13:30 IBM 10 1"))
	f.wantTrades("2013-10-08", 0)
	f.wantTrades("2013-10-09", 1)
	if _, _, err := f.bucket.Read(context.Background(), objects.AggregateKey(id, "2013-10-07")); !errors.Is(err, objects.ErrMissing) {
		t.Errorf("a day that nothing was aggregated on: %v", err)
	}
}

func TestASumThatDoesNotFitIsAnErrorAndTheDayStays(t *testing.T) {
	f := newFixture(t)
	const huge = "9000000000 9000000000"
	f.aggregate(f.process(1, 1, "1/x.csv", "07 13:30 IBM "+huge))
	second := f.process(2, 1, "2/x.csv", "07 13:31 IBM "+huge)
	if _, err := f.aggregator.Do(context.Background(), second); !errors.Is(err, decimal.ErrRange) {
		t.Errorf("got %v", err)
	}
	if files := f.day("2013-10-07").Files; len(files) != 1 {
		t.Errorf("files %+v", files)
	}
	f.wantTrades("2013-10-07", 1)
}

func TestACorrectionComesToADayOfItsSuccessor(t *testing.T) {
	f := newFixture(t)
	f.aggregate(f.process(1, 1, "1/x.csv", "07 13:30 IBM 10 1"))
	f.aggregate(f.process(2, 1, "2/x.csv", "08 13:30 IBM 10 1"))
	f.bucket.Archive(objects.SummaryKey(id, 1, 1), true) // what is replaced is not needed any more
	f.aggregate(f.process(1, 2, "1/x.csv", "07 13:30 IBM 10 2", "08 13:30 IBM 10 2"))
	day := f.day("2013-10-08")
	if len(day.Files) != 2 || day.Files[0].Number != 1 {
		t.Errorf("files %+v", day.Files)
	}
	f.wantTrades("2013-10-08", 2)
}

func TestWhatIsNoAggregateOrNoSummaryIsAnErrorAndStays(t *testing.T) {
	f := newFixture(t)
	first := f.process(1, 1, "1/x.csv", "07 13:30 IBM 10 1")
	for _, key := range []string{objects.AggregateKey(id, "2013-10-07"), objects.SummaryKey(id, 1, 1)} {
		if err := f.bucket.Write(context.Background(), key, objects.JSON, []byte("[]")); err != nil {
			t.Fatal(err)
		}
		if _, err := f.aggregator.Do(context.Background(), first); err == nil || !strings.Contains(err.Error(), key+" is no ") {
			t.Errorf("%s: %v", key, err)
		}
		if body, _, err := f.bucket.Read(context.Background(), key); err != nil || string(body) != "[]" {
			t.Errorf("%s is %s now (%v)", key, body, err)
		}
	}
}

func TestAnOlderRevisionDoesNotComeBack(t *testing.T) {
	f := newFixture(t)
	old := f.process(1, 1, "1/x.csv", "07 13:30 IBM 10 1")
	f.aggregate(f.process(1, 2, "1/x.csv", "07 13:30 IBM 10 1", "07 13:31 IBM 10 1"))
	f.aggregate(old)
	f.wantTrades("2013-10-07", 2)
}

func TestTheSameContentUnderTwoNamesCountsOnceByArrivalAndTwiceInSequence(t *testing.T) {
	for want, names := range map[int64][2]string{1: {"x.csv", "y.csv"}, 2: {"1/x.csv", "2/x.csv"}} {
		f := newFixture(t)
		f.aggregate(f.process(1, 1, names[0], "07 13:30 IBM 10 1"))
		f.aggregate(f.process(2, 1, names[1], "07 13:30 IBM 10 1"))
		f.wantTrades("2013-10-07", want)
		if files := f.day("2013-10-07").Files; len(files) != 2 || files[1].Counted != (want == 2) {
			t.Errorf("files %+v", files)
		}
	}
}

func TestACorrectionOfTheFirstOfTwoSameFilesLetsTheSecondCount(t *testing.T) {
	f := newFixture(t)
	f.aggregate(f.process(1, 1, "x.csv", "07 13:30 IBM 10 1"))
	f.aggregate(f.process(2, 1, "y.csv", "07 13:30 IBM 10 1"))
	f.aggregate(f.process(1, 2, "x.csv", "07 13:30 IBM 11 1"))
	f.wantTrades("2013-10-07", 2)
}

func TestAnArchivedObjectIsNamedAndNothingIsLost(t *testing.T) {
	f := newFixture(t)
	f.aggregate(f.process(1, 1, "1/x.csv", "07 13:30 IBM 10 1"))
	f.aggregate(f.process(2, 1, "2/x.csv", "07 13:31 IBM 10 1"))
	f.aggregate(f.process(3, 1, "3/x.csv", "07 13:32 IBM 10 1", "08 13:30 IBM 10 1"))
	f.aggregate(f.process(4, 1, "4/x.csv", "08 13:31 IBM 10 1"))
	correction := f.process(3, 2, "3/x.csv", "07 13:32 IBM 10 5")
	needed := []string{objects.SummaryKey(id, 1, 1), objects.SummaryKey(id, 2, 1), objects.SummaryKey(id, 4, 1)}
	for _, key := range needed {
		f.bucket.Archive(key, true)
	}
	_, err := f.aggregator.Do(context.Background(), correction)
	for _, key := range needed { // all at once: a restore takes hours
		if !isArchived(err) || !strings.Contains(err.Error(), key) {
			t.Fatalf("%s is not in %v", key, err)
		}
	}
	f.wantTrades("2013-10-07", 3)
	for _, key := range needed {
		f.bucket.Archive(key, false)
	}
	f.aggregate(correction)
	f.wantTrades("2013-10-08", 1)
	if volume := f.day("2013-10-07").Symbols["IBM"].Volume.String(); volume != "7" {
		t.Errorf("volume %s", volume)
	}
}

// raced is a bucket in which another writer is faster.
type raced struct {
	*objects.Memory
	races int
	rival func()
}

func (r *raced) Replace(ctx context.Context, key, mediaType string, body []byte, etag string) error {
	if r.races > 0 {
		r.races--
		r.rival()
	}
	return r.Memory.Replace(ctx, key, mediaType, body, etag)
}

func TestADayThatChangedMeanwhileIsFoldedAnew(t *testing.T) {
	f := newFixture(t)
	first := f.process(1, 1, "1/x.csv", "07 13:30 IBM 10 1")
	second := f.process(2, 1, "2/x.csv", "07 13:31 IBM 10 1")
	slow := f.aggregator
	slow.Bucket = &raced{f.bucket, 1, func() { f.aggregate(first) }}
	if _, err := slow.Do(context.Background(), second); err != nil {
		t.Fatal(err)
	}
	f.wantTrades("2013-10-07", 2)
}

func TestADayThatCannotBeReadIsNotOverwritten(t *testing.T) {
	f := newFixture(t)
	f.aggregate(f.process(1, 1, "1/x.csv", "07 13:30 IBM 10 1"))
	second := f.process(2, 1, "2/x.csv", "07 13:31 IBM 10 1")
	blind := f.aggregator
	blind.Bucket = denied{f.bucket}
	if _, err := blind.Do(context.Background(), second); !errors.Is(err, objects.ErrChanged) {
		t.Errorf("got %v", err)
	}
	f.wantTrades("2013-10-07", 1)
}

// denied is a bucket whose aggregates cannot be read.
type denied struct{ *objects.Memory }

func (d denied) Read(ctx context.Context, key string) ([]byte, string, error) {
	if strings.HasPrefix(key, "aggregates/") {
		return nil, "", objects.ErrDenied
	}
	return d.Memory.Read(ctx, key)
}

func TestAFileWithoutItsSummaryIsAnError(t *testing.T) {
	f := newFixture(t)
	work := queue.Work{Partner: "acme", Feed: "f"}.Of(1, 1, "1/x.csv", "v")
	if _, err := f.aggregator.Do(context.Background(), work); !errors.Is(err, objects.ErrMissing) {
		t.Errorf("got %v", err)
	}
}

func TestAnEmptyFileIsAggregatedIntoNoDay(t *testing.T) {
	f := newFixture(t)
	f.aggregate(f.process(1, 1, "1/x.csv"))
	if _, _, err := f.bucket.Read(context.Background(), objects.AggregateKey(id, "2013-10-07")); !errors.Is(err, objects.ErrMissing) {
		t.Errorf("got %v", err)
	}
}
