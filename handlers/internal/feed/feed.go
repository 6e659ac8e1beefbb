// Package feed keeps a feed in order: one idea, used by every stage.
//
// A feed is a series of files, numbered 1, 2, 3, … A number has revisions, for a
// file may be corrected. Each stage keeps a cursor c in each feed and, for each
// number n, the revision r(n) that it completed, 0 at first. A stage handles a
// ticket (n, r) so:
//
//	switch Admit(n, r) {
//	case Proceed:   do the work; Complete(n, r); send (n, r) to the next stage; wake
//	case Duplicate: send (n, r) to the next stage again; wake again
//	case Replaced:  wake again
//	case Park:      nothing
//	}
//	acknowledge
//
// where wake sends the ticket that is parked at number c+1, if one is, to the
// stage itself. Whatever the handler does may be cut short anywhere, and is then
// repeated from the start.
//
// What holds after every transaction, of every stage:
//
//	I1  Every number up to c is complete or was skipped by an operator:
//	    n ≤ c  ⇒  r(n) > 0 or skipped(n).
//	I2  c and every r(n) only ever grow; c by one, over a number that has just
//	    been completed, or over numbers that are skipped. So no file is taken out
//	    of turn.
//	I3  (n, r) is complete at most once: the second Complete finds r(n) ≥ r and
//	    changes nothing. So no file counts twice.
//	I4  A ticket is parked only in a transaction that also finds n > c+1, and an
//	    older revision of n does not go ahead of it. So when the cursor reaches
//	    n-1, either the ticket is parked, and the wake that follows finds it; or
//	    parking fails, and Admit decides anew.
//	I5  A message is acknowledged only when its ticket is parked, or is replaced by
//	    a newer revision that is parked or complete, or is complete and has been
//	    sent on; and when the successor has been woken. So no file is lost: the
//	    newest ticket of a number is complete, or in a queue, or in a dead-letter
//	    queue, or parked; and if it is parked at c+1, the message that moved the
//	    cursor to c has woken it, or is not yet acknowledged and will.
//	I6  Of the versions of n, none is AGGREGATED but the one of revision r(n) of the
//	    aggregator, for the completion of a newer revision says of the one before,
//	    in the same transaction, what replaced it. So none claims to count that
//	    does not.
//	I7  Nothing is parked at a number in front of c that is skipped. So c may move
//	    over an interval of skipped numbers without looking at each. For whoever
//	    parks a ticket takes its number out of the skipped ones and out of those
//	    that are announced, in the same transaction; and numbers are first
//	    announced, and skipped only in a transaction that follows, after all that
//	    was parked there before the announcement has been dropped.
//
// Complete is two writes: first the number's, then the feed's, which moves the cursor.
// Whoever dies in between leaves a complete number right behind the cursor. Its message
// comes again, and Admit then moves the cursor before all else; and whoever looks for a
// successor there does so, too. Until then, others find the cursor where it was.
//
// Only the validator differs. It has no queue of its own to wake a successor
// through, so it releases the parked successors itself, one after the other; and
// because nobody would repeat a successor's sending, it sends each before
// completing it. A file that is found valid in its turn is complete from the moment of
// its acceptance; it is sent before the cursor moves to it, and as long as that has not
// happened, it is sent again. Sending twice does no harm (I3).
package feed

import (
	"context"
	"fmt"
	"time"

	"market-data-pipeline/handlers/internal/logging"
	"market-data-pipeline/handlers/internal/store"
)

// Decision is the answer of Admit.
type Decision int

// What a stage must do with a ticket.
const (
	Proceed   Decision = iota
	Duplicate          // this very revision is complete
	Replaced           // a newer revision is complete, and this one may never have been
	Park
)

func (d Decision) String() string {
	return [...]string{"proceed", "duplicate", "replaced", "park"}[d]
}

// decide is the whole rule of admission. parked is the revision that is parked at
// the ticket's number, or 0. While a newer one is, an older must not go ahead: it
// would move the cursor, and with it the wake, past the newer.
func decide(cursor, completed, parked int64, ticket Ticket) Decision {
	switch {
	case max(completed, parked) > ticket.Revision:
		return Replaced
	case completed == ticket.Revision:
		return Duplicate
	case ticket.Number <= cursor+1: // the next, or the correction of an earlier one
		return Proceed
	default:
		return Park
	}
}

// Turn is one attempt of a stage at a ticket.
type Turn struct {
	Stage   Stage
	Feed    string // {partner}/{feed}
	Ticket  Ticket
	Attempt int // 1, 2, …; LastAttempt is the last before the dead-letter queue
}

// Last tells whether the dead-letter queue follows if this attempt fails.
func (t Turn) Last() bool { return t.Attempt >= LastAttempt }

// LastAttempt is the number of attempts that a message gets.
const LastAttempt = 3

// Admit decides what the stage must do. Park is recorded by the time it is answered.
func (l Ledger) Admit(ctx context.Context, turn Turn) (Decision, error) {
	var decision Decision
	var waitingSince string // if it begins to wait
	err := l.transact(ctx, func(tx *store.Transaction) error {
		waitingSince = ""
		feed, number, err := loadTurn(ctx, tx, turn)
		if err != nil {
			return err
		}
		if turn.Ticket.Number > *feed.At(turn.Stage)+1 {
			feed.pass(turn.Stage)
		}
		decision = decide(*feed.At(turn.Stage), *number.At(turn.Stage), number.Parked[turn.Stage].Revision, turn.Ticket)
		switch behind := turn.Ticket.Number == feed.NextAt(turn.Stage); {
		case !behind: // who completed it has not died before it moved the cursor
		case decision == Duplicate && turn.Stage == Validator: // nor, perhaps, before it sent it
			decision = Proceed
		case decision == Duplicate, number.isThrough(turn.Stage):
			feed.reach(turn.Stage, turn.Ticket.Number)
		}
		switch decision {
		case Replaced:
			return l.skip(ctx, tx, turn, number, turn.Ticket, number.Ticket)
		case Park:
			if number.Parked[turn.Stage].Revision == 0 {
				waitingSince = stamp(l.Now())
			}
			feed.take(turn.Ticket.Number)
			feed.expect(turn)
			return l.park(ctx, tx, turn, number, waitingSince)
		}
		return nil
	})
	if err == nil {
		countWaiting(ctx, 1, waitingSince)
	}
	return decision, err
}

// countWaiting adds to the number of files that have waited for longer than patience.
// What is added when a file begins to wait is dated ahead, by as much; and when it
// goes on, it is taken away at that very time. So a sum over any time tells how many
// of the files whose patience ended in it wait even now, whatever others do.
func countWaiting(ctx context.Context, change int, since string) {
	if begin, err := time.Parse(time.RFC3339, since); err == nil {
		logging.Count(ctx, WaitingFiles, change, begin.Add(patience))
	}
}

// WaitingFiles is the metric of the files that have waited for longer than patience.
const WaitingFiles = "WaitingFilesChange"

// patience is how long a file may wait before an alarm tells: a gap may never close.
const patience = 10 * time.Minute

// park records the ticket for a later wake, in the place of an older revision. waitingSince
// tells when the number began to wait, if it does so only now.
func (l Ledger) park(ctx context.Context, tx *store.Transaction, turn Turn, number *Number, waitingSince string) error {
	if parked := number.Parked[turn.Stage]; parked.Revision > 0 && parked != turn.Ticket {
		if err := l.skip(ctx, tx, turn, number, parked, turn.Ticket); err != nil {
			return err
		}
	}
	if waitingSince != "" {
		if number.Parked == nil {
			number.Parked = map[Stage]Ticket{}
		}
		if number.Since == nil {
			number.Since = map[Stage]string{}
		}
		number.Since[turn.Stage] = waitingSince
	}
	number.Parked[turn.Stage] = turn.Ticket
	return l.writeSettled(ctx, tx, turn, number, Waiting, "")
}

// Outcome is what a stage has made of a ticket.
type Outcome struct {
	Status  Status
	Results *Results // of the processor
}

// Complete records that the stage is done with an admitted ticket: first with the
// number, then in the feed. What Admit found of the cursor holds (I2), so the first need
// not look at the feed, which others write to all the time; and who dies in between has
// Admit move the cursor.
func (l Ledger) Complete(ctx context.Context, turn Turn, outcome Outcome) error {
	if turn.Stage == Processor && !turn.Last() {
		if err := l.tell(ctx, turn, outcome); err != nil {
			return err
		}
	}
	var waitingSince string // if it waits no more
	complete := true
	err := l.transact(ctx, func(tx *store.Transaction) error {
		waitingSince, complete = "", true
		number, err := store.Load[Number](ctx, tx, NumberKey(turn.Feed, turn.Ticket.Number))
		if err != nil {
			return err
		}
		completed, parked, ticket := number.At(turn.Stage), number.Parked[turn.Stage], turn.Ticket
		switch decide(ticket.Number, *completed, parked.Revision, ticket) {
		case Duplicate:
			return nil
		case Replaced: // while it was worked on; what is sent on is told of where it goes
			complete = false
			if turn.Stage != Aggregator {
				return nil
			}
			return l.skip(ctx, tx, turn, number, ticket, number.Ticket)
		}
		*completed = ticket.Revision
		waitingSince = number.Since[turn.Stage]
		delete(number.Parked, turn.Stage)
		delete(number.Since, turn.Stage)
		if parked.Revision > 0 && parked != ticket {
			if err := l.skip(ctx, tx, turn, number, parked, ticket); err != nil {
				return err
			}
		}
		return l.finish(ctx, tx, turn, number, outcome)
	})
	if err != nil {
		return err
	}
	countWaiting(ctx, -1, waitingSince)
	if !complete {
		return nil
	}
	return l.transact(ctx, func(tx *store.Transaction) error {
		feed, err := store.Load[Feed](ctx, tx, Key(turn.Feed))
		if err != nil {
			return err
		}
		if n := turn.Ticket.Number; n > feed.NextAt(turn.Stage) {
			return fmt.Errorf("%s number %d is complete while the cursor is at %d", turn.Feed, n, *feed.At(turn.Stage))
		}
		feed.reach(turn.Stage, turn.Ticket.Number)
		return nil
	})
}

// tell records in the file, by a write of its own, what the processor is about to
// complete. PROCESSED is not the last word on a version, so it does no harm if that is
// not completed after all; and the transaction with the number then has nothing to tell.
func (l Ledger) tell(ctx context.Context, turn Turn, outcome Outcome) error {
	number, err := read[Number](ctx, l, NumberKey(turn.Feed, turn.Ticket.Number))
	if err != nil || number.Ticket != turn.Ticket || *number.At(turn.Stage) >= turn.Ticket.Revision {
		return err
	}
	return l.transact(ctx, func(tx *store.Transaction) error {
		head, err := store.Load[File](ctx, tx, FileKey(turn.Feed, turn.Ticket.File))
		if err != nil || head.VersionID != turn.Ticket.VersionID || head.Revision != turn.Ticket.Revision || head.Status.final() {
			return err
		}
		now := l.Now()
		head.Results = outcome.Results
		head.record(Event{Status: outcome.Status, At: stamp(now), Stage: turn.Stage}, now)
		return nil
	})
}

// isTold tells whether the file says already what the turn is about to complete, and is
// what is spoken of when its number is.
func (l Ledger) isTold(ctx context.Context, turn Turn, outcome Outcome) (bool, error) {
	if turn.Stage != Processor || turn.Last() {
		return false, nil
	}
	head, err := read[File](ctx, l, FileKey(turn.Feed, turn.Ticket.File))
	if err != nil {
		return false, err
	}
	return head.VersionID == turn.Ticket.VersionID && head.Revision == turn.Ticket.Revision &&
		head.Status == outcome.Status && head.stage() == turn.Stage, nil
}

// Successor is the ticket parked at the number behind the cursor, if there is
// one: the ticket to wake. A number there that is complete is passed, for whoever
// completed it died before it moved the cursor, and may have been the last to know; by
// the validator it is to be sent once more.
func (l Ledger) Successor(ctx context.Context, id string, stage Stage) (Ticket, bool, error) {
	for {
		next, passed, err := l.successor(ctx, id, stage)
		if err != nil || !passed {
			return next, next.Revision > 0, err
		}
	}
}

func (l Ledger) successor(ctx context.Context, id string, stage Stage) (next Ticket, passed bool, err error) {
	err = l.transact(ctx, func(tx *store.Transaction) error {
		next, passed = Ticket{}, false
		feed, err := store.Load[Feed](ctx, tx, Key(id))
		if err != nil {
			return err
		}
		if feed.pass(stage); *feed.At(stage) >= feed.ParkedTo[stage] {
			return nil
		}
		n := *feed.At(stage) + 1
		l.forget(NumberKey(id, n))
		number, err := store.Load[Number](ctx, tx, NumberKey(id, n))
		if err != nil {
			return err
		}
		switch next = number.Parked[stage]; {
		case next.Revision > 0 || !number.isThrough(stage):
		case stage == Validator: // and may not have been sent
			next = number.Ticket
		default:
			passed = true
			feed.reach(stage, n)
		}
		return nil
	})
	return next, passed, err
}

func loadTurn(ctx context.Context, tx *store.Transaction, turn Turn) (*Feed, *Number, error) {
	feed, err := store.Load[Feed](ctx, tx, Key(turn.Feed))
	if err != nil {
		return nil, nil, err
	}
	number, err := store.Load[Number](ctx, tx, NumberKey(turn.Feed, turn.Ticket.Number))
	return feed, number, err
}
