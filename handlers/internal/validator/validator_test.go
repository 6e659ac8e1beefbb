package validator

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"market-data-pipeline/handlers/internal/declaration"
	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/logging"
	"market-data-pipeline/handlers/internal/objects"
	"market-data-pipeline/handlers/internal/queue"
	"market-data-pipeline/handlers/internal/store"
	"market-data-pipeline/handlers/internal/trades"
)

const (
	good = "timestamp,symbol,price,size\n2013-10-07T13:30:00Z,IBM,181.52,100\n"
	bad  = "timestamp,symbol,price,size\n2013-10-07T13:30:00Z,IBM,none,100\n"
	id   = "acme/us-equities"
)

// fixture is a validator with all that it touches.
type fixture struct {
	t         *testing.T
	validator Validator
	store     *store.Memory
	bucket    *objects.Memory
	queue     *queue.Memory
	requests  int
}

func newFixture(t *testing.T) *fixture {
	f := &fixture{t: t, store: store.NewMemory(), bucket: objects.NewMemory(), queue: new(queue.Memory)}
	f.validator = Validator{
		Ledger: feed.Ledger{
			Store: f.store,
			Now:   func() time.Time { return time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC) },
			Pause: func(context.Context, int) error { return nil },
		},
		Bucket:    func(string) objects.Bucket { return f.bucket },
		Processor: f.queue,
	}
	return f
}

func event(key, version, sequencer string) json.RawMessage {
	var record events.S3EventRecord
	record.S3.Bucket.Name = "uploads-bucket-dev"
	record.S3.Object.Key, record.S3.Object.VersionID, record.S3.Object.Sequencer = key, version, sequencer
	raw, err := json.Marshal(events.S3Event{Records: []events.S3EventRecord{record}})
	if err != nil {
		panic(err)
	}
	return raw
}

func (f *fixture) handle(request string, raw json.RawMessage) error {
	ctx := lambdacontext.NewContext(context.Background(), &lambdacontext.LambdaContext{AwsRequestID: request})
	return f.validator.Handle(ctx, raw)
}

// send puts a file and tells the validator.
func (f *fixture) send(name, version, sequencer, body string) {
	f.t.Helper()
	key := "uploads/" + id + "/" + name
	f.bucket.Put(key, version, []byte(body))
	f.requests++
	if err := f.handle(fmt.Sprint("request-", f.requests), event(key, version, sequencer)); err != nil {
		f.t.Fatal(err)
	}
}

func (f *fixture) version(file, versionID string) *feed.Version {
	f.t.Helper()
	version, err := feed.ReadVersion(context.Background(), f.store, id, file, versionID)
	if err != nil {
		f.t.Fatal(err)
	}
	return version
}

func read[T any](f *fixture, key store.Key) *T {
	f.t.Helper()
	item, err := f.store.Get(context.Background(), key)
	if err != nil {
		f.t.Fatal(err)
	}
	document, err := store.Decode[T](item)
	if err != nil {
		f.t.Fatal(err)
	}
	return document
}

func (f *fixture) status(name string) feed.Status {
	return read[feed.File](f, feed.FileKey(id, name)).Status
}

func (f *fixture) reason(name, version string) string {
	history := f.version(name, version).History
	return history[len(history)-1].Reason
}

func (f *fixture) sent() []int64 {
	var numbers []int64
	for _, work := range f.queue.Sent {
		numbers = append(numbers, work.Number)
	}
	return numbers
}

func (f *fixture) wantSent(want ...int64) {
	f.t.Helper()
	got := f.sent()
	if len(got) != len(want) {
		f.t.Fatalf("sent %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			f.t.Fatalf("sent %v, want %v", got, want)
		}
	}
}

func TestANotificationOfS3IsTakenAsItComes(t *testing.T) {
	f := newFixture(t)
	raw, err := os.ReadFile("testdata/put.json")
	if err != nil {
		t.Fatal(err)
	}
	f.bucket.Put("uploads/acme/us-equities/1/my trades+.csv", "v1", []byte(good))
	if err := f.handle("r", raw); err != nil {
		t.Fatal(err)
	}
	want := queue.Work{
		Partner: "acme", Feed: "us-equities", File: "1/my trades+.csv", Number: 1, Revision: 1,
		Bucket: "uploads-bucket-dev", Key: "uploads/acme/us-equities/1/my trades+.csv", VersionID: "v1",
	}
	if len(f.queue.Sent) != 1 || f.queue.Sent[0] != want {
		t.Errorf("sent %+v", f.queue.Sent)
	}
	if version := f.version("1/my trades+.csv", "v1"); version.Rows != 1 || version.Symbols != 1 {
		t.Errorf("recorded %+v", version)
	}
}

func TestTheTestEventOfS3IsNothingToDo(t *testing.T) {
	raw, err := os.ReadFile("testdata/test-event.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := newFixture(t).handle("r", raw); err != nil {
		t.Error(err)
	}
}

func TestWhatIsNoNotificationIsRefused(t *testing.T) {
	for _, raw := range []string{
		`{}`, `[]`, `null`, `"x"`, `{"Records":[{}]}`, `{"detail-type":"Object Created"}`,
		`{"Records":[{"s3":{"bucket":{"name":"b"}}}]}`, `{"Records":[{"s3":{"object":{"key":"x"}}}]}`,
		`{"Records":[{"s3":{"bucket":{"name":"b"},"object":{"key":"%zz"}}}]}`,
	} {
		if err := newFixture(t).handle("r", json.RawMessage(raw)); err == nil || !strings.Contains(err.Error(), "no S3 notification") {
			t.Errorf("%s: %v", raw, err)
		}
	}
}

func TestAnEventWithoutAVersionIsRefused(t *testing.T) {
	err := newFixture(t).handle("r", event("uploads/acme/f/x.csv", "", "01"))
	if err == nil || !strings.Contains(err.Error(), "must be versioned") {
		t.Error(err)
	}
}

func TestAnInvalidFileIsRejectedWithAReportOfEachFault(t *testing.T) {
	f := newFixture(t)
	f.send("x.csv", "v1", "01", bad)
	if f.status("x.csv") != feed.Rejected {
		t.Fatalf("status %s", f.status("x.csv"))
	}
	rejects := f.version("x.csv", "v1").Rejects
	body, _, err := f.bucket.Read(context.Background(), rejects.Key)
	if err != nil || rejects.Count != 1 {
		t.Fatalf("%+v: %v", rejects, err)
	}
	lines := strings.Split(strings.TrimSpace(string(body)), "\n")
	if len(lines) != 2 || !strings.Contains(lines[0], `"count":1`) ||
		!strings.Contains(lines[1], `"line":2,"column":"price","value":"none"`) {
		t.Errorf("the report is\n%s", body)
	}
	f.wantSent()
}

func TestANameOutsideTheGrammarIsRejectedWithoutANumber(t *testing.T) {
	f := newFixture(t)
	f.send("x.pdf", "v1", "01", good)
	if f.status("x.pdf") != feed.Rejected || !strings.Contains(f.reason("x.pdf", "v1"), "does not end as a data file") {
		t.Errorf("status %s: %s", f.status("x.pdf"), f.reason("x.pdf", "v1"))
	}
	long := strings.Repeat("<ä>", 100) + ".pdf"
	f.send(long, "v3", "01", good)
	for name, version := range map[string]string{"x.pdf": "v1", long: "v3"} {
		body, _, err := f.bucket.Read(context.Background(), objects.RejectsKey(id, name, version))
		const reason = "the name does not end as a data file's does: .csv, .txt, .tsv, .psv, .gz, .zip, .zst"
		value := name
		for len(value) > trades.MaxValueBytes || !utf8.ValidString(value) {
			value = value[:len(value)-1]
		}
		want := fmt.Sprintf(`{"count":1,"byReason":{%q:1}}`, reason) + "\n" +
			fmt.Sprintf(`{"line":0,"column":"","value":%q,"reason":%q,"remedy":""}`, value, reason) + "\n"
		if err != nil || string(body) != want {
			t.Errorf("reported %s, want %s (%v)", body, want, err)
		}
	}
	f.send("x.csv", "v2", "01", good)
	f.wantSent(1)
}

func TestAKeyWithoutAFeedIsReportedByItsDigest(t *testing.T) {
	f := newFixture(t)
	var log bytes.Buffer
	ctx := logging.Into(context.Background(), logging.New(&log, "validator", ""))
	if err := f.validator.Handle(ctx, event("uploads/nonsense.csv", "v1", "01")); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log.String(), `"UnrecognisedFiles":1`) {
		t.Errorf("no alarm hears of it: %s", log.String())
	}
	body, _, err := f.bucket.Read(context.Background(), objects.UnrecognisedKey("uploads/nonsense.csv"))
	if err != nil || !strings.Contains(string(body), "uploads/nonsense.csv") {
		t.Errorf("%s, %v", body, err)
	}
}

func TestAFileOfTheOtherKindIsRejectedAndHoldsNothing(t *testing.T) {
	for name, c := range map[string]struct{ first, stray, next, reason string }{
		"sequenced": {"1/x.csv", "y.csv", "2/x.csv", "folder named by its sequence"},
		"arrival":   {"x.csv", "7/y.csv", "z.csv", "into no folder"},
		"dated":     {"1/x.csv", "20260105/y.csv", "2/x.csv", "declared with order: sequence"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			f.send(c.first, "v1", "01", good)
			f.send(c.stray, "v2", "01", good)
			f.send(c.next, "v3", "01", good)
			f.wantSent(1, 2)
			if f.status(c.stray) != feed.Rejected || !strings.Contains(f.reason(c.stray, "v2"), c.reason) {
				t.Errorf("status %s: %s", f.status(c.stray), f.reason(c.stray, "v2"))
			}
		})
	}
}

func TestFilesAreReleasedInSequenceHoweverTheyCome(t *testing.T) {
	f := newFixture(t)
	f.send("3/x.csv", "v3", "01", good)
	f.send("2/x.csv", "v2", "01", good)
	if f.status("2/x.csv") != feed.Waiting {
		t.Errorf("status %s", f.status("2/x.csv"))
	}
	f.wantSent()
	f.send("1/x.csv", "v1", "01", good)
	f.wantSent(1, 2, 3)
	if f.status("3/x.csv") != feed.Validated {
		t.Errorf("status %s", f.status("3/x.csv"))
	}
}

func TestARejectedFileHoldsItsFeedUntilAValidVersionComes(t *testing.T) {
	f := newFixture(t)
	f.send("1/x.csv", "v1", "01", bad)
	f.send("2/x.csv", "v2", "01", good)
	f.wantSent()
	f.send("1/x.csv", "v3", "02", good)
	f.wantSent(1, 2)
}

func TestARepeatedEventDoesNothing(t *testing.T) {
	f := newFixture(t)
	for range 3 {
		f.send("x.csv", "v1", "01", good)
	}
	f.send("x.csv", "v2", "02", bad)
	f.send("x.csv", "v2", "02", bad)
	f.wantSent(1)
	if n := len(f.version("x.csv", "v1").History); n != 2 {
		t.Errorf("the history has %d lines", n)
	}
}

func TestAnEventThatAnAcceptedNewerVersionOutranIsDone(t *testing.T) {
	f := newFixture(t)
	f.send("x.csv", "v2", "0A", good)
	f.send("x.csv", "v1", "09", good)
	f.wantSent(1)
	if f.queue.Sent[0].VersionID != "v2" {
		t.Errorf("sent %+v", f.queue.Sent)
	}
	if status := f.version("x.csv", "v1").Status; status != feed.Skipped {
		t.Errorf("the older version is %s", status)
	}
}

func TestACorrectionIsTheNextRevision(t *testing.T) {
	f := newFixture(t)
	f.send("1/x.csv", "v1", "01", good)
	f.send("1/x.csv", "v2", "02", good)
	f.send("1/y.csv", "v3", "01", good)
	f.wantSent(1, 1, 1)
	for i, work := range f.queue.Sent {
		if work.Revision != int64(i+1) {
			t.Errorf("message %d is revision %d", i, work.Revision)
		}
	}
}

func TestAVersionThatWasDeletedIsRejected(t *testing.T) {
	f := newFixture(t)
	if err := f.handle("r", event("uploads/"+id+"/x.csv", "v1", "01")); err != nil {
		t.Fatal(err)
	}
	if f.status("x.csv") != feed.Rejected || !strings.Contains(f.reason("x.csv", "v1"), "deleted") {
		t.Errorf("status %s: %s", f.status("x.csv"), f.reason("x.csv", "v1"))
	}
}

// denied is a bucket whose uploads cannot be read.
type denied struct {
	objects.Bucket
	err error
}

func (d denied) Open(context.Context, string, string) (io.ReadCloser, error) { return nil, d.err }

// breaking is a bucket in which a stream breaks off and no report can be written.
type breaking struct{ *objects.Memory }

var errBroken = errors.New("broken")

func (b breaking) Open(ctx context.Context, key, versionID string) (io.ReadCloser, error) {
	body, err := b.Memory.Open(ctx, key, versionID)
	if err != nil {
		return nil, err
	}
	return io.NopCloser(io.MultiReader(io.LimitReader(body, 70), iotest.ErrReader(errBroken))), nil
}

func (breaking) Write(context.Context, string, string, []byte) error { return errBroken }

func TestWhatCannotBeReadToItsEndOrReportedIsNeitherAcceptedNorRejected(t *testing.T) {
	f := newFixture(t)
	f.send("7/x.csv", "v1", "01", good)
	f.validator.Bucket = func(string) objects.Bucket { return breaking{f.bucket} }
	for name, key := range map[string]string{
		"1/x.csv":  "uploads/" + id + "/1/x.csv",   // breaks off
		"1/x.pdf":  "uploads/" + id + "/1/x.pdf",   // of no valid name
		"x.csv":    "uploads/" + id + "/x.csv",     // of the other kind
		"gone.csv": "uploads/" + id + "/2/y.csv",   // deleted
		"nowhere":  "uploads/nowhere.csv",          // of no feed
		"escaped":  "uploads/" + id + "/1/%zz.csv", // of no key
	} {
		if key == "uploads/"+id+"/1/x.csv" {
			f.bucket.Put(key, "v1", []byte(good))
		}
		if err := f.handle(name, event(key, "v1", "01")); err == nil {
			t.Errorf("%s is taken for handled", key)
		}
		if status := f.status(name); status != "" && status != feed.Received {
			t.Errorf("%s is %s", key, status)
		}
	}
	f.wantSent()
}

func TestAnAcceptedVersionIsNotReadAgain(t *testing.T) {
	f := newFixture(t)
	f.send("2/x.csv", "v1", "01", good)
	f.bucket.Remove("uploads/"+id+"/2/x.csv", "v1")
	if err := f.handle("again", event("uploads/"+id+"/2/x.csv", "v1", "01")); err != nil {
		t.Error(err)
	}
}

func TestARecordWithoutItsBucketOrAKeyIsRefused(t *testing.T) {
	for record, reason := range map[string]string{
		`{"bucket":{"name":"b"},"object":{}}`:                                                "no bucket or key",
		`{"bucket":{},"object":{"key":"uploads/acme/f/x.csv","versionId":"v1"}}`:             "no bucket or key",
		`{"bucket":{"name":"b"},"object":{"key":"uploads/acme/f/%zz.csv","versionId":"v1"}}`: "invalid URL escape",
	} {
		err := newFixture(t).handle("r", json.RawMessage(`{"Records":[{"s3":`+record+`}]}`))
		if err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%s: %v", record, err)
		}
	}
}

func TestOneBadRecordDoesNotKeepTheOthersFromTheirTurn(t *testing.T) {
	f := newFixture(t)
	var first, second events.S3Event
	for raw, into := range map[string]*events.S3Event{
		string(event("uploads/acme/f/x.csv", "", "01")):   &first,
		string(event("uploads/"+id+"/x.csv", "v1", "01")): &second,
	} {
		if err := json.Unmarshal([]byte(raw), into); err != nil {
			t.Fatal(err)
		}
	}
	f.bucket.Put("uploads/"+id+"/x.csv", "v1", []byte(good))
	both, err := json.Marshal(events.S3Event{Records: append(first.Records, second.Records...)})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.handle("r", both); err == nil {
		t.Error("no error")
	}
	f.wantSent(1)
}

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
