package feed

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"market-data-pipeline/handlers/internal/logging"
	"market-data-pipeline/handlers/internal/store"
	"market-data-pipeline/handlers/internal/upload"
)

const id = "acme/f"

func TestTheRuleOfAdmission(t *testing.T) {
	for _, c := range []struct {
		what                      string
		cursor, completed, parked int64
		number, revision          int64
		want                      Decision
	}{
		{"the first", 0, 0, 0, 1, 1, Proceed},
		{"the next", 6, 0, 0, 7, 1, Proceed},
		{"too early", 6, 0, 0, 8, 1, Park},
		{"far too early", 0, 0, 0, 999_999_999_999_999_999, 1, Park},
		{"again", 7, 1, 0, 7, 1, Duplicate},
		{"a correction", 7, 1, 0, 7, 2, Proceed},
		{"a correction of an earlier one", 7, 1, 0, 3, 2, Proceed},
		{"an outdated revision", 7, 2, 0, 7, 1, Replaced},
		{"a number that was skipped and comes after all", 7, 0, 0, 5, 1, Proceed},
		{"an older revision while a newer one is parked", 6, 0, 2, 7, 1, Replaced},
		{"a parked one that was woken", 6, 0, 2, 7, 2, Proceed},
		{"a newer revision of a parked one", 5, 0, 1, 7, 2, Park},
	} {
		ticket := Ticket{Number: c.number, Revision: c.revision}
		if got := decide(c.cursor, c.completed, c.parked, ticket); got != c.want {
			t.Errorf("%s: %v, want %v", c.what, got, c.want)
		}
	}
}

func TestSequencersCompareAsS3Says(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"0055AED6DCD90281E5", "0055AED6DCD90281E4", true},
		{"0055AED6DCD90281E4", "0055AED6DCD90281E5", false},
		{"01", "01", false},
		{"01", "0100", false}, // padded, they are equal
		{"0101", "01", true},
		{"0a", "09", true},
		{"0A", "0b", false},
		{"01", "", true},
		{"", "", false},
	} {
		if got := After(c.a, c.b); got != c.want {
			t.Errorf("After(%q, %q) = %v", c.a, c.b, got)
		}
	}
}

// fixture is a ledger whose clock stands still.
type fixture struct {
	t      *testing.T
	ledger Ledger
	now    time.Time
}

func newFixture(t *testing.T) *fixture {
	f := &fixture{t: t, now: time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)}
	f.ledger = Ledger{
		Store: store.NewMemory(), Now: func() time.Time { return f.now },
		Pause: func(context.Context, int) error { return nil },
	}
	return f
}

func (f *fixture) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

func load[T any](f *fixture, key store.Key) *T {
	f.t.Helper()
	item, err := f.ledger.Store.Get(context.Background(), key)
	f.must(err)
	document, err := store.Decode[T](item)
	f.must(err)
	return document
}

func (f *fixture) version(file, versionID string) *Version {
	f.t.Helper()
	version, err := ReadVersion(context.Background(), f.ledger.Store, id, file, versionID)
	f.must(err)
	return version
}

func arrival(name, version, sequencer string) Arrival {
	file, err := upload.New("acme", "f", name)
	if err != nil {
		panic(err)
	}
	return Arrival{File: file, VersionID: version, Sequencer: sequencer, Request: "r-" + version}
}

func (f *fixture) receive(a Arrival) Receipt {
	f.t.Helper()
	receipt, err := f.ledger.Receive(context.Background(), a)
	f.must(err)
	return receipt
}

// accept receives and accepts an arrival.
func (f *fixture) accept(a Arrival) Turn {
	f.t.Helper()
	receipt := f.receive(a)
	turn := Turn{Stage: Validator, Feed: id, Ticket: receipt.Ticket, Attempt: 1}
	acceptance, err := f.ledger.Accept(context.Background(), a, turn, Found{Rows: 1, Symbols: 1})
	f.must(err)
	if !acceptance.Accepted {
		f.t.Fatalf("%+v is not accepted", a)
	}
	turn.Ticket = acceptance.Ticket
	return turn
}

func (f *fixture) admit(turn Turn, want Decision) {
	f.t.Helper()
	got, err := f.ledger.Admit(context.Background(), turn)
	f.must(err)
	if got != want {
		f.t.Errorf("number %d revision %d: %v, want %v", turn.Ticket.Number, turn.Ticket.Revision, got, want)
	}
}

func (f *fixture) complete(turn Turn) {
	f.t.Helper()
	status := map[Stage]Status{Validator: Validated, Processor: Processed, Aggregator: Aggregated}[turn.Stage]
	f.must(f.ledger.Complete(context.Background(), turn, Outcome{Status: status}))
}

func (f *fixture) successor(stage Stage, want int64) {
	f.t.Helper()
	next, found, err := f.ledger.Successor(context.Background(), id, stage)
	f.must(err)
	if found != (want > 0) || next.Number != want {
		f.t.Errorf("the successor is %+v, want number %d", next, want)
	}
}

func TestFilesByArrivalAreNumberedOnceInTheirTurn(t *testing.T) {
	f := newFixture(t)
	for want, name := range []string{"a.csv", "b.csv", "c.csv"} {
		for repeat := range 2 {
			a := arrival(name, fmt.Sprint("v", repeat), fmt.Sprint("0", repeat))
			if got := f.receive(a).Ticket.Number; got != int64(want+1) {
				t.Errorf("%s has number %d", name, got)
			}
		}
	}
	f.accept(arrival("c.csv", "v1", "01"))
	if feed := load[Feed](f, Key(id)); feed.Next != 3 || feed.Highest != 3 || feed.Kind != ByArrival {
		t.Errorf("the feed is %+v", feed)
	}
}

func TestASequenceFarAheadIsTakenAndWaits(t *testing.T) {
	f := newFixture(t)
	turn := f.accept(arrival("500/x.csv", "v1", "01"))
	f.admit(turn, Park)
	if feed := load[Feed](f, Key(id)); feed.Highest != 500 || feed.Validator != 0 {
		t.Errorf("the feed is %+v", feed)
	}
}

func TestAttemptsAreCountedByRequest(t *testing.T) {
	f := newFixture(t)
	first, other := arrival("x.csv", "v1", "01"), arrival("x.csv", "v1", "01")
	other.Request = "another"
	for want, a := range []Arrival{first, first, other, first} {
		expected := []int{1, 2, 1, 3}[want]
		if got := f.receive(a).Attempt; got != expected {
			t.Errorf("attempt %d, want %d", got, expected)
		}
	}
}

func TestAParkedTicketIsFoundByWhoeverCompletesTheOneBefore(t *testing.T) {
	f := newFixture(t)
	second, first := f.accept(arrival("2/x.csv", "v2", "01")).at(Processor), f.accept(arrival("1/x.csv", "v1", "01")).at(Processor)
	f.admit(second, Park)
	f.successor(Processor, 0)
	f.admit(first, Proceed)
	f.complete(first)
	f.successor(Processor, 2)
	f.successor(Processor, 2) // as often as it is asked
	f.admit(second, Proceed)
	f.complete(second)
	f.successor(Processor, 0)
}

func TestAFileThatIsFoundValidInItsTurnIsSentUntilItsCursorHasMoved(t *testing.T) {
	f := newFixture(t)
	first := f.accept(arrival("1/x.csv", "v1", "01"))
	f.admit(f.accept(arrival("2/x.csv", "v2", "01")), Park)
	for range 2 { // by its own event, or by whoever looks for a successor
		f.admit(first, Proceed)
		f.successor(Validator, 1)
	}
	f.complete(first)
	f.admit(first, Duplicate)
	f.successor(Validator, 2)
}

func TestAFileWhoseTurnHasPassedMeanwhileIsNotReleasedAsItIsAccepted(t *testing.T) {
	for name, meanwhile := range map[string]func(*fixture){
		"another of the number": func(f *fixture) { f.complete(f.accept(arrival("1/x.csv", "v1", "01"))) },
		"a skip": func(f *fixture) {
			f.admit(f.accept(arrival("2/x.csv", "v2", "01")), Park)
			f.skipNumbers(1, 1)
			f.successor(Validator, 2)
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			f.accept(arrival("3/x.csv", "v3", "01")) // so that the feed's kind is decided
			f.receive(arrival("1/y.csv", "v0", "01"))
			whole := f.ledger
			f.ledger = f.ledger.Session()
			a := arrival("1/y.csv", "v0", "01")
			receipt := f.receive(a)
			session := f.ledger
			f.ledger = whole
			meanwhile(f)
			a.Decided = true
			acceptance, err := session.Accept(context.Background(), a, receipt.Turn, Found{Rows: 1, Symbols: 1})
			f.must(err)
			if !acceptance.Accepted || acceptance.Released {
				t.Errorf("%+v", acceptance)
			}
		})
	}
}

func TestACursorIsMovedByWhoeverFindsItBehindACompleteNumber(t *testing.T) {
	for name, mend := range map[string]func(*fixture, Turn){
		"the same message": func(f *fixture, first Turn) { f.admit(first, Duplicate) },
		"an older revision": func(f *fixture, first Turn) {
			first.Ticket.Revision = 0
			f.admit(first, Replaced)
		},
		"who looks for a successor": func(f *fixture, _ Turn) { f.successor(Processor, 2) },
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			first := f.accept(arrival("1/x.csv", "v1", "01")).at(Processor)
			f.admit(f.accept(arrival("2/x.csv", "v2", "01")).at(Processor), Park)
			tx := store.Begin(f.ledger.Store) // as who dies before it moves the cursor leaves it
			number, err := store.Load[Number](context.Background(), tx, NumberKey(id, 1))
			f.must(err)
			number.Processor = 1
			f.must(tx.Commit(context.Background()))
			mend(f, first)
			if cursor := load[Feed](f, Key(id)).Processor; cursor != 1 {
				t.Errorf("the cursor is at %d", cursor)
			}
			f.successor(Processor, 2)
		})
	}
}

func TestWhatIsCountedWhenAFileBeginsToWaitIsTakenAwayAtTheVeryTimeThatItIsCountedFor(t *testing.T) {
	f := newFixture(t)
	var log bytes.Buffer
	ctx := logging.Into(context.Background(), logging.New(&log, "validator", ""))
	second, first := f.accept(arrival("2/x.csv", "v2", "01")), f.accept(arrival("1/x.csv", "v1", "01"))
	due := f.now.Add(10 * time.Minute)
	for _, revision := range []Turn{second, second, f.accept(arrival("2/x.csv", "v3", "02"))} {
		second = revision
		_, err := f.ledger.Admit(ctx, revision) // a repeat is not counted, nor is a newer revision
		f.must(err)
		f.now = f.now.Add(10 * time.Hour)
	}
	for _, turn := range []Turn{first, second, second} {
		f.must(f.ledger.Complete(ctx, turn, Outcome{Status: Validated}))
	}
	var counted []int
	for _, line := range bytes.Split(bytes.TrimSpace(log.Bytes()), []byte("\n")) {
		var count struct {
			AWS                struct{ Timestamp int64 } `json:"_aws"`
			WaitingFilesChange int
		}
		f.must(json.Unmarshal(line, &count))
		if count.AWS.Timestamp != due.UnixMilli() {
			t.Errorf("counted for another time than %v: %s", due, line)
		}
		counted = append(counted, count.WaitingFilesChange)
	}
	if !slices.Equal(counted, []int{1, -1}) {
		t.Errorf("counted %v", counted)
	}
}

func TestParkingFailsWhenTheCursorMovesMeanwhile(t *testing.T) {
	f := newFixture(t)
	second, first := f.accept(arrival("2/x.csv", "v2", "01")), f.accept(arrival("1/x.csv", "v1", "01"))
	racing := f.ledger
	racing.Store = &hooked{Store: f.ledger.Store, before: func() { f.complete(first) }}
	decision, err := racing.Admit(context.Background(), second)
	f.must(err)
	if decision != Proceed {
		t.Errorf("%v: the wake-up has been and gone", decision)
	}
}

// hooked is a store in which something happens just before the first commit.
type hooked struct {
	store.Store
	before func()
}

func (h *hooked) Commit(ctx context.Context, writes ...store.Write) error {
	if before := h.before; before != nil {
		h.before = nil
		before()
	}
	return h.Store.Commit(ctx, writes...)
}

func TestCompletingOutOfTurnIsAnError(t *testing.T) {
	f := newFixture(t)
	if err := f.ledger.Complete(context.Background(), f.accept(arrival("2/x.csv", "v", "01")), Outcome{Status: Validated}); err == nil {
		t.Error("no error")
	}
}

func TestCompletingTwiceChangesNothing(t *testing.T) {
	f := newFixture(t)
	turn := f.accept(arrival("1/x.csv", "v1", "01"))
	turn.Stage = Processor
	f.complete(turn)
	before, err := f.ledger.Store.Get(context.Background(), Key(id))
	f.must(err)
	f.complete(turn)
	after, err := f.ledger.Store.Get(context.Background(), Key(id))
	f.must(err)
	if before.Generation != after.Generation {
		t.Error("the feed was written twice")
	}
}

// skipNumbers skips the numbers from first to last, as an operator does; they need not
// have come.
func (f *fixture) skipNumbers(first, last int64) []Wait {
	f.t.Helper()
	tx := store.Begin(f.ledger.Store)
	feed, err := store.Load[Feed](context.Background(), tx, Key(id))
	f.must(err)
	feed.Kind, feed.Highest = Sequenced, max(feed.Highest, last)
	f.must(tx.Commit(context.Background()))
	var ended []Wait
	f.must(f.ledger.Skip(context.Background(), id, Interval{first, last}, Note{"tester", "never mind"},
		func(waits []Wait) error { ended = append(ended, waits...); return nil }))
	return ended
}

func TestSkippedNumbersArePassed(t *testing.T) {
	f := newFixture(t)
	fourth := f.accept(arrival("4/x.csv", "v4", "01"))
	f.complete(f.accept(arrival("1/x.csv", "v1", "01")))
	f.admit(fourth, Park)
	f.skipNumbers(2, 3)
	f.successor(Validator, 4)
	f.admit(fourth, Proceed)
	f.complete(fourth)
	if cursor := load[Feed](f, Key(id)).Validator; cursor != 4 {
		t.Errorf("the cursor is at %d", cursor)
	}
	f.admit(f.accept(arrival("2/x.csv", "v2", "01")), Proceed) // comes after all
}

func TestAFileThatComesAfterItsNumberWasSkippedIsTakenInItsTurn(t *testing.T) {
	f := newFixture(t)
	third := f.accept(arrival("3/x.csv", "v3", "01"))
	f.admit(third, Park)
	f.skipNumbers(2, 2)
	second := f.accept(arrival("2/x.csv", "v2", "01"))
	f.admit(second, Park) // for the first has not come
	f.complete(f.accept(arrival("1/x.csv", "v1", "01")))
	f.successor(Validator, 2)
	f.admit(third, Park)
	f.complete(second)
	f.successor(Validator, 3)
}

func TestAVersionThatWasSkippedBeforeItWasValidIsDone(t *testing.T) {
	f := newFixture(t)
	a := arrival("1/x.csv", "v1", "01")
	f.receive(a)
	tx := store.Begin(f.ledger.Store)
	version, err := store.Load[File](context.Background(), tx, FileKey(id, "1/x.csv"))
	f.must(err)
	version.record(Event{Status: Skipped, Stage: "operator", Reason: "never mind"}, f.now)
	f.must(tx.Commit(context.Background()))
	if got := f.receive(a).Standing; got != Done { // its event was dead, and is moved back
		t.Errorf("standing %d, want %d", got, Done)
	}
}
