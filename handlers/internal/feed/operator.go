package feed

import (
	"context"
	"fmt"
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
	Beyond     Why = "beyond"      // Number is the highest that anything has come for
	Passed     Why = "passed"      // every stage is past the number, so it holds nothing up
	Counts     Why = "counts"      // the aggregator has counted the newest revision
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

// Skip lets every stage pass the numbers from first to last, and drops what is parked
// there: what is parked from then on came after the skip, and is taken. A number that
// was skipped before keeps its first note; so a skip that was cut short may be
// repeated, and does the rest. ended is told of the waits that each transaction ends.
func (l Ledger) Skip(ctx context.Context, id string, first, last int64, note Note, ended func([]Wait) error) error {
	head, err := l.head(ctx, id)
	if err != nil {
		return err
	}
	if last > head.Highest {
		return &Refusal{Why: Beyond, Number: head.Highest}
	}
	for first <= last {
		var next int64
		var waits []Wait
		err := l.transact(ctx, func(tx *store.Transaction) (err error) {
			waits = nil
			next, err = l.skipSome(ctx, tx, id, first, last, note, &waits)
			return err
		})
		if err != nil {
			return err
		}
		if err := ended(waits); err != nil {
			return err
		}
		first = next
	}
	return nil
}

// head reads a feed that has had a file.
func (l Ledger) head(ctx context.Context, id string) (*Feed, error) {
	item, err := l.Store.Get(ctx, Key(id))
	if err != nil {
		return nil, err
	}
	if item.Generation == 0 {
		return nil, &Refusal{Why: NoFeed}
	}
	return store.Decode[Feed](item)
}

// skipSome skips as many numbers as one transaction takes, each with its version and
// its file; next is the first of those that are left.
func (l Ledger) skipSome(
	ctx context.Context, tx *store.Transaction, id string, first, last int64, note Note, waits *[]Wait,
) (next int64, err error) {
	feed, err := store.Load[Feed](ctx, tx, Key(id))
	if err != nil {
		return 0, err
	}
	passed := feed.last()
	for n := first; n <= last; n++ {
		if n == first+maxSkips/3 {
			return n, nil
		}
		number, err := store.Load[Number](ctx, tx, NumberKey(id, n))
		switch {
		case err != nil:
			return 0, err
		case number.SkippedAt != "" && len(number.Parked) == 0:
			continue
		case n <= passed:
			return 0, &Refusal{Why: Passed, Number: n}
		case number.counts():
			return 0, &Refusal{Why: Counts, Number: n, File: number.File}
		}
		for _, stage := range Stages {
			if since, waited := number.Since[stage]; waited {
				*waits = append(*waits, Wait{stage, since})
			}
		}
		number.Number, number.Parked, number.Since = n, nil, nil
		number.SkipReason, number.SkippedBy, number.SkippedAt = note.Reason, note.By, stamp(l.Now())
		if number.Status = Skipped; number.VersionID == "" {
			continue
		}
		turn := Turn{Stage: operator, Feed: id, Ticket: number.Ticket}
		if err := l.writeSettled(ctx, tx, turn, number, Skipped, note.Reason); err != nil {
			return 0, err
		}
	}
	return last + 1, nil
}

// operator stands where a history names the stage.
const operator Stage = "operator"

// last is the number that every stage has passed.
func (f *Feed) last() int64 {
	last := f.Highest
	for _, stage := range Stages {
		last = min(last, *f.At(stage))
	}
	return last
}

// counts tells whether the newest revision of a number stands in the days.
func (n *Number) counts() bool { return 0 < n.Revision && n.Revision <= n.Aggregator }

// Retry takes a number up again: it names the ticket, and the stage that is to have
// it, which is where it stopped. What is complete stays as it is.
func (l Ledger) Retry(ctx context.Context, id string, n int64, note Note) (ticket Ticket, stage Stage, err error) {
	err = l.transact(ctx, func(tx *store.Transaction) error {
		number, err := store.Load[Number](ctx, tx, NumberKey(id, n))
		switch {
		case err != nil:
			return err
		case number.VersionID == "":
			return &Refusal{Why: NothingHas, Number: n}
		case number.Status == Rejected:
			return &Refusal{Why: Invalid, Number: n, File: number.File}
		case number.Status == Skipped && number.Revision == 0:
			return &Refusal{Why: NeverValid, Number: n, File: number.File}
		}
		ticket, stage = number.Ticket, number.stoppedAt()
		number.Retries = append(number.Retries, Retry{At: stamp(l.Now()), By: note.By, Reason: note.Reason})
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

// Open reads a feed, and every number that some stage has not passed or that an
// operator touched.
func (l Ledger) Open(ctx context.Context, id string) (*Feed, []*Number, error) {
	feed, err := l.head(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	var open []*Number
	const page = 1000
	for from := int64(1); ; {
		items, err := l.Store.Query(ctx, store.Range{
			Partition: id, From: NumberKey(id, from).Sort, To: NumberKey(id, maxNumber).Sort, Limit: page, Consistent: true,
		})
		if err != nil {
			return nil, nil, err
		}
		for _, item := range items {
			number, err := store.Decode[Number](item)
			if err != nil {
				return nil, nil, err
			}
			from = number.Number + 1
			if number.Number > feed.last() || number.SkippedAt != "" || len(number.Retries) > 0 {
				open = append(open, number)
			}
		}
		if len(items) < page {
			return feed, open, nil
		}
	}
}

const maxNumber = 999_999_999_999_999_999
