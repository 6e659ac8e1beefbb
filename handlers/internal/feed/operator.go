package feed

import (
	"context"
	"fmt"
	"math"
	"slices"

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

// operator stands where a history names the stage.
const operator Stage = "operator"

// counts tells whether a revision of a number stands in the days.
func (n *Number) counts() bool { return n.Counted.Revision > 0 }

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
		ticket, stage = number.Ticket, number.stoppedAt(feed)
		act, err := store.Load[Act](ctx, tx, ActKey(id, at, n))
		if err != nil {
			return err
		}
		*act = Act{Command: "retry", Interval: Interval{n, n}, At: at, By: note.By, Reason: note.Reason}
		return nil
	})
	return ticket, stage, err
}

// stoppedAt is the first stage that has not completed the newest revision, or has not
// moved its cursor then, or the last of all.
func (n *Number) stoppedAt(feed *Feed) Stage {
	i := slices.IndexFunc(Stages, func(s Stage) bool {
		return n.Revision == 0 || *n.At(s) < n.Revision || feed.NextAt(s) == n.Number
	})
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
