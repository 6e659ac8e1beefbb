package validator

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"market-data-pipeline/handlers/internal/declaration"
	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/objects"
	"market-data-pipeline/handlers/internal/trades"
)

func TestAFeedMayBeAllowedPricesOfZeroAndBelow(t *testing.T) {
	const negative = "timestamp,symbol,price,size\n2020-04-20T18:00:00Z,CL,-37.63,1\n"
	f := newFixture(t)
	f.send("x.csv", "v1", "01", negative)
	if f.status("x.csv") != feed.Rejected {
		t.Errorf("status %s", f.status("x.csv"))
	}
	feeds, err := declaration.Parse([]byte(`{"feeds": {"` + id + `": {"nonPositivePrices": true}}}`))
	if err != nil {
		t.Fatal(err)
	}
	f.validator.Feeds = feeds
	f.send("x.csv", "v2", "02", negative)
	if f.status("x.csv") != feed.Validated {
		t.Errorf("status %s", f.status("x.csv"))
	}
}

// FuzzHandle: no event whatever makes the validator panic.
func FuzzHandle(f *testing.F) {
	for _, name := range []string{"testdata/put.json", "testdata/test-event.json"} {
		raw, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Add([]byte(`{"Records":[{"s3":{"bucket":{"name":"b"},"object":{"key":"%"}}}]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		_ = newFixture(t).handle("r", raw)
	})
}

// declare gives the fixture's validator a feed of seconds, price and size.
func (f *fixture) declare(order string) {
	f.t.Helper()
	feeds, err := declaration.Parse([]byte(`{"formats": {"ticks": {"title": "t", "source": ["s"], "header": "none", "columns": ["time", "price", "size", "kind"],
		"file-name": {"pattern": "(?P<symbol>[A-Z]+)\\.csv"}, "timestamp": {"column": "time", "epoch": "seconds"}, "symbol": {"file-name": "symbol"},
		"price": {"column": "price"}, "size": {"column": "size"}, "leave-out": [{"column": "kind", "is": ["Q"], "reason": "quote"}], "order": "none"}},
		"feeds": {"` + id + `": {"format": "ticks", "order": "` + order + `", "day": {"zone": "Asia/Tokyo"}}}}`))
	if err != nil {
		f.t.Fatal(err)
	}
	f.validator.Feeds, f.validator.Formats = feeds, &declaration.Shelf{Store: f.store}
}

func TestAFileIsReadAsItsFeedDeclares(t *testing.T) {
	f := newFixture(t)
	f.declare("arrival")
	f.send("XBT.csv", "v1", "01", "1767625200,92000,1,T\n1767625100,,,Q\n1767625000,92001.5,2,T\n")
	version := f.version("XBT.csv", "v1")
	if version.Status != feed.Validated || version.Rows != 3 || version.LeftOut["quote"] != 1 ||
		version.Reading.Format != "ticks" || version.Reading.Day.Zone != "Asia/Tokyo" {
		t.Errorf("%+v", version)
	}
	kept, err := (&declaration.Shelf{Store: f.store}).Get(context.Background(), version.Reading.Hash)
	if err != nil || kept.Hash != version.Reading.Hash {
		t.Errorf("the format is not kept: %v", err)
	}
	f.send("xbt.csv", "v1", "01", "1767625200,92000,1,T\n")
	if f.status("xbt.csv") != feed.Rejected {
		t.Errorf("status %s of a file whose name does not tell its symbol", f.status("xbt.csv"))
	}
}

func TestAFeedIsOfTheOrderItDeclares(t *testing.T) {
	f := newFixture(t)
	f.declare("sequence")
	f.send("XBT.csv", "v1", "01", "1767625200,92000,1,T\n")
	f.send("1/XBT.csv", "v1", "01", "1767625200,92000,1,T\n")
	if f.status("XBT.csv") != feed.Rejected || f.status("1/XBT.csv") != feed.Validated {
		t.Errorf("by arrival %s, by sequence %s", f.status("XBT.csv"), f.status("1/XBT.csv"))
	}
}

// slow has another file of the feed accepted while it is read.
type slow struct {
	objects.Bucket
	meanwhile func()
}

func (s slow) Open(ctx context.Context, key, versionID string) (io.ReadCloser, error) {
	s.meanwhile()
	return s.Bucket.Open(ctx, key, versionID)
}

func TestAFileThatTheFeedTurnsOutNotToBeOfIsRejectedThoughItIsValid(t *testing.T) {
	f := newFixture(t)
	f.validator.Bucket = func(string) objects.Bucket {
		return slow{f.bucket, func() {
			f.validator.Bucket = func(string) objects.Bucket { return f.bucket }
			f.send("x.csv", "v2", "01", good)
		}}
	}
	f.send("7/y.csv", "v1", "01", good)
	if reason := f.reason("7/y.csv", "v1"); f.status("7/y.csv") != feed.Rejected || !strings.Contains(reason, "into no folder") {
		t.Errorf("it is %s: %s", f.status("7/y.csv"), reason)
	}
	f.wantSent(1)
}

func TestTheStatusTellsTheFirstFaultsAndTheReportMore(t *testing.T) {
	f := newFixture(t)
	var rows strings.Builder
	rows.WriteString("timestamp,symbol,price,size\n")
	for i := range 30 {
		fmt.Fprintf(&rows, "2013-10-07T13:30:00Z,IBM,%s%d,100\n", strings.Repeat("ä", 60), i)
	}
	f.send("x.csv", "v1", "01", rows.String())
	version := f.version("x.csv", "v1")
	if version.Rejects == nil || version.Rejects.Count != 30 || len(version.Rejects.First) != faultsInStatus {
		t.Fatalf("%+v", version.Rejects)
	}
	if count := version.Rejects.ByReason[string(trades.NumberSyntax)]; count != 30 {
		t.Errorf("%v", version.Rejects.ByReason)
	}
	want := feed.Fault{Line: 2, Column: "price", Value: strings.Repeat("ä", 40), Reason: string(trades.NumberSyntax), Remedy: "write a number such as 181.52"}
	if version.Rejects.First[0] != want {
		t.Errorf("%+v", version.Rejects.First[0])
	}
	report, _, err := f.bucket.Read(context.Background(), version.Rejects.Key)
	if err != nil || strings.Count(string(report), "\n") != 31 {
		t.Errorf("%d lines (%v)", strings.Count(string(report), "\n"), err)
	}
}

func TestOfManyReasonsTheStatusCountsTheMostFrequent(t *testing.T) {
	rejects := &trades.Rejects{ByReason: map[trades.Reason]int64{}}
	for i := range 100 {
		rejects.ByReason[trades.Reason(fmt.Sprint(i))] = int64(i + 1)
	}
	told := inline(rejects, "rejects/x.jsonl").ByReason
	if len(told) != reasonsInStatus || told["99"] != 100 || told["50"] != 51 {
		t.Errorf("%v", told)
	}
}
