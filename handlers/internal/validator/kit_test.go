package validator

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/objects"
	"market-data-pipeline/handlers/internal/queue"
	"market-data-pipeline/handlers/internal/store"
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
