package days

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"market-data-pipeline/handlers/internal/decimal"
	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/objects"
	"market-data-pipeline/handlers/internal/summary"
)

type fataler interface {
	Helper()
	Fatalf(string, ...any)
}

// world is a day, and beside it what every number comes to.
type world struct {
	t       fataler
	bucket  *objects.Memory
	tree    Tree
	day     feed.Day
	numbers map[int64][]Row
}

func newWorld(t fataler, fanout int64) *world {
	bucket := objects.NewMemory()
	return &world{
		t: t, bucket: bucket, numbers: map[int64][]Row{},
		tree: Tree{Bucket: bucket, Fanout: fanout, Feed: "acme/f", Date: "2013-10-07"},
	}
}

// row is what one trade at a second comes to.
func row(symbol string, second int64, price, size uint64) Row {
	p, s := decimal.New(price*1_000_000_000), decimal.New(size*1_000_000_000)
	notional, err := p.Mul(s)
	if err != nil {
		panic(err)
	}
	at := summary.Time(second * 1_000_000_000)
	return Row{symbol, summary.Stats{
		Open: p, High: p, Low: p, Close: p, OpenTime: at, CloseTime: at, Volume: s, Notional: notional, Trades: 1,
	}}
}

// process writes what a number comes to, as the processor does; rows in order.
func (w *world) process(number int64, rows ...Row) {
	w.t.Helper()
	key := objects.DaysKey(w.tree.Feed, w.tree.Date, number)
	head, _ := w.bucket.Head(context.Background(), key)
	upload := w.bucket.Create(context.Background(), key, objects.Parquet, nil)
	out := NewWriter(upload, number)
	for _, r := range rows {
		if err := out.Write(r.Symbol, &r.Stats); err != nil {
			w.t.Fatalf("%v", err)
		}
	}
	if err := errors.Join(out.Close(), upload.Complete(head.ETag)); err != nil {
		w.t.Fatalf("%v", err)
	}
	w.numbers[number] = rows
}

func (w *world) add(number int64) {
	w.t.Helper()
	if err := w.tree.Add(context.Background(), &w.day, number); err != nil {
		w.t.Fatalf("add %d: %v", number, err)
	}
}

// read is the day as its tree has it, fold as a plain fold over all numbers has it.
func (w *world) read() (lines []string) {
	w.t.Helper()
	err := w.tree.Read(context.Background(), w.day, func(r *Row) error {
		lines = append(lines, show(r))
		return nil
	})
	if err != nil {
		w.t.Fatalf("%v", err)
	}
	return lines
}

func (w *world) fold() (lines []string) {
	w.t.Helper()
	sums := map[string]*Row{}
	for _, number := range slices.Sorted(maps.Keys(w.numbers)) {
		for _, r := range w.numbers[number] {
			if sums[r.Symbol] == nil {
				sums[r.Symbol] = &Row{Symbol: r.Symbol}
			}
			if err := sums[r.Symbol].Append(&r.Stats); err != nil {
				w.t.Fatalf("%v", err)
			}
		}
	}
	for _, symbol := range slices.Sorted(maps.Keys(sums)) {
		lines = append(lines, show(sums[symbol]))
	}
	return lines
}

func show(r *Row) string { return fmt.Sprintf("%s %+v", r.Symbol, r.Stats) }

func (w *world) check() {
	w.t.Helper()
	if got, want := w.read(), w.fold(); !slices.Equal(got, want) {
		w.t.Fatalf("the tree has\n%s\nthe fold\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestTheTreeIsAPlainFold holds for any order of new numbers, with gaps, of corrections,
// of numbers that come to the day late or leave it, and of restarts, that is of work
// that was done and not recorded.
func TestTheTreeIsAPlainFold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t, rapid.Int64Range(2, 5).Draw(t, "fanout"))
		last := int64(0)
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			number := last + rapid.SampledFrom([]int64{1, 1, 1, 2, 7, 40}).Draw(t, "ahead")
			if last > 0 && rapid.IntRange(0, 3).Draw(t, "correct") == 0 {
				number = rapid.Int64Range(1, last).Draw(t, "number")
			}
			last = max(last, number)
			var rows []Row
			for _, symbol := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"A", "B", "BRK.A", "C"}), 0, 4, rapid.ID).Draw(t, "symbols") {
				rows = append(rows, row(symbol, rapid.Int64Range(0, 3).Draw(t, "second"),
					rapid.Uint64Range(1, 5).Draw(t, "price"), rapid.Uint64Range(1, 5).Draw(t, "size")))
			}
			slices.SortFunc(rows, func(a, b Row) int { return strings.Compare(a.Symbol, b.Symbol) })
			w.process(number, rows...)
			if rapid.IntRange(0, 4).Draw(t, "restart") == 0 {
				before := feed.Day{Last: w.day.Last, Open: slices.Clone(w.day.Open)}
				w.add(number)
				w.day = before
			}
			w.add(number)
			w.check()
		}
	})
}

func TestADayOf1440FilesIsReadFromFewObjectsAndACorrectionReadsFew(t *testing.T) {
	w := newWorld(t, Fanout)
	counted := &counting{Memory: w.bucket}
	w.tree.Bucket = counted
	most := 0
	for number := int64(5001); number <= 5000+1440; number++ {
		w.process(number, row("A", number, 1, 1), row(fmt.Sprint("S", number), number, 1, 1))
		w.add(number)
		most = max(most, len(w.tree.Objects(w.day)))
	}
	if most > 100 {
		t.Errorf("the day consists of up to %d objects", most)
	}
	if counted.opened > 2*1440+100 || counted.written > 1440/30+1 {
		t.Errorf("%d files take %d reads and %d objects", 1440, counted.opened, counted.written)
	}
	counted.opened = 0
	w.process(5001, row("A", 0, 7, 7))
	w.add(5001)
	if counted.opened > 100 {
		t.Errorf("a correction of the first file reads %d objects", counted.opened)
	}
	w.check()
	t.Logf("up to %d objects; a correction reads %d", most, counted.opened)
}

// counting counts what is read and written.
type counting struct {
	*objects.Memory
	opened, written int
}

func (c *counting) Open(ctx context.Context, key, versionID string) (io.ReadCloser, error) {
	c.opened++
	return c.Memory.Open(ctx, key, versionID)
}

func (c *counting) Create(ctx context.Context, key, mediaType string, metadata map[string]string) objects.Upload {
	c.written++
	return c.Memory.Create(ctx, key, mediaType, metadata)
}

// The greatest numbers there are do not overflow the tree's widths.
func TestTheGreatestNumberHasItsPlace(t *testing.T) {
	for _, fanout := range []int64{2, Fanout} {
		w := newWorld(t, fanout)
		for _, number := range []int64{1, 2, 999_999_999_999_999_998, 999_999_999_999_999_999} {
			w.process(number, row("A", number%7, 1, 1))
			w.add(number)
			w.check()
		}
	}
}

// raced is a bucket in which another is faster.
type raced struct {
	*objects.Memory
	races int
	rival func()
}

func (r *raced) Create(ctx context.Context, key, mediaType string, metadata map[string]string) objects.Upload {
	return racing{r.Memory.Create(ctx, key, mediaType, metadata), r}
}

type racing struct {
	objects.Upload
	raced *raced
}

func (r racing) Complete(etag string) error {
	if r.raced.races > 0 {
		r.raced.races--
		r.raced.rival()
	}
	return r.Upload.Complete(etag)
}

// One that has read a file before its correction writes after the one that took the
// correction in.
func TestANodeThatChangedMeanwhileIsAddedUpAnew(t *testing.T) {
	w := newWorld(t, 2)
	for number := int64(1); number <= 4; number++ {
		w.process(number, row("A", number, 1, 1))
		w.add(number)
	}
	slow := w.tree
	slow.Bucket = &raced{w.bucket, 1, func() {
		w.process(1, row("A", 1, 9, 9))
		w.add(1)
	}}
	if err := slow.Add(context.Background(), &w.day, 1); err != nil {
		t.Fatal(err)
	}
	w.check()
	slow.Bucket = &raced{w.bucket, maxTries, func() { w.add(1) }}
	if err := slow.Add(context.Background(), &w.day, 1); !errors.Is(err, objects.ErrChanged) {
		t.Errorf("got %v", err)
	}
}

// A role that may not list is denied what is missing; so a node that may not be read
// looks like none.
type denied struct{ *objects.Memory }

func (d denied) Head(context.Context, string) (objects.Head, error) {
	return objects.Head{}, objects.ErrDenied
}

func TestANodeThatCannotBeReadIsNotOverwritten(t *testing.T) {
	w := newWorld(t, 2)
	for number := int64(1); number <= 4; number++ {
		w.process(number, row("A", number, 1, 1))
		w.add(number)
	}
	blind := w.tree
	blind.Bucket = denied{w.bucket}
	if err := blind.Add(context.Background(), &w.day, 1); !errors.Is(err, objects.ErrChanged) {
		t.Errorf("got %v", err)
	}
	w.check()
}

func TestAllThatIsArchivedIsNamedAtOnceAndNothingIsLost(t *testing.T) {
	w := newWorld(t, 2)
	for number := int64(1); number <= 8; number++ {
		w.process(number, row("A", number, 1, 1))
		w.add(number)
	}
	w.process(2, row("A", 2, 9, 9))
	sibling, _ := w.tree.node(1, 1)
	needed := []string{objects.DaysKey(w.tree.Feed, w.tree.Date, 3), sibling}
	for _, key := range needed {
		w.bucket.Archive(key, true)
	}
	err := w.tree.Add(context.Background(), &w.day, 2)
	for _, key := range needed {
		if archived := new(objects.ArchivedError); !errors.As(err, &archived) || !strings.Contains(err.Error(), key) {
			t.Fatalf("%s is not in %v", key, err)
		}
	}
	for _, key := range needed {
		w.bucket.Archive(key, false)
	}
	w.add(2)
	w.check()
}

func TestWhatIsMissingOrNoDayIsAnError(t *testing.T) {
	for what, body := range map[string][]byte{"missing": nil, "no day": []byte("PAR1[]")} {
		w := newWorld(t, 2)
		for number := int64(2); number <= 3; number++ {
			w.process(number, row("A", number, 1, 1))
			w.add(number)
		}
		w.day.Open = []uint32{0b11}
		w.process(3)
		if body != nil {
			if err := w.bucket.Write(context.Background(), objects.DaysKey(w.tree.Feed, w.tree.Date, 2), objects.Parquet, body); err != nil {
				t.Fatal(err)
			}
		} else {
			w.tree.Feed = "acme/other"
		}
		if err := w.tree.Add(context.Background(), &w.day, 4); err == nil {
			t.Errorf("%s: no error", what)
		}
	}
}
