package feed

import (
	"context"
	"time"

	"market-data-pipeline/handlers/internal/store"
)

// Attempt is the item ATTEMPT#{stage}: what a stage that a queue feeds was at last, if it
// was worth telling of: an attempt that lasted, one that failed, or one behind another. A
// first attempt that does its work at once, as nearly all do, costs no write. A feed has
// one message of a stage at work at a time, so one item is enough.
type Attempt struct {
	Ticket
	Message string `dynamodbav:"messageId"`
	Attempt int    `dynamodbav:"attempt"`
	At      string `dynamodbav:"at"`
	// DueAt is when the message comes again, unless it is held on to or done by then;
	// empty when it goes to the dead-letter queue.
	DueAt string `dynamodbav:"dueAt,omitempty"`
	// Reason is why the attempt failed; empty while it is at work.
	Reason string `dynamodbav:"reason,omitempty"`
}

// Done tells whether the attempt's ticket is complete: of what the item tells, nothing
// is left to be told then.
func (a *Attempt) Done(stage Stage, number *Number) bool { return *number.At(stage) >= a.Revision }

const attemptPrefix = "ATTEMPT#"

// AttemptKey is the key of a stage's attempt.
func AttemptKey(id string, stage Stage) store.Key {
	return store.Key{Partition: id, Sort: attemptPrefix + string(stage)}
}

// RecordAttempt says that a turn is at work on a message, or why it failed. due is when the
// message comes again; zero when it does not.
func (l Ledger) RecordAttempt(ctx context.Context, turn Turn, message string, due time.Time, reason string) error {
	return l.transact(ctx, func(tx *store.Transaction) error {
		attempt, err := store.Load[Attempt](ctx, tx, AttemptKey(turn.Feed, turn.Stage))
		if err != nil {
			return err
		}
		*attempt = Attempt{Ticket: turn.Ticket, Message: message, Attempt: turn.Attempt, At: stamp(l.Now()), Reason: reason}
		if !due.IsZero() {
			attempt.DueAt = stamp(due)
		}
		return nil
	})
}
