package feed

import (
	"context"
	"slices"
	"time"

	"market-data-pipeline/handlers/internal/store"
)

// Wait is a ticket's wait at a stage: since when it lasted.
type Wait struct {
	Stage Stage
	Since string
}

// Due is the time that the wait was counted for.
func (w Wait) Due() (time.Time, error) {
	began, err := time.Parse(time.RFC3339, w.Since)
	return began.Add(patience), err
}

// Skip lets every stage pass an interval of numbers, whether anything has come for them
// or not, and drops what is parked there. It costs the same for any number of numbers
// that nothing has come for. ended is told of the waits that each transaction ends.
//
// It is done in two steps, for I7: first the numbers are announced, so that whoever
// parks a ticket there from then on takes its number out; then, when nothing that was
// parked before is left, they are skipped. A number that was announced or skipped before
// keeps its first note; so a skip that was cut short may be repeated, and does the rest.
func (l Ledger) Skip(ctx context.Context, id string, numbers Interval, note Note, ended func([]Wait) error) error {
	if err := l.announce(ctx, id, numbers, note); err != nil {
		return err
	}
	for done := false; !done; {
		var waits []Wait
		err := l.transact(ctx, func(tx *store.Transaction) (err error) {
			waits, done, err = l.dropSome(ctx, tx, id, numbers, note)
			return err
		})
		if err != nil {
			return err
		}
		if err := ended(waits); err != nil {
			return err
		}
	}
	return nil
}

// announce records that numbers are about to be skipped, by whom and why.
func (l Ledger) announce(ctx context.Context, id string, numbers Interval, note Note) error {
	at := stamp(l.Now())
	return l.transact(ctx, func(tx *store.Transaction) error {
		feed, err := store.Load[Feed](ctx, tx, Key(id))
		switch {
		case err != nil:
			return err
		case !feed.begun():
			return &Refusal{Why: NoFeed}
		case feed.Kind == "":
			return &Refusal{Why: Undecided}
		case numbers.Through > feed.Highest:
			return &Refusal{Why: Beyond, Number: feed.Highest}
		}
		asked, passed := Intervals{numbers}, Interval{1, feed.passed()}
		if err := l.checkPassed(ctx, id, asked.Within(passed)); err != nil {
			return err
		}
		fresh := asked.Without(Intervals{passed}).Without(feed.Skipped).Without(feed.Skipping)
		if len(fresh) == 0 {
			return nil
		}
		if err := l.checkCounted(ctx, id, fresh); err != nil {
			return err
		}
		feed.Skipping = feed.Skipping.With(fresh)
		act, err := store.Load[Act](ctx, tx, ActKey(id, at, numbers.From))
		if err != nil {
			return err
		}
		*act = Act{Command: "skip", Interval: numbers, At: at, By: note.By, Reason: note.Reason}
		return nil
	})
}

// begun tells whether a file has come with a number.
func (f *Feed) begun() bool { return f.Highest > 0 || f.Next > 0 }

// checkPassed refuses numbers that every stage has passed, but for those that were
// skipped: they are asked for again.
func (l Ledger) checkPassed(ctx context.Context, id string, passed Intervals) error {
	if len(passed) == 0 {
		return nil
	}
	acts, err := l.acts(ctx, id)
	if err != nil {
		return err
	}
	for _, act := range acts {
		if act.Command == "skip" {
			passed = passed.Without(Intervals{act.Interval})
		}
	}
	if len(passed) > 0 {
		return &Refusal{Why: Passed, Number: passed[0].From}
	}
	return nil
}

// checkCounted refuses numbers that count though not every stage has recorded it.
func (l Ledger) checkCounted(ctx context.Context, id string, fresh Intervals) error {
	for _, i := range fresh {
		numbers, err := scan[Number](ctx, l.Store, NumberKey(id, i.From), NumberKey(id, i.Through), everything)
		if err != nil {
			return err
		}
		for _, number := range numbers {
			if number.counts() {
				return &Refusal{Why: Counts, Number: number.Number, File: number.File}
			}
		}
	}
	return nil
}

// maxDrops bounds the numbers of one transaction, maxDropped their items: what one
// number may add leaves room up to the 100 that DynamoDB takes.
const maxDrops, maxDropped = 30, 84

// dropSome drops what has come for the first of the announced numbers, as much as one
// transaction takes, and has those skipped that it is through with.
func (l Ledger) dropSome(
	ctx context.Context, tx *store.Transaction, id string, asked Interval, note Note,
) (waits []Wait, done bool, err error) {
	feed, err := store.Load[Feed](ctx, tx, Key(id))
	if err != nil {
		return nil, false, err
	}
	announced := feed.Skipping.Within(asked)
	if len(announced) == 0 {
		return nil, true, nil
	}
	come, err := scan[Number](ctx, l.Store, NumberKey(id, announced[0].From), NumberKey(id, asked.Through), maxDrops)
	if err != nil {
		return nil, false, err
	}
	done = len(come) < maxDrops
	for i, found := range come {
		if tx.Size() > maxDropped {
			come, done = come[:i], false
			break
		}
		if !announced.Contains(found.Number) || !feed.Knows(&found) {
			continue
		}
		number, err := store.Load[Number](ctx, tx, NumberKey(id, found.Number))
		if err != nil {
			return nil, false, err
		}
		if number.counts() { // since it was announced: what counts is not taken back
			continue
		}
		waited, err := l.drop(ctx, tx, id, number, note)
		if err != nil {
			return nil, false, err
		}
		waits = append(waits, waited...)
	}
	if !done {
		announced = announced.Within(Interval{1, come[len(come)-1].Number})
	}
	feed.Skipping, feed.Skipped = feed.Skipping.Without(announced), feed.Skipped.With(announced)
	return waits, done, nil
}

// drop forgets what is parked at a number and records of its newest version, and of
// older ones that were parked, that they go no further.
func (l Ledger) drop(ctx context.Context, tx *store.Transaction, id string, number *Number, note Note) (waits []Wait, err error) {
	dropped := []Ticket{number.Ticket}
	for _, stage := range Stages {
		if since, waited := number.Since[stage]; waited {
			waits = append(waits, Wait{stage, since})
		}
		if parked := number.Parked[stage]; parked.Revision > 0 && !slices.Contains(dropped, parked) {
			dropped = append(dropped, parked)
		}
	}
	number.Parked, number.Since = nil, nil
	for _, ticket := range dropped {
		turn := Turn{Stage: operator, Feed: id, Ticket: ticket}
		if err := l.writeSettled(ctx, tx, turn, number, Skipped, note.Reason); err != nil {
			return nil, err
		}
	}
	if number.Revision > number.Aggregator {
		return waits, l.void(ctx, tx, id, number)
	}
	return waits, nil
}

// isDropped tells whether the newest revision of a number is that of a skip.
func (n *Number) isDropped() bool {
	return n.Status == Skipped && n.Revision > 0 && n.Revision == n.Aggregator && !n.counts()
}

// Dropped are the tickets of the accepted numbers that a skip has dropped, in the
// revision that brings nothing: what earlier ones have written is to be withdrawn, and
// what Again names to be processed again.
func (l Ledger) Dropped(ctx context.Context, id string, numbers Interval) ([]Ticket, error) {
	come, err := scan[Number](ctx, l.Store, NumberKey(id, numbers.From), NumberKey(id, numbers.Through), everything)
	var dropped []Ticket
	for _, number := range come {
		if number.isDropped() {
			dropped = append(dropped, number.Ticket)
		}
	}
	return dropped, err
}
