package processor

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/parquet-go/parquet-go"

	"market-data-pipeline/handlers/internal/declaration"
	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/objects"
	"market-data-pipeline/handlers/internal/queue"
	"market-data-pipeline/handlers/internal/store"
	"market-data-pipeline/handlers/internal/summary"
	"market-data-pipeline/handlers/internal/upload"
)

const file = `timestamp,symbol,price,size
2013-10-07T13:30:00Z,IBM,181.52,100
2013-10-07T13:30:59.5Z,IBM,181.5,1
2013-10-08T13:30:00Z,CL,-48.1,2
`

func newProcessor(bucket objects.Bucket) Processor {
	table := store.NewMemory()
	return Processor{Bucket: bucket, Ledger: feed.NewLedger(table), Formats: &declaration.Shelf{Store: table}}
}

var work = queue.Work{Partner: "acme", Feed: "f", Bucket: "b"}.Of(7, 2, "7/x.csv", "v1")

func TestAFileBecomesItsBarsAndItsSummary(t *testing.T) {
	bucket := objects.NewMemory()
	bucket.Put(work.Key, "v1", []byte(file))
	outcome, err := newProcessor(bucket).Do(context.Background(), work)
	if err != nil {
		t.Fatal(err)
	}
	const folder = "results/acme/f/000000000000000007/000002/"
	if outcome.Status != feed.Processed || outcome.Results.Bars != folder+"bars.parquet" || !slices.Equal(outcome.Results.Days, []string{"2013-10-07", "2013-10-08"}) {
		t.Errorf("outcome %+v", outcome)
	}
	body, _, err := bucket.Read(context.Background(), folder+"bars.parquet")
	if err != nil {
		t.Fatal(err)
	}
	type bar struct {
		Symbol string `parquet:"symbol"`
		Trades int64  `parquet:"trades"`
	}
	rows, err := parquet.Read[bar](bytes.NewReader(body), int64(len(body)))
	if err != nil || len(rows) != 2 || rows[0].Symbol != "IBM" || rows[0].Trades != 2 {
		t.Errorf("bars %+v, %v", rows, err)
	}
	body, _, err = bucket.Read(context.Background(), folder+"summary.json")
	if err != nil {
		t.Fatal(err)
	}
	var s summary.File
	if err := json.Unmarshal(body, &s); err != nil {
		t.Fatal(err)
	}
	if s.Partner != "acme" || s.Feed != "f" || s.File != "7/x.csv" || s.Number != 7 || s.Revision != 2 || s.VersionID != "v1" || s.Rows != 3 || len(s.ContentHash) != 64 || len(s.Days) != 2 {
		t.Errorf("summary %s", body)
	}
}

func TestARepeatWritesTheSameBytes(t *testing.T) {
	bucket := objects.NewMemory()
	bucket.Put(work.Key, "v1", []byte(file))
	var written [2][]byte
	for i := range written {
		outcome, err := newProcessor(bucket).Do(context.Background(), work)
		if err != nil {
			t.Fatal(err)
		}
		if written[i], _, err = bucket.Read(context.Background(), outcome.Results.Bars); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(written[0], written[1]) {
		t.Error("the bars differ")
	}
}

func TestNothingIsWrittenOfAFileThatIsMissingOrInvalid(t *testing.T) {
	for name, body := range map[string]string{"missing": "", "invalid": "timestamp,symbol,price,size\nx\n"} {
		bucket := objects.NewMemory()
		if body != "" {
			bucket.Put(work.Key, "v1", []byte(body))
		}
		if _, err := newProcessor(bucket).Do(context.Background(), work); err == nil {
			t.Errorf("%s: no error", name)
		}
		for _, key := range []string{objects.BarsKey("acme/f", 7, 2), objects.SummaryKey("acme/f", 7, 2)} {
			if _, _, err := bucket.Read(context.Background(), key); !errors.Is(err, objects.ErrMissing) {
				t.Errorf("%s: %s is there (%v)", name, key, err)
			}
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

func (b breaking) Write(ctx context.Context, key, mediaType string, body []byte) error {
	if !b.stream {
		return errBroken
	}
	return b.Memory.Write(ctx, key, mediaType, body)
}

func TestAStreamThatBreaksOffIsNotTakenForTheWholeFile(t *testing.T) {
	for _, stream := range []bool{true, false} {
		bucket := breaking{objects.NewMemory(), stream}
		bucket.Put(work.Key, "v1", []byte(file))
		if _, err := newProcessor(bucket).Do(context.Background(), work); !errors.Is(err, errBroken) {
			t.Errorf("got %v", err)
		}
		if _, _, err := bucket.Read(context.Background(), objects.SummaryKey("acme/f", 7, 2)); !errors.Is(err, objects.ErrMissing) {
			t.Errorf("its summary is there (%v)", err)
		}
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
	bucket := objects.NewMemory()
	p := newProcessor(bucket)
	if err := p.Formats.Put(ctx, declared.Format); err != nil {
		t.Fatal(err)
	}
	a := feed.Arrival{File: upload.File{Partner: "acme", Feed: "f", Name: "7/x.csv", Sequence: 7}, VersionID: "v1", Sequencer: "01", Request: "r"}
	receipt, err := p.Ledger.Receive(ctx, a)
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = p.Ledger.Accept(ctx, a, receipt.Turn, feed.Found{
		Rows: 3, Symbols: 1, Reading: feed.Reading{Format: "ticks", Hash: declared.Format.Format.Hash, Day: declared.Day},
	})
	if err != nil {
		t.Fatal(err)
	}
	// 2026-01-05T23:00:00Z is 17:00 in Chicago: the session of the 6th.
	bucket.Put(work.Key, work.VersionID, []byte("1767654000,3,1\n1767653999,2,1\n1767625200,1,1\n"))
	outcome, err := p.Do(ctx, work)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"2026-01-05", "2026-01-06"}; !slices.Equal(outcome.Results.Days, want) {
		t.Errorf("days %v, want %v", outcome.Results.Days, want)
	}
	body, _, err := bucket.Read(ctx, objects.SummaryKey("acme/f", 7, 2))
	if err != nil || !strings.Contains(string(body), `"2026-01-05":{"XBT":{"open":"1","openTime":"2026-01-05T15:00:00Z","high":"2","low":"1","close":"2"`) {
		t.Errorf("%s, %v", body, err)
	}
}

func TestAFormatThatIsGoneIsAnError(t *testing.T) {
	p := newProcessor(objects.NewMemory())
	a := feed.Arrival{File: upload.File{Partner: "acme", Feed: "f", Name: "7/x.csv", Sequence: 7}, VersionID: "v1", Sequencer: "01", Request: "r"}
	receipt, err := p.Ledger.Receive(context.Background(), a)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := p.Ledger.Accept(context.Background(), a, receipt.Turn, feed.Found{Reading: feed.Reading{Hash: "beef"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Do(context.Background(), work); err == nil || !strings.Contains(err.Error(), "the format that read uploads/acme/f/7/x.csv: ") {
		t.Errorf("%v", err)
	}
}
