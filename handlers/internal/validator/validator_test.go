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
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"

	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/logging"
	"market-data-pipeline/handlers/internal/objects"
	"market-data-pipeline/handlers/internal/queue"
	"market-data-pipeline/handlers/internal/trades"
)

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
