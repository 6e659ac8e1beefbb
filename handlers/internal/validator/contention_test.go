package validator

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/objects"
	"market-data-pipeline/handlers/internal/queue"
	"market-data-pipeline/handlers/internal/store"
)

// contended is a table as far away as DynamoDB: an answer takes its time, and of two
// transactions that are on their way at once over one item, the later is cancelled.
type contended struct {
	store.Store
	tries, conflicts atomic.Int64

	mutex sync.Mutex
	busy  map[store.Key]bool
}

const (
	readTakes  = 2 * time.Millisecond
	writeTakes = 8 * time.Millisecond
)

func (c *contended) Get(ctx context.Context, key store.Key) (store.Item, error) {
	time.Sleep(readTakes)
	return c.Store.Get(ctx, key)
}

func (c *contended) Commit(ctx context.Context, writes ...store.Write) error {
	c.tries.Add(1)
	if !c.begin(writes) {
		time.Sleep(writeTakes / 2)
		c.conflicts.Add(1)
		return store.ErrConflict
	}
	time.Sleep(writeTakes)
	err := c.Store.Commit(ctx, writes...)
	c.end(writes)
	if err != nil {
		c.conflicts.Add(1)
	}
	return err
}

func (c *contended) begin(writes []store.Write) bool {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for _, w := range writes {
		if c.busy[w.Item.Key] {
			return false
		}
	}
	for _, w := range writes {
		c.busy[w.Item.Key] = true
	}
	return true
}

func (c *contended) end(writes []store.Write) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for _, w := range writes {
		delete(c.busy, w.Item.Key)
	}
}

// shared is a queue that many send to at once.
type shared struct {
	queue.Memory
	mutex sync.Mutex
}

func (s *shared) Send(ctx context.Context, work queue.Work, cause string) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.Memory.Send(ctx, work, cause)
}

// burst tells of files of a number of feeds at once, waits for all of them, and gives how
// many transactions conflicted, and how long the last file took.
func burst(t testing.TB, files, feeds int) (conflicts int64, longest time.Duration) {
	t.Helper()
	table := &contended{Store: store.NewMemory(), busy: map[store.Key]bool{}}
	bucket, sent := objects.NewMemory(), new(shared)
	validator := Validator{
		Ledger: feed.NewLedger(table), Bucket: func(string) objects.Bucket { return bucket }, Processor: sent,
	}
	began := time.Now()
	var running sync.WaitGroup
	for i := range files {
		key := fmt.Sprintf("uploads/acme/feed-%d/%d.csv", i%feeds, i)
		bucket.Put(key, "v1", []byte(good))
		running.Go(func() {
			ctx, cancel := context.WithTimeout(context.Background(), 15*time.Minute)
			defer cancel()
			ctx = lambdacontext.NewContext(ctx, &lambdacontext.LambdaContext{AwsRequestID: fmt.Sprint("request-", i)})
			if err := validator.Handle(ctx, event(key, "v1", "01")); err != nil {
				t.Error(err)
			}
		})
	}
	running.Wait()
	if len(sent.Sent) < files {
		t.Errorf("of %d files %d were released", files, len(sent.Sent))
	}
	return table.conflicts.Load(), time.Since(began)
}

func TestABurstSpendsNoAttemptOnContention(t *testing.T) {
	if conflicts, _ := burst(t, 50, 1); conflicts == 0 {
		t.Error("nothing was contended for")
	}
}

// What a burst costs: go test ./internal/validator -run '^$' -bench Burst -benchtime 1x
func BenchmarkBurst(b *testing.B) {
	for _, c := range []struct{ files, feeds int }{{200, 1}, {2000, 100}} {
		b.Run(fmt.Sprintf("%d files of %d feeds", c.files, c.feeds), func(b *testing.B) {
			for b.Loop() {
				conflicts, longest := burst(b, c.files, c.feeds)
				b.ReportMetric(float64(conflicts)/float64(c.files), "conflicts/file")
				b.ReportMetric(longest.Seconds(), "s")
			}
		})
	}
}
