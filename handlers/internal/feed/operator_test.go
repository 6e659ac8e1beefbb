package feed

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"market-data-pipeline/handlers/internal/store"
)

var because = Note{By: "tester", Reason: "never sent"}

func unheard([]Wait) error { return nil }

func (f *fixture) skip(first, last int64) error {
	return f.ledger.Skip(context.Background(), id, Interval{first, last}, because, unheard)
}

// counting counts what is asked of a table.
type counting struct {
	store.Store
	calls, items int
}

func (c *counting) Get(ctx context.Context, key store.Key) (store.Item, error) {
	c.calls++
	return c.Store.Get(ctx, key)
}

func (c *counting) Query(ctx context.Context, r store.Range) ([]store.Item, error) {
	c.calls++
	return c.Store.Query(ctx, r)
}

func (c *counting) Commit(ctx context.Context, writes ...store.Write) error {
	c.calls++
	c.items += len(writes)
	return c.Store.Commit(ctx, writes...)
}

func TestASkipAndEveryWalkOverItCostTheSameForTenNumbersAsForTenMillion(t *testing.T) {
	var costs []counting
	for _, last := range []int64{10, 10_000_000} {
		f := newFixture(t)
		behind := f.accept(arrival(fmt.Sprintf("%d/x.csv", last+1), "v1", "01"))
		for _, stage := range Stages {
			f.admit(behind.at(stage), Park)
		}
		table := &counting{Store: f.ledger.Store}
		f.ledger.Store = table
		f.must(f.skip(1, last))
		for _, stage := range Stages {
			f.successor(stage, last+1)
			f.admit(behind.at(stage), Proceed)
			f.complete(behind.at(stage))
		}
		if left := load[Feed](f, Key(id)); left.Validator != last+1 || len(left.Skipped)+len(left.Skipping) > 0 {
			t.Errorf("the feed ends as %+v", left)
		}
		costs = append(costs, counting{calls: table.calls, items: table.items})
	}
	if costs[0] != costs[1] || costs[0].calls > 60 {
		t.Errorf("ten numbers take %+v, ten million %+v", costs[0], costs[1])
	}
}

func TestASkipThatIsCutShortLetsNothingPassAndIsDoneByARepeatUnderItsFirstReason(t *testing.T) {
	for cut := 1; ; cut++ {
		f := newFixture(t)
		waiting, behind := f.accept(arrival("2/x.csv", "v2", "01")), f.accept(arrival("4/x.csv", "v4", "01"))
		f.admit(waiting, Park)
		f.admit(behind, Park)
		whole := f.ledger.Store
		f.ledger.Store = &failing{Store: whole, fails: cut}
		err := f.skip(1, 3)
		f.ledger.Store = whole
		if err == nil {
			if cut < 6 {
				t.Errorf("a skip has %d effects", cut-1)
			}
			return
		}
		next, found, err := f.ledger.Successor(context.Background(), id, Validator)
		f.must(err)
		if number := load[Number](f, NumberKey(id, 2)); found != (len(number.Parked) == 0) || found && next != behind.Ticket {
			t.Errorf("cut at effect %d, %+v goes on while %v is parked", cut, next, number.Parked)
		}
		f.must(f.ledger.Skip(context.Background(), id, Interval{1, 3}, Note{By: "tester", Reason: "again"}, unheard))
		f.successor(Validator, 4)
		view, err := f.ledger.Overview(context.Background(), id)
		f.must(err)
		if len(view.Acts) != 1 || len(view.Skipping) > 0 {
			t.Errorf("cut at effect %d, it ends as %+v", cut, view)
		}
	}
}

func TestASkippedNumberDropsWhatWaitedThereOlderRevisionsToo(t *testing.T) {
	f := newFixture(t)
	older := f.accept(arrival("2/x.csv", "v1", "01"))
	f.admit(older, Park)
	f.accept(arrival("2/y.csv", "v2", "01")) // accepted, and not parked yet
	f.accept(arrival("3/x.csv", "v3", "01"))
	ended := f.skipNumbers(1, 2)
	if !slices.Equal(ended, []Wait{{Validator, stamp(f.now)}}) {
		t.Errorf("the waits that ended are %v", ended)
	}
	for _, file := range []struct{ name, version string }{{"2/x.csv", "v1"}, {"2/y.csv", "v2"}} {
		found := f.told(file.name, file.version, Skipped)
		if last := found.History[len(found.History)-1]; last.Reason != "never mind" || last.Stage != "operator" {
			t.Errorf("%s ends with %+v", file.name, last)
		}
	}
	if number := load[Number](f, NumberKey(id, 2)); len(number.Parked)+len(number.Since) > 0 || number.Status != Skipped {
		t.Errorf("the number is %+v", number)
	}
}

func TestMoreFilesThanOneTransactionTakesAreDropped(t *testing.T) {
	f := newFixture(t)
	const files = 70
	for n := 2; n <= files; n++ {
		f.admit(f.accept(arrival(fmt.Sprintf("%d/x.csv", n), "v1", "01")), Park)
	}
	if ended := f.skipNumbers(1, files-1); len(ended) != files-2 {
		t.Errorf("%d waits end", len(ended))
	}
	f.successor(Validator, files)
}

func TestAFileThatComesForASkippedNumberIsAwaitedByTheStagesThatHaveNotPassedIt(t *testing.T) {
	f := newFixture(t)
	f.accept(arrival("9/x.csv", "v9", "01"))
	f.must(f.skip(2, 8))
	fifth := f.accept(arrival("5/x.csv", "v5", "01"))
	f.admit(fifth, Park) // for the first has not come
	first := f.accept(arrival("1/x.csv", "v1", "01"))
	for _, stage := range Stages {
		f.complete(first.at(stage))
	}
	f.successor(Validator, 5)
	f.successor(Processor, 0) // it waits for the fifth as well
	f.complete(fifth)
	f.complete(fifth.at(Processor))
	if cursors := load[Feed](f, Key(id)); cursors.Validator != 5 || cursors.Processor != 5 || cursors.Aggregator != 1 {
		t.Errorf("the cursors are %+v", cursors.PerStage)
	}
	f.must(f.skip(6, 8)) // which were skipped already
	f.successor(Validator, 0)
	f.successor(Processor, 0)
	if cursors := load[Feed](f, Key(id)); cursors.Validator != 8 || cursors.Processor != 8 || cursors.Aggregator != 1 {
		t.Errorf("the cursors are %+v", cursors.PerStage)
	}
}

func TestWhatHoldsNothingUpIsNotSkipped(t *testing.T) {
	f := newFixture(t)
	f.refused(f.skip(1, 1), Refusal{Why: NoFeed})
	for _, stage := range Stages {
		f.complete(f.accept(arrival("1/x.csv", "v1", "01")).at(stage))
	}
	f.admit(f.accept(arrival("5/x.csv", "v5", "01")), Park)
	counted := f.accept(arrival("3/x.csv", "v3", "01"))
	tx := store.Begin(f.ledger.Store) // as when the validator has not recorded that it was sent
	number, err := store.Load[Number](context.Background(), tx, NumberKey(id, 3))
	f.must(err)
	number.Aggregator, number.Counted = counted.Ticket.Revision, counted.Ticket
	f.must(tx.Commit(context.Background()))
	f.refused(f.skip(2, 6), Refusal{Why: Beyond, Number: 5})
	f.refused(f.skip(1, 2), Refusal{Why: Passed, Number: 1})
	f.refused(f.skip(2, 4), Refusal{Why: Counts, Number: 3, File: "3/x.csv"})
	if view := load[Feed](f, Key(id)); len(view.Skipping)+len(view.Skipped) > 0 {
		t.Errorf("a refused skip leaves %+v", view)
	}
}

func (f *fixture) refused(err error, want Refusal) {
	f.t.Helper()
	var refusal *Refusal
	if !errors.As(err, &refusal) || *refusal != want {
		f.t.Errorf("the answer is %v, want %v", err, &want)
	}
}

func TestASkipThatEveryStageHasPassedMayBeRepeated(t *testing.T) {
	f := newFixture(t)
	f.accept(arrival("4/x.csv", "v4", "01"))
	f.must(f.skip(1, 2))
	for _, stage := range Stages {
		f.successor(stage, 0)
	}
	f.now = f.now.Add(time.Minute)
	f.must(f.skip(1, 3))
	f.refused(f.skip(4, 5), Refusal{Why: Beyond, Number: 4})
	view, err := f.ledger.Overview(context.Background(), id)
	f.must(err)
	if len(view.Acts) != 2 || view.Acts[1].Interval != (Interval{1, 3}) {
		t.Errorf("the operator's acts are %+v", view.Acts)
	}
	if !slices.Equal(view.Skipped, Intervals{{3, 3}}) || len(view.Open) != 1 || view.Open[0].Number != 4 || view.More {
		t.Errorf("the feed stands at %+v", view)
	}
}

func (f *fixture) retry(n int64) (Ticket, Stage, error) {
	return f.ledger.Retry(context.Background(), id, n, because)
}

func TestANumberIsTakenUpAgainWhereItStopped(t *testing.T) {
	f := newFixture(t)
	turn := f.accept(arrival("1/x.csv", "v1", "01"))
	for i, stage := range append(slices.Clone(Stages), Aggregator) {
		if i > 0 {
			f.complete(turn.at(Stages[i-1]))
		}
		ticket, at, err := f.retry(1)
		f.must(err)
		if ticket != turn.Ticket || at != stage {
			t.Errorf("%+v goes to the %s, want the %s", ticket, at, stage)
		}
	}
	correction := f.accept(arrival("1/x.csv", "v2", "02"))
	if ticket, at, err := f.retry(1); err != nil || ticket != correction.Ticket || at != Validator {
		t.Errorf("the correction %+v goes to the %s (%v)", ticket, at, err)
	}
	view, err := f.ledger.Overview(context.Background(), id)
	f.must(err)
	if want := (Act{Command: "retry", Interval: Interval{1, 1}, At: stamp(f.now), By: "tester", Reason: "never sent"}); view.Acts[0] != want {
		t.Errorf("it is recorded as %+v", view.Acts)
	}
}

func TestWhatMustBeSentAnewIsNotTakenUpAgain(t *testing.T) {
	f := newFixture(t)
	_, _, err := f.retry(1)
	f.refused(err, Refusal{Why: NothingHas, Number: 1})
	bad := arrival("1/x.csv", "v1", "01")
	f.receive(bad)
	f.must(f.ledger.Reject(context.Background(), bad, "no trades", nil))
	_, _, err = f.retry(1)
	f.refused(err, Refusal{Why: Invalid, Number: 1, File: "1/x.csv"})
	f.refused(f.skip(1, 1), Refusal{Why: Undecided})
	f.accept(arrival("2/x.csv", "v2", "01"))
	f.must(f.skip(1, 1))
	_, _, err = f.retry(1)
	f.refused(err, Refusal{Why: NeverValid, Number: 1, File: "1/x.csv"})
}
