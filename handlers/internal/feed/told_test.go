package feed

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"market-data-pipeline/handlers/internal/store"
)

// What the record tells of files: each case is a story in which a wrong line, a
// missing one or one too many would do no harm to the order, and still be a lie.

// history demands the lines of a version's history.
func (f *fixture) history(file, version string, want ...string) {
	f.t.Helper()
	var got []string
	for _, e := range f.version(file, version).History {
		got = append(got, fmt.Sprintf("%s by %s", e.Status, e.Stage))
		if e.At == "" {
			f.t.Errorf("nobody knows when it was %s", e.Status)
		}
	}
	if !slices.Equal(got, want) {
		f.t.Errorf("%s version %s was %q, want %q", file, version, got, want)
	}
}

func (f *fixture) acceptAgain(a Arrival, want bool) Ticket {
	f.t.Helper()
	acceptance, err := f.ledger.Accept(context.Background(), a, Turn{Stage: Validator, Feed: id, Attempt: 1}, Found{Rows: 1, Symbols: 1})
	f.must(err)
	if acceptance.Accepted != want {
		f.t.Errorf("%s is accepted: %v", a.VersionID, acceptance.Accepted)
	}
	return acceptance.Ticket
}

func TestAnArrivalStandsWhereItsVersionStands(t *testing.T) {
	f := newFixture(t)
	old, valid, invalid := arrival("1/x.csv", "v1", "01"), arrival("1/x.csv", "v2", "02"), arrival("2/x.csv", "v3", "01")
	f.receive(old)
	f.accept(valid)
	f.receive(invalid)
	f.must(f.ledger.Reject(context.Background(), invalid, "no trades", nil))
	for _, c := range []struct {
		arrival Arrival
		want    Standing
	}{{arrival("1/x.csv", "v0", "00"), Done}, {old, Done}, {valid, Accepted}, {invalid, Done}, {arrival("2/x.csv", "v4", "02"), Fresh}} {
		for range 2 {
			if got := f.receive(c.arrival).Standing; got != c.want {
				t.Errorf("%s stands at %d, want %d", c.arrival.VersionID, got, c.want)
			}
		}
	}
	f.history("1/x.csv", "v0", "RECEIVED by validator", "SKIPPED by validator")
}

func TestANewVersionIsSpokenOfFromItsArrivalOn(t *testing.T) {
	f := newFixture(t)
	f.complete(f.accept(arrival("1/x.csv", "v2", "02")).at(Aggregator))
	f.receive(arrival("1/x.csv", "v3", "03"))
	f.told("1/x.csv", "v3", Received)
	if head := load[File](f, FileKey(id, "1/x.csv")); head.VersionID != "v3" || head.UpdatedAt() != stamp(f.now) || head.Kind != Sequenced {
		t.Errorf("its head is %+v", head)
	}
	f.receive(arrival("1/x.csv", "v1", "01"))
	f.told("1/x.csv", "v3", Received)
}

func TestANumberSpeaksOfItsNewestVersionUntilOneIsAccepted(t *testing.T) {
	f := newFixture(t)
	f.receive(arrival("1/x.csv", "v2", "02"))
	f.receive(arrival("1/x.csv", "v1", "01"))
	if number := load[Number](f, NumberKey(id, 1)); number.VersionID != "v2" || number.Status != Received {
		t.Errorf("it speaks of %+v as %s", number.Ticket, number.Status)
	}
}

func TestASkippedNumberStaysSoUntilAValidVersionComes(t *testing.T) {
	f := newFixture(t)
	f.receive(arrival("1/x.csv", "v0", "00"))
	f.skipNumbers(1, 1)
	a := arrival("1/x.csv", "v1", "01")
	f.receive(a)
	f.must(f.ledger.Reject(context.Background(), a, "no trades", nil))
	if status := load[Number](f, NumberKey(id, 1)).Status; status != Skipped {
		t.Errorf("it is %s", status)
	}
}

func TestAVersionThatIsFoundValidTwiceIsAcceptedOnce(t *testing.T) {
	f := newFixture(t)
	a := arrival("1/x.csv", "v1", "01")
	first := f.accept(a).Ticket
	if again := f.acceptAgain(a, true); again != first {
		t.Errorf("%+v, then %+v", first, again)
	}
	f.history("1/x.csv", "v1", "RECEIVED by validator", "VALIDATED by validator")
}

func TestAVersionThatIsOutrunWhileItIsValidatedIsNotAccepted(t *testing.T) {
	f := newFixture(t)
	first := arrival("1/x.csv", "v1", "01")
	f.receive(first)
	second := f.accept(arrival("1/x.csv", "v2", "02")).Ticket
	f.acceptAgain(first, false)
	f.history("1/x.csv", "v1", "RECEIVED by validator", "SKIPPED by validator")
	f.told("1/x.csv", "v2", Validated)
	if number := load[Number](f, NumberKey(id, 1)); number.Ticket != second {
		t.Errorf("the number is %+v", number.Ticket)
	}
	found := f.version("1/x.csv", "v1")
	if last := found.History[1]; last.Reason != replaced || last.At != stamp(f.now) || found.ExpiresAt == 0 {
		t.Errorf("%+v", found)
	}
}

func TestTheRejectionOfAnOlderVersionIsNotTheFiles(t *testing.T) {
	f := newFixture(t)
	ctx, old := context.Background(), arrival("1/x.csv", "v1", "01")
	f.receive(old)
	f.receive(arrival("1/x.csv", "v2", "02"))
	f.must(f.ledger.Reject(ctx, old, "no trades", nil))
	f.head("1/x.csv", "v2", Received)
	f.history("1/x.csv", "v1", "RECEIVED by validator", "REJECTED by validator")
	if status := load[Number](f, NumberKey(id, 1)).Status; status != Received {
		t.Errorf("the number is %s", status)
	}
	accepted := arrival("2/x.csv", "v3", "01")
	f.accept(accepted)
	if err := f.ledger.Reject(ctx, accepted, "no trades", nil); err == nil {
		t.Error("what was accepted is rejected")
	}
}

func TestARejectionIsToldOfTheNewestVersion(t *testing.T) {
	f := newFixture(t)
	for i, version := range []string{"v1", "v2"} { // as with a name outside the grammar: they are not received
		f.must(f.ledger.Reject(context.Background(), arrival("1/x.csv", version, fmt.Sprint("1", i)), "no name", nil))
		f.history("1/x.csv", version, "RECEIVED by validator", "REJECTED by validator")
		f.head("1/x.csv", version, Rejected)
	}
	f.must(f.ledger.Reject(context.Background(), arrival("1/x.csv", "v0", "05"), "no name", nil)) // late
	f.head("1/x.csv", "v2", Rejected)
	last := arrival("2/x.csv", "v3", "01")
	for range LastAttempt {
		f.receive(last)
	}
	f.must(f.ledger.Reject(context.Background(), last, "no trades", nil))
	f.history("2/x.csv", "v3", "RECEIVED by validator", "FAILED by validator", "REJECTED by validator")
}

// head demands the version that is spoken of when a file is.
func (f *fixture) head(file, version string, want Status) {
	f.t.Helper()
	head := load[File](f, FileKey(id, file))
	if head.File != file || head.VersionID != version || head.Status != want || head.UpdatedAt() != stamp(f.now) {
		f.t.Errorf("the head of %s is %+v", file, head)
	}
}

func TestAFileOfTheOtherKindTakesNoNumber(t *testing.T) {
	f := newFixture(t)
	f.accept(arrival("1/x.csv", "v1", "01"))
	if got := f.receive(arrival("x.csv", "v2", "01")); got.Standing != OtherKind || got.Kind != Sequenced {
		t.Errorf("%+v", got)
	}
	item, err := f.ledger.Store.Get(context.Background(), NumberKey(id, 0))
	f.must(err)
	if item.Generation != 0 {
		t.Errorf("number 0 is %v", item.Attributes)
	}
}

func TestATicketThatIsParkedAgainWaitsAsBefore(t *testing.T) {
	f := newFixture(t)
	second := f.accept(arrival("2/x.csv", "v1", "01"))
	for range 2 {
		f.admit(second, Park)
	}
	f.history("2/x.csv", "v1", "RECEIVED by validator", "VALIDATED by validator", "WAITING by validator")
}

func TestANumberThatWaitsAtTwoStagesGoesOnAtEach(t *testing.T) {
	f := newFixture(t)
	second := f.accept(arrival("2/x.csv", "v1", "01"))
	f.admit(second, Park)
	f.now = f.now.Add(1)
	f.admit(second.at(Processor), Park) // sent by a validator that has not completed it
	f.history("2/x.csv", "v1", "RECEIVED by validator", "VALIDATED by validator", "WAITING by validator", "WAITING by processor")
	if number := load[Number](f, NumberKey(id, 2)); len(number.Parked) != 2 || len(number.Since) != 2 {
		t.Errorf("it waits at %v since %v", number.Parked, number.Since)
	}
	f.complete(f.accept(arrival("1/x.csv", "v2", "01")))
	f.successor(Validator, 2)
	f.complete(second)
	f.told("2/x.csv", "v1", Waiting) // at the processor
	number := load[Number](f, NumberKey(id, 2))
	if _, parked := number.Parked[Processor]; !parked || len(number.Parked) != 1 || len(number.Since) != 1 {
		t.Errorf("it waits at %v since %v", number.Parked, number.Since)
	}
}

func TestWhatReplacesAParkedRevisionSaysSo(t *testing.T) {
	f := newFixture(t)
	old := f.accept(arrival("2/x.csv", "v1", "01"))
	f.admit(old.at(Processor), Park)
	f.complete(f.accept(arrival("1/x.csv", "v2", "01")).at(Processor))
	f.complete(f.accept(arrival("2/y.csv", "v3", "01")).at(Processor)) // ahead of the one that is woken
	f.told("2/x.csv", "v1", Skipped)
	f.told("2/y.csv", "v3", Processed)
	f.successor(Processor, 0)
}

func TestCompletingTwiceTellsNothingNew(t *testing.T) {
	f := newFixture(t)
	turn := f.accept(arrival("1/x.csv", "v1", "01")).at(Aggregator)
	for range 2 {
		f.complete(turn)
	}
	f.history("1/x.csv", "v1", "RECEIVED by validator", "VALIDATED by validator", "AGGREGATED by aggregator")
}

func TestWhatIsReplacedAtTheProcessorIsToldSoOnlyBehindIt(t *testing.T) {
	f := newFixture(t)
	first, second := f.accept(arrival("1/x.csv", "v1", "01")), f.accept(arrival("1/y.csv", "v2", "01"))
	f.admit(first.at(Processor), Proceed)
	f.complete(second.at(Processor))
	f.complete(first.at(Processor)) // and is sent on
	f.told("1/x.csv", "v1", Validated)
	f.complete(second.at(Aggregator))
	f.admit(first.at(Aggregator), Replaced)
	f.told("1/x.csv", "v1", Skipped)
}

func TestALastAttemptIsSettledByWhereTheFileIs(t *testing.T) {
	f := newFixture(t)
	f.complete(f.accept(arrival("1/x.csv", "v1", "01")))
	last := f.accept(arrival("2/x.csv", "v2", "01"))
	last.Attempt = LastAttempt
	f.must(f.ledger.Fail(context.Background(), last, Unfinished))
	tx := store.Begin(f.ledger.Store) // the processor has parked it, in a time that nobody recorded
	parked, err := store.Load[Number](context.Background(), tx, NumberKey(id, 2))
	f.must(err)
	parked.Parked = map[Stage]Ticket{Processor: last.Ticket}
	f.must(tx.Commit(context.Background()))
	f.must(f.ledger.Settle(context.Background(), last))
	f.told("2/x.csv", "v2", Waiting)
}
