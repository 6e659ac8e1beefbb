package processor

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/parquet-go/parquet-go"

	"market-data-pipeline/handlers/internal/declaration"
	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/objects"
	"market-data-pipeline/handlers/internal/queue"
	"market-data-pipeline/handlers/internal/store"
	"market-data-pipeline/handlers/internal/upload"
)

const id = "acme/f"

// fixture is a processor whose ledger knows of what was accepted.
type fixture struct {
	t         *testing.T
	bucket    *objects.Memory
	ledger    feed.Ledger
	processor Processor
}

func newFixture(t *testing.T) *fixture {
	table := store.NewMemory()
	ledger := feed.Ledger{
		Store: table, Now: func() time.Time { return time.Unix(0, 0) },
		Pause: func(context.Context, int) error { return nil },
	}
	bucket := objects.NewMemory()
	return &fixture{t, bucket, ledger, Processor{Bucket: bucket, Formats: &declaration.Shelf{Store: table}}}
}

// accept is a revision of a number with its trades, such as "07T13:30:00 IBM 10 1".
func (f *fixture) accept(number, revision int64, name string, rows ...string) queue.Work {
	f.t.Helper()
	ctx := context.Background()
	work := queue.Work{Partner: "acme", Feed: "f", Bucket: "b"}.Of(number, revision, name, name+string(rune('0'+revision)))
	body := "timestamp,symbol,price,size\n"
	for _, row := range rows {
		c := strings.Fields(row)
		body += "2013-10-" + c[0] + "Z," + strings.Join(c[1:], ",") + "\n"
	}
	f.bucket.Put(work.Key, work.VersionID, []byte(body))
	tx := store.Begin(f.ledger.Store)
	document, err := store.Load[feed.Number](ctx, tx, feed.NumberKey(id, number))
	if err != nil {
		f.t.Fatal(err)
	}
	document.Ticket = feed.Ticket{Number: number, Revision: revision, File: name, VersionID: work.VersionID}
	document.Kind = feed.ByArrival
	if strings.Contains(name, "/") {
		document.Kind = feed.Sequenced
	}
	version, err := store.Load[feed.File](ctx, tx, feed.FileKey(id, name))
	if err != nil {
		f.t.Fatal(err)
	}
	version.File, version.VersionID = name, work.VersionID
	version.Revision, version.ContentHash = revision, body
	if err := tx.Commit(ctx); err != nil {
		f.t.Fatal(err)
	}
	return work
}

// do processes and completes, and gives the days.
func (f *fixture) do(work queue.Work) []string {
	f.t.Helper()
	outcome, err := f.processor.Do(context.Background(), f.ledger.Session(), work)
	if err != nil || outcome.Status != feed.Processed {
		f.t.Fatalf("%+v, %v", outcome, err)
	}
	f.complete(work)
	return outcome.Results.Days
}

func (f *fixture) complete(work queue.Work) {
	f.t.Helper()
	f.change(work.Number, func(n *feed.Number) { n.Processor = max(n.Processor, work.Revision) })
}

func (f *fixture) change(number int64, change func(*feed.Number)) {
	f.t.Helper()
	tx := store.Begin(f.ledger.Store)
	document, err := store.Load[feed.Number](context.Background(), tx, feed.NumberKey(id, number))
	if err == nil {
		change(document)
		err = tx.Commit(context.Background())
	}
	if err != nil {
		f.t.Fatal(err)
	}
}

// shares are the volume units of every file under a table of the data set.
func (f *fixture) trades(table string) (trades int64) {
	f.t.Helper()
	for _, key := range f.bucket.Keys("data/" + table + "/partner=acme/feed=f/") {
		body, _, err := f.bucket.Read(context.Background(), key)
		if err != nil {
			f.t.Fatal(err)
		}
		rows, err := parquet.Read[struct {
			Trades int64 `parquet:"trades"`
		}](bytes.NewReader(body), int64(len(body)))
		if err != nil {
			f.t.Fatal(err)
		}
		for _, row := range rows {
			trades += row.Trades
		}
	}
	return trades
}

func (f *fixture) want(trades int64) {
	f.t.Helper()
	for _, table := range []string{"bars", "days"} {
		if got := f.trades(table); got != trades {
			f.t.Errorf("%s have %d trades, want %d", table, got, trades)
		}
	}
}

func TestAFileBecomesBarsAndADayPerTradingDay(t *testing.T) {
	f := newFixture(t)
	days := f.do(f.accept(7, 1, "7/x.csv", "07T13:30:00 IBM 181.52 100", "07T13:30:59.5 IBM 181.5 1", "08T13:30:00 CL 48.1 2"))
	if !slices.Equal(days, []string{"2013-10-07", "2013-10-08"}) {
		t.Errorf("days %v", days)
	}
	want := []string{
		"data/bars/partner=acme/feed=f/date=2013-10-07/000000000000000007.parquet",
		"data/bars/partner=acme/feed=f/date=2013-10-08/000000000000000007.parquet",
		"data/days/partner=acme/feed=f/date=2013-10-07/000000000000000007.parquet",
		"data/days/partner=acme/feed=f/date=2013-10-08/000000000000000007.parquet",
	}
	if keys := f.bucket.Keys(""); !slices.Equal(keys, want) {
		t.Errorf("objects %q", keys)
	}
	f.want(3)
}

func TestARepeatChangesNothing(t *testing.T) {
	f := newFixture(t)
	work := f.accept(1, 1, "1/x.csv", "07T13:30:00 IBM 10 1")
	f.do(work)
	f.do(work)
	f.want(1)
}

func TestACorrectionReplacesWhatWasThereAndLeavesNothingOnDaysThatItHasLeft(t *testing.T) {
	f := newFixture(t)
	f.do(f.accept(1, 1, "1/x.csv", "07T13:30:00 IBM 10 1", "08T13:30:00 IBM 10 1"))
	f.do(f.accept(1, 2, "1/x.csv", "08T13:30:00 IBM 10 1", "08T13:30:01 IBM 10 1", "09T13:30:00 IBM 10 1"))
	f.want(3)
	f.do(f.accept(1, 3, "1/x.csv"))
	f.want(0)
	f.do(f.accept(1, 4, "1/x.csv", "07T13:30:00 IBM 10 1"))
	f.want(1)
}

func TestARevisionThatIsLatePutsNothingBack(t *testing.T) {
	f := newFixture(t)
	late := f.accept(1, 1, "1/x.csv", "07T13:30:00 IBM 10 1", "08T13:30:00 IBM 10 1")
	newer := f.accept(1, 2, "1/x.csv", "08T13:30:00 IBM 10 1")
	slow := f.processor
	slow.Bucket = &interrupted{Memory: f.bucket, before: "data/bars/partner=acme/feed=f/date=2013-10-07", act: func() { f.do(newer) }}
	if _, err := slow.Do(context.Background(), f.ledger.Session(), late); err == nil {
		t.Error("no error")
	}
	f.want(1)
	if _, err := f.processor.Do(context.Background(), f.ledger.Session(), late); !errors.Is(err, feed.ErrReplaced) {
		t.Errorf("got %v", err)
	}
}

// interrupted is a bucket in which something happens before an object is completed.
type interrupted struct {
	*objects.Memory
	before string
	act    func()
}

func (b *interrupted) Create(ctx context.Context, key, mediaType string, metadata map[string]string) objects.Upload {
	upload := b.Memory.Create(ctx, key, mediaType, metadata)
	if !strings.HasPrefix(key, b.before) {
		return upload
	}
	return hooked{upload, b.act}
}

type hooked struct {
	objects.Upload
	act func()
}

func (h hooked) Complete(etag string) error {
	h.act()
	return h.Upload.Complete(etag)
}

func TestASkippedNumberIsWithdrawnForGood(t *testing.T) {
	f := newFixture(t)
	work := f.accept(1, 1, "1/x.csv", "07T13:30:00 IBM 10 1", "08T13:30:00 IBM 10 1")
	f.do(work)
	f.change(1, func(n *feed.Number) {
		n.Revision = 2
		for _, stage := range feed.Stages {
			*n.At(stage) = 2
		}
	})
	skip := work
	skip.Revision = 2
	for range 2 {
		if err := f.processor.Withdraw(context.Background(), f.ledger, skip); err != nil {
			t.Fatal(err)
		}
		f.want(0)
	}
	if _, err := f.processor.Do(context.Background(), f.ledger.Session(), work); !errors.Is(err, feed.ErrReplaced) {
		t.Errorf("got %v", err)
	}
	f.do(f.accept(1, 3, "1/x.csv", "07T13:30:00 IBM 10 1"))
	f.want(1)
}

func TestTheSameContentUnderTwoNamesCountsOnceByArrivalAndTwiceInSequence(t *testing.T) {
	for want, names := range map[int64][2]string{1: {"x.csv", "y.csv"}, 2: {"1/x.csv", "2/x.csv"}} {
		f := newFixture(t)
		f.do(f.accept(1, 1, names[0], "07T13:30:00 IBM 10 1"))
		f.do(f.accept(2, 1, names[1], "07T13:30:00 IBM 10 1"))
		f.want(want)
	}
}

func TestACorrectionDecidesWhichOfTheSameFilesCountFromThenOn(t *testing.T) {
	const same = "07T13:30:00 IBM 10 1"
	f := newFixture(t)
	f.do(f.accept(1, 1, "x.csv", same))
	f.do(f.accept(2, 1, "y.csv", same))
	f.do(f.accept(3, 1, "z.csv", same))
	f.do(f.accept(1, 2, "x.csv", "07T13:30:00 IBM 11 1"))
	f.again(1, feed.Ticket{Number: 2, Revision: 2, File: "y.csv", VersionID: "y.csv1"})
	f.want(2)
	f.do(f.accept(1, 3, "x.csv", same))
	f.again(1, feed.Ticket{Number: 2, Revision: 3, File: "y.csv", VersionID: "y.csv1"})
	f.want(1)
	f.do(f.accept(2, 4, "y.csv", "07T13:30:00 IBM 12 1")) // one that does not count
	f.again(2)
	f.want(2)
}

// again processes what a number names to be processed again.
func (f *fixture) again(number int64, want ...feed.Ticket) {
	f.t.Helper()
	got, err := f.ledger.Again(context.Background(), id, number)
	if err != nil || !slices.Equal(got, want) {
		f.t.Fatalf("again: %+v, %v, want %+v", got, err, want)
	}
	for _, ticket := range got {
		f.do(queue.Work{Partner: "acme", Feed: "f", Bucket: "b"}.Of(ticket.Number, ticket.Revision, ticket.File, ticket.VersionID))
	}
}

func TestNothingIsWrittenOfAFileThatIsMissingOrInvalid(t *testing.T) {
	for _, body := range []string{"", "timestamp,symbol,price,size\nx\n"} {
		f := newFixture(t)
		work := f.accept(1, 1, "1/x.csv")
		f.bucket.Remove(work.Key, work.VersionID)
		if body != "" {
			f.bucket.Put(work.Key, work.VersionID, []byte(body))
		}
		if _, err := f.processor.Do(context.Background(), f.ledger.Session(), work); err == nil {
			t.Errorf("%q: no error", body)
		}
		if keys := f.bucket.Keys(""); len(keys) > 0 {
			t.Errorf("%q: objects %q", body, keys)
		}
	}
}

// breaking is a bucket in which a stream breaks off, or what is written is refused.
type breaking struct {
	*objects.Memory
	stream bool
}

var errBroken = errors.New("broken")

func (b breaking) Open(ctx context.Context, key, versionID string) (io.ReadCloser, error) {
	body, err := b.Memory.Open(ctx, key, versionID)
	if err != nil || !b.stream {
		return body, err
	}
	return io.NopCloser(io.MultiReader(io.LimitReader(body, 66), iotest.ErrReader(errBroken))), nil
}

func (b breaking) Create(ctx context.Context, key, mediaType string, metadata map[string]string) objects.Upload {
	return refused{b.Memory.Create(ctx, key, mediaType, metadata)}
}

type refused struct{ objects.Upload }

func (refused) Complete(string) error { return errBroken }

func TestAStreamThatBreaksOffIsNotTakenForTheWholeFile(t *testing.T) {
	for _, stream := range []bool{true, false} {
		f := newFixture(t)
		work := f.accept(1, 1, "1/x.csv", "07T13:30:00 IBM 10 1", "07T13:31:00 IBM 10 1")
		broken := f.processor
		broken.Bucket = breaking{f.bucket, stream}
		if _, err := broken.Do(context.Background(), f.ledger.Session(), work); !errors.Is(err, errBroken) {
			t.Errorf("got %v", err)
		}
		if keys := f.bucket.Keys(""); len(keys) > 0 {
			t.Errorf("objects %q", keys)
		}
	}
}

func TestAnObjectOfAnUnknownRevisionIsNotReplaced(t *testing.T) {
	f := newFixture(t)
	key := objects.DaysKey(id, "2013-10-07", 1)
	if err := f.bucket.Write(context.Background(), key, objects.JSON, nil); err != nil {
		t.Fatal(err)
	}
	work := f.accept(1, 2, "1/x.csv", "07T13:30:00 IBM 10 1")
	if _, err := f.processor.Do(context.Background(), f.ledger.Session(), work); err == nil || !strings.Contains(err.Error(), key+" does not say of which revision") {
		t.Errorf("got %v", err)
	}
}

// TestAFileIsReadAsTheValidatorReadIt: by the format of its hash and on the days of
// its feed, whatever is declared now; and its rows may stand in any order.
func TestAFileIsReadAsTheValidatorReadIt(t *testing.T) {
	ctx := context.Background()
	feeds, err := declaration.Parse([]byte(`{"formats": {"ticks": {"title": "t", "source": ["s"], "header": "none", "columns": ["time", "price", "size"],
		"timestamp": {"column": "time", "epoch": "seconds"}, "symbol": {"constant": "XBT"}, "price": {"column": "price"}, "size": {"column": "size"}, "order": "none"}},
		"feeds": {"acme/f": {"format": "ticks", "day": {"zone": "America/Chicago", "begins": "17:00"}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	declared := feeds.Of("acme", "f")
	f := newFixture(t)
	if err := f.processor.Formats.Put(ctx, declared.Format); err != nil {
		t.Fatal(err)
	}
	work := f.receive(feed.Reading{Format: "ticks", Hash: declared.Format.Format.Hash, Day: declared.Day})
	// 2026-01-05T23:00:00Z is 17:00 in Chicago: the session of the 6th.
	f.bucket.Put(work.Key, work.VersionID, []byte("1767654000,3,1\n1767653999,2,1\n1767625200,1,1\n"))
	if days := f.do(work); !slices.Equal(days, []string{"2026-01-05", "2026-01-06"}) {
		t.Errorf("days %v", days)
	}
	body, _, err := f.bucket.Read(ctx, objects.DaysKey(id, "2026-01-05", 7))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := parquet.Read[struct {
		Symbol string `parquet:"symbol"`
		Trades int64  `parquet:"trades"`
		Opened int64  `parquet:"open_time_ns"`
	}](bytes.NewReader(body), int64(len(body)))
	if err != nil || len(rows) != 1 || rows[0].Symbol != "XBT" || rows[0].Trades != 2 || rows[0].Opened != 1767625200_000_000_000 {
		t.Errorf("%+v, %v", rows, err)
	}
}

// receive takes a file's arrival and acceptance through the ledger.
func (f *fixture) receive(reading feed.Reading) queue.Work {
	f.t.Helper()
	a := feed.Arrival{File: upload.File{Partner: "acme", Feed: "f", Name: "7/x.csv", Sequence: 7}, VersionID: "v1", Sequencer: "01", Request: "r"}
	receipt, err := f.ledger.Receive(context.Background(), a)
	if err != nil {
		f.t.Fatal(err)
	}
	if _, err := f.ledger.Accept(context.Background(), a, receipt.Turn, feed.Found{Rows: 3, Symbols: 1, Reading: reading}); err != nil {
		f.t.Fatal(err)
	}
	return queue.Work{Partner: "acme", Feed: "f", Bucket: "b"}.Of(7, 1, "7/x.csv", "v1")
}

func TestAFormatThatIsGoneIsAnError(t *testing.T) {
	f := newFixture(t)
	work := f.receive(feed.Reading{Hash: "beef"})
	if _, err := f.processor.Do(context.Background(), f.ledger.Session(), work); err == nil || !strings.Contains(err.Error(), "the format that read uploads/acme/f/7/x.csv: ") {
		t.Errorf("%v", err)
	}
}
