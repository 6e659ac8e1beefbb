package feed

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"market-data-pipeline/handlers/internal/store"
)

// What an operator does to a feed. An operator has no turn: it decides by what stands
// in the ledger, and its writes are conditional as those of the stages are.

// Note says who does something to a feed, and why.
type Note struct{ By, Reason string }

// Refusal says why the ledger does not do what an operator asks for.
type Refusal struct {
	Why    Why    `json:"why"`
	Number int64  `json:"number,omitempty"`
	File   string `json:"file,omitempty"`
}

func (r *Refusal) Error() string { return fmt.Sprintf("%s: number %d %s", r.Why, r.Number, r.File) }

// Why is the rule that a refusal goes by.
type Why string

// The rules of refusal.
const (
	NoFeed     Why = "no-feed"     // the feed has had no file yet
	Undecided  Why = "undecided"   // no file was valid yet, so nothing waits
	Beyond     Why = "beyond"      // Number is the highest that anything has come for
	Passed     Why = "passed"      // every stage is past the number, so it holds nothing up
	Counts     Why = "counts"      // the aggregator has counted a revision of the number
	NothingHas Why = "nothing-has" // come for the number
	Invalid    Why = "invalid"     // the file was rejected, and would be again
	NeverValid Why = "never-valid" // the file was skipped before it was found valid
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

// operator stands where a history names the stage.
const operator Stage = "operator"

// counts tells whether a revision of a number stands in the days.
func (n *Number) counts() bool { return n.Counted.Revision > 0 }

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

// Retry takes a number up again: it names the ticket, and the stage that is to have
// it, which is where it stopped. What is complete stays as it is; what a skip dropped
// gets a new revision.
func (l Ledger) Retry(ctx context.Context, id string, n int64, note Note) (ticket Ticket, stage Stage, err error) {
	at := stamp(l.Now())
	err = l.transact(ctx, func(tx *store.Transaction) error {
		feed, number, err := loadTurn(ctx, tx, Turn{Feed: id, Ticket: Ticket{Number: n}})
		switch {
		case err != nil:
			return err
		case number.VersionID == "", !feed.Knows(number):
			return &Refusal{Why: NothingHas, Number: n}
		case number.Status == Rejected:
			return &Refusal{Why: Invalid, Number: n, File: number.File}
		case number.Status == Skipped && number.Revision == 0:
			return &Refusal{Why: NeverValid, Number: n, File: number.File}
		}
		if number.isDropped() {
			if err := l.anew(ctx, tx, id, number, operator, note.Reason); err != nil {
				return err
			}
		}
		ticket, stage = number.Ticket, number.stoppedAt()
		act, err := store.Load[Act](ctx, tx, ActKey(id, at, n))
		if err != nil {
			return err
		}
		*act = Act{Command: "retry", Interval: Interval{n, n}, At: at, By: note.By, Reason: note.Reason}
		return nil
	})
	return ticket, stage, err
}

// stoppedAt is the first stage that has not completed the newest revision, or the last
// of all.
func (n *Number) stoppedAt() Stage {
	i := slices.IndexFunc(Stages, func(s Stage) bool { return n.Revision == 0 || *n.At(s) < n.Revision })
	if i < 0 {
		i = len(Stages) - 1
	}
	return Stages[i]
}

// Sequencer is what S3 said of a file's newest version, for an event that repeats it.
func (l Ledger) Sequencer(ctx context.Context, id, file string) (string, error) {
	item, err := l.Store.Get(ctx, FileKey(id, file))
	if err != nil {
		return "", err
	}
	head, err := store.Decode[File](item)
	if err != nil {
		return "", err
	}
	return head.Sequencer, nil
}

// Overview is how a feed stands: what an operator did to it, in the order of time, and
// the first of the numbers that something has come for and some stage has not passed.
type Overview struct {
	Feed
	Acts []Act
	Open []Number
	More bool // there are more of them
}

// maxOpen bounds the numbers that are told of a feed: the first say what it waits for.
const maxOpen = 1000

// Overview tells how a feed stands.
func (l Ledger) Overview(ctx context.Context, id string) (*Overview, error) {
	item, err := l.Store.Get(ctx, Key(id))
	if err != nil {
		return nil, err
	}
	feed, err := store.Decode[Feed](item)
	if err != nil {
		return nil, err
	}
	if !feed.begun() {
		return nil, &Refusal{Why: NoFeed}
	}
	acts, err := l.acts(ctx, id)
	if err != nil {
		return nil, err
	}
	open, err := scan[Number](ctx, l.Store, NumberKey(id, feed.passed()+1), NumberKey(id, maxNumber), maxOpen+1)
	if err != nil {
		return nil, err
	}
	more := len(open) > maxOpen
	open = slices.DeleteFunc(open[:min(len(open), maxOpen)], func(n Number) bool { return !feed.Knows(&n) })
	return &Overview{Feed: *feed, Acts: acts, Open: open, More: more}, nil
}

func (l Ledger) acts(ctx context.Context, id string) ([]Act, error) {
	return scan[Act](ctx, l.Store, ActKey(id, "", 0), store.Key{Partition: id, Sort: store.MaxSort(actPrefix)}, everything)
}

// everything is no limit to a scan.
const everything = math.MaxInt

// scan reads the documents from one key to another, as they are now.
func scan[T any](ctx context.Context, from store.Store, first, last store.Key, limit int) ([]T, error) {
	items, err := from.Query(ctx, store.Range{
		Partition: first.Partition, From: first.Sort, To: last.Sort, Limit: limit, Consistent: true,
	})
	if err != nil {
		return nil, err
	}
	documents := make([]T, len(items))
	for i, item := range items {
		document, err := store.Decode[T](item)
		if err != nil {
			return nil, err
		}
		documents[i] = *document
	}
	return documents, nil
}
