package feed

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"market-data-pipeline/handlers/internal/store"
)

func TestTheValidatorDoesNotOverwriteWhatBecameOfAFileThatItHasSent(t *testing.T) {
	f := newFixture(t)
	f.complete(f.accept(arrival("1/x.csv", "v1", "01")))
	second := f.accept(arrival("2/x.csv", "v2", "01"))
	f.admit(second, Proceed)
	there := second // it is sent before it is completed, and waits at the processor by now
	there.Stage = Processor
	f.admit(there, Park)
	f.complete(second)
	if status := f.version("2/x.csv", "v2").Status; status != Waiting {
		t.Errorf("it is %s", status)
	}
}

// at is the turn at another stage.
func (t Turn) at(stage Stage) Turn {
	t.Stage = stage
	return t
}

// told demands the status of a version, and of its file's head if it is the newest.
func (f *fixture) told(file, version string, want Status) *Version {
	f.t.Helper()
	found := f.version(file, version)
	if head := load[File](f, FileKey(id, file)); found.Status != want || head.VersionID == version && head.Status != want {
		f.t.Errorf("%s is %s, its version %s %s, want %s", file, head.Status, version, found.Status, want)
	}
	return found
}

func TestALateRepeatOfARevisionThatStillCountsDoesNotCallItSkipped(t *testing.T) {
	f := newFixture(t)
	first := f.accept(arrival("1/x.csv", "v1", "01"))
	f.complete(first.at(Aggregator))
	second := f.accept(arrival("1/y.csv", "v2", "01"))
	f.complete(second.at(Processor))
	f.admit(first.at(Processor), Replaced)
	f.told("1/x.csv", "v1", Aggregated)
}

func TestWhatCountedSaysWhatReplacedItOnceThatCounts(t *testing.T) {
	f := newFixture(t)
	first := f.accept(arrival("01/fixed.csv", "v1", "01"))
	second := f.accept(arrival("1/x.csv", "v2", "01"))
	for _, stage := range Stages {
		f.complete(first.at(stage))
	}
	for _, stage := range Stages {
		f.told("01/fixed.csv", "v1", Aggregated)
		f.complete(second.at(stage))
	}
	third := f.accept(arrival("01/fixed.csv", "v3", "02")) // which counts again, then
	f.told("1/x.csv", "v2", Aggregated)
	f.complete(third.at(Aggregator))
	for range 2 { // late repeats add nothing
		f.complete(first.at(Aggregator))
		f.admit(first.at(Aggregator), Replaced)
		f.must(f.ledger.Fail(context.Background(), first.at(Aggregator), "too late"))
	}
	for _, c := range []struct{ file, version, reason string }{
		{"01/fixed.csv", "v1", "revision 2 replaced it: 1/x.csv, version v2"},
		{"1/x.csv", "v2", "revision 3 replaced it: 01/fixed.csv, version v3"},
	} {
		history := f.told(c.file, c.version, Skipped).History
		if last := history[len(history)-1]; last.Reason != c.reason || history[len(history)-2].Status != Aggregated {
			t.Errorf("%s ends with %+v", c.file, history)
		}
	}
	f.told("01/fixed.csv", "v3", Aggregated)
}

func TestWhatCountedOnItsLastAttemptIsReplacedThoughItDiedBeforeItSettled(t *testing.T) {
	f := newFixture(t)
	first, second := f.accept(arrival("1/x.csv", "v1", "01")).at(Aggregator), f.accept(arrival("1/y.csv", "v2", "01"))
	first.Attempt = LastAttempt
	f.must(f.ledger.Fail(context.Background(), first, Unfinished))
	f.complete(first)
	f.told("1/x.csv", "v1", Failed)
	f.complete(second.at(Aggregator))
	f.must(f.ledger.Settle(context.Background(), first))
	f.told("1/x.csv", "v1", Skipped)
}

func TestARevisionThatIsReplacedWhileItIsWorkedOnSaysSo(t *testing.T) {
	f := newFixture(t)
	first, second := f.accept(arrival("1/x.csv", "v1", "01")), f.accept(arrival("1/y.csv", "v2", "01"))
	f.admit(first.at(Aggregator), Proceed)
	f.complete(second.at(Aggregator))
	f.complete(first.at(Aggregator))
	f.told("1/x.csv", "v1", Skipped)
	f.told("1/y.csv", "v2", Aggregated)
}

func TestAFileWhoseRecordHasExpiredStillSaysThatItWasReplaced(t *testing.T) {
	f := newFixture(t)
	first := arrival("1/x.csv", "v1", "01")
	f.complete(f.accept(first).at(Aggregator))
	f.receive(arrival("1/x.csv", "v1b", "02")) // so that the record of the first has an item of its own
	second := f.accept(arrival("1/y.csv", "v2", "01"))
	tx := store.Begin(f.ledger.Store)
	version, err := store.Load[Version](context.Background(), tx, VersionKey(id, "1/x.csv", "v1"))
	f.must(err)
	*version = Version{}
	f.must(tx.Commit(context.Background()))
	f.complete(second.at(Aggregator))
	if found := f.version("1/x.csv", "v1"); found.Status != Skipped || found.File != "1/x.csv" || found.VersionID != "v1" || found.ExpiresAt == 0 {
		t.Errorf("its new record is %+v", found)
	}
	if got := f.receive(first).Standing; got != Done {
		t.Errorf("standing %d, want %d", got, Done)
	}
}

func TestARejectedVersionExpiresOnceThereIsANewerOne(t *testing.T) {
	f := newFixture(t)
	a := arrival("1/x.csv", "v1", "01")
	f.receive(a)
	f.must(f.ledger.Reject(context.Background(), a, "no trades", nil))
	if head := load[File](f, FileKey(id, "1/x.csv")); head.ExpiresAt != 0 || head.Version.ExpiresAt != 0 {
		t.Errorf("the newest expires: %+v", head)
	}
	f.receive(arrival("1/x.csv", "v2", "02"))
	if at := f.version("1/x.csv", "v1").ExpiresAt; at != f.now.Add(retention).Unix() {
		t.Errorf("expires at %d", at)
	}
}

func TestTheFailureOfAnOutdatedVersionIsNotItsNumbers(t *testing.T) {
	f := newFixture(t)
	first := f.accept(arrival("1/x.csv", "v1", "01"))
	f.accept(arrival("1/x.csv", "v2", "02"))
	f.must(f.ledger.Fail(context.Background(), first, "too late"))
	if status := load[Number](f, NumberKey(id, 1)).Status; status != Validated {
		t.Errorf("the number is %s", status)
	}
}

func TestASkippedVersionThatIsTakenAfterAllDoesNotExpire(t *testing.T) {
	f := newFixture(t)
	second := f.accept(arrival("2/x.csv", "v2", "01"))
	f.admit(second, Park)
	f.skipNumbers(2, 2)
	f.told("2/x.csv", "v2", Skipped)
	f.admit(second, Replaced) // by the skip
	ticket, stage, err := f.ledger.Retry(context.Background(), id, 2, Note{By: "someone", Reason: "why"})
	if f.must(err); stage != Processor || ticket.Revision != 3 || !ticket.sameVersion(second.Ticket) {
		t.Fatalf("%+v goes to the %s", ticket, stage)
	}
	second.Stage, second.Ticket = stage, ticket
	f.admit(second, Park) // it is taken up again, and the first has not come yet
	if found := f.version("2/x.csv", "v2"); found.Status != Waiting || found.ExpiresAt != 0 {
		t.Errorf("it is %s and expires at %d", found.Status, found.ExpiresAt)
	}
}

func TestOnlyAFinalVersionExpiresAndNeverTheOrder(t *testing.T) {
	f := newFixture(t)
	turn := f.accept(arrival("1/x.csv", "v1", "01"))
	f.complete(turn)
	for _, stage := range []Stage{Processor, Aggregator} {
		if at := f.version("1/x.csv", "v1").ExpiresAt; at != 0 {
			t.Errorf("expires at %d before the %s has had it", at, stage)
		}
		turn.Stage = stage
		f.complete(turn)
	}
	f.receive(arrival("1/x.csv", "v2", "02"))
	if at := f.version("1/x.csv", "v1").ExpiresAt; at != f.now.Add(400*24*time.Hour).Unix() {
		t.Errorf("expires at %d", at)
	}
	for _, key := range []store.Key{Key(id), NumberKey(id, 1), FileKey(id, "1/x.csv")} {
		item, err := f.ledger.Store.Get(context.Background(), key)
		f.must(err)
		if _, expires := item.Attributes["expiresAt"]; expires || item.Generation == 0 {
			t.Errorf("%v expires or is missing", key)
		}
	}
}

func TestAnEventOfAnAcceptedVersionDoesNothingThoughItsRecordHasExpired(t *testing.T) {
	f := newFixture(t)
	a := arrival("1/x.csv", "v1", "01")
	f.complete(f.accept(a))
	f.receive(arrival("1/x.csv", "v2", "02"))
	memory := f.ledger.Store
	f.ledger.Store = &without{memory, VersionKey(id, "1/x.csv", "v1")}
	if receipt := f.receive(a); receipt.Standing != Done {
		t.Errorf("standing %v", receipt.Standing)
	}
	if head := load[File](f, FileKey(id, "1/x.csv")); head.VersionID != "v2" || head.Status != Received {
		t.Errorf("the newest is %s, %s", head.VersionID, head.Status)
	}
}

// without is a store from which an item has expired.
type without struct {
	store.Store
	key store.Key
}

func (w *without) Get(ctx context.Context, key store.Key) (store.Item, error) {
	if key == w.key {
		return store.Item{Key: key}, nil
	}
	return w.Store.Get(ctx, key)
}

func (w *without) Commit(ctx context.Context, writes ...store.Write) error {
	kept := slices.DeleteFunc(writes, func(x store.Write) bool { return x.Item.Key == w.key })
	return w.Store.Commit(ctx, kept...)
}

func TestALateFailureOfAnEarlierStageDoesNotOverwriteALaterOnes(t *testing.T) {
	f := newFixture(t)
	turn := f.accept(arrival("1/x.csv", "v1", "01"))
	f.complete(turn)
	later := turn
	later.Stage = Processor
	f.complete(later)
	f.must(f.ledger.Fail(context.Background(), turn, "late"))
	if status := f.version("1/x.csv", "v1").Status; status != Processed {
		t.Errorf("status %s", status)
	}
}

func TestOneStageDoesNotSettleAnothersFailure(t *testing.T) {
	f := newFixture(t)
	turn := f.accept(arrival("1/x.csv", "v1", "01"))
	f.complete(turn)
	failing := turn
	failing.Stage = Processor
	f.must(f.ledger.Fail(context.Background(), failing, "why"))
	f.must(f.ledger.Settle(context.Background(), turn))
	if status := load[File](f, FileKey(id, "1/x.csv")).Status; status != Failed {
		t.Errorf("status %s", status)
	}
	f.must(f.ledger.Settle(context.Background(), failing))
	if status := load[File](f, FileKey(id, "1/x.csv")).Status; status != Validated {
		t.Errorf("status %s", status)
	}
}

// refusing is a store that refuses its next commits.
type refusing struct {
	store.Store
	times int
	by    error
}

func (r *refusing) Commit(ctx context.Context, writes ...store.Write) error {
	if r.times--; r.times >= 0 {
		return r.by
	}
	return r.Store.Commit(ctx, writes...)
}

func TestATransactionIsTriedAgainAfterOthersAndAfterAThrottleUntilItsTimeIsOver(t *testing.T) {
	for _, refusal := range []error{store.ErrConflict, store.ErrThrottled} {
		f := newFixture(t)
		beneath := f.ledger.Store
		f.ledger.Store = &refusing{beneath, 1000, refusal}
		if receipt := f.receive(arrival("x.csv", "v1", "01")); receipt.Attempt != 1 || receipt.Ticket.Number != 1 {
			t.Errorf("%v: received as %+v", refusal, receipt)
		}
		f.ledger.Store = &refusing{beneath, 1000, refusal}
		f.ledger.Pause = func(_ context.Context, try int) error {
			if try == 100 {
				return context.DeadlineExceeded
			}
			return nil
		}
		_, err := f.ledger.Receive(context.Background(), arrival("x.csv", "v1", "01"))
		if !errors.Is(err, refusal) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want %v", err, refusal)
		}
	}
}

func TestPausesAreShortAndEndWithTheFunction(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := pause(ctx, 1000); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if err := pause(context.Background(), 0); err != nil {
		t.Error(err)
	}
}
