package processor

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"testing"
	"testing/iotest"

	"github.com/parquet-go/parquet-go"

	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/objects"
	"market-data-pipeline/handlers/internal/queue"
	"market-data-pipeline/handlers/internal/summary"
)

const file = `timestamp,symbol,price,size
2013-10-07T13:30:00Z,IBM,181.52,100
2013-10-07T13:30:59.5Z,IBM,181.5,1
2013-10-08T13:30:00Z,CL,-48.1,2
`

var work = queue.Work{Partner: "acme", Feed: "f", Bucket: "b"}.Of(7, 2, "7/x.csv", "v1")

func TestAFileBecomesItsBarsAndItsSummary(t *testing.T) {
	bucket := objects.NewMemory()
	bucket.Put(work.Key, "v1", []byte(file))
	outcome, err := Processor{Bucket: bucket}.Do(context.Background(), work)
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
		outcome, err := Processor{Bucket: bucket}.Do(context.Background(), work)
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
		if _, err := (Processor{Bucket: bucket}).Do(context.Background(), work); err == nil {
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
		if _, err := (Processor{Bucket: bucket}).Do(context.Background(), work); !errors.Is(err, errBroken) {
			t.Errorf("got %v", err)
		}
		if _, _, err := bucket.Read(context.Background(), objects.SummaryKey("acme/f", 7, 2)); !errors.Is(err, objects.ErrMissing) {
			t.Errorf("its summary is there (%v)", err)
		}
	}
}
