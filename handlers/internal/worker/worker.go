// Package worker takes the messages of a work queue through the feed's order: all
// that the processor and the aggregator have in common.
package worker

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"market-data-pipeline/handlers/internal/deadline"
	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/logging"
	"market-data-pipeline/handlers/internal/queue"
)

// Worker is a stage that a queue feeds.
type Worker struct {
	Stage  feed.Stage
	Ledger feed.Ledger
	// Own is the stage's queue, through which it wakes what was parked.
	Own queue.Queue
	// Next is the following stage's queue; nil behind the last stage.
	Next queue.Queue
	// Lease is for how long a message is hidden from others at a time while it is
	// worked on.
	Lease time.Duration
	// Repeat is the function of that name, or another one's time.
	Repeat func(interval time.Duration, beat func()) (stop func())
	// Do is the stage's own work, with the ledger of this message's session. It may be
	// repeated.
	Do func(context.Context, feed.Ledger, queue.Work) (feed.Outcome, error)
}

// Handle takes a batch in its order. The first message that fails and all behind
// it go back, for nothing may overtake it.
func (w Worker) Handle(ctx context.Context, event events.SQSEvent) (events.SQSEventResponse, error) {
	response := events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}}
	if len(event.Records) == 0 {
		err := errors.New("the event holds no SQS message: this function is fed by its queue")
		logging.From(ctx).Error("event refused", "stage", w.Stage, "outcome", "undecodable", "error", err.Error())
		return response, err
	}
	for i, message := range event.Records {
		if err := w.take(ctx, message); err != nil {
			for _, rest := range event.Records[i:] {
				if rest.MessageId != message.MessageId || !errors.Is(err, errLost) {
					w.giveBack(ctx, rest)
				}
				response.BatchItemFailures = append(response.BatchItemFailures,
					events.SQSBatchItemFailure{ItemIdentifier: rest.MessageId})
			}
			break
		}
	}
	return response, nil
}

func (w Worker) take(ctx context.Context, message events.SQSMessage) error {
	ctx = logging.With(ctx, "stage", w.Stage, "messageId", message.MessageId)
	work, err := queue.Decode(message.Body)
	if err != nil {
		logging.From(ctx).Error("message refused", "outcome", "undecodable", "error", err.Error())
		return err
	}
	attempt := receives(message)
	ctx = logging.With(ctx, "partner", work.Partner, "feed", work.Feed, "file", work.File,
		"number", work.Number, "revision", work.Revision, "versionId", work.VersionID, "attempt", attempt)
	turn := feed.Turn{
		Stage: w.Stage, Feed: work.Group(), Attempt: attempt,
		Ticket: feed.Ticket{Number: work.Number, Revision: work.Revision, File: work.File, VersionID: work.VersionID},
	}
	err = w.work(ctx, turn, work, message)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errLost): // what becomes of it is for others to say
		logging.From(ctx).Warn("message failed", "outcome", "lost", "error", err.Error())
		return err
	}
	logging.From(ctx).Error("message failed", "outcome", "error", "error", err.Error())
	w.fail(ctx, turn, message, err)
	return err
}

// work takes one turn while the message is held, and for as long as the function's time
// allows.
func (w Worker) work(ctx context.Context, turn feed.Turn, work queue.Work, message events.SQSMessage) error {
	outside := w // of the session, which is no other goroutine's
	beat := func(ctx context.Context, until time.Time) { outside.note(ctx, turn, message, until, "") }
	w.Ledger = w.Ledger.Session()
	return w.holding(ctx, message, beat, func(held context.Context) error {
		inTime, cancel := deadline.Before(held, deadline.Margin)
		defer cancel()
		decision, err := w.advance(inTime, turn, work, message)
		if err == nil {
			logging.From(ctx).Info("message handled", "outcome", decision.String())
		}
		return err
	})
}

// advance is the order of effects that package feed proves right.
func (w Worker) advance(ctx context.Context, turn feed.Turn, work queue.Work, message events.SQSMessage) (feed.Decision, error) {
	cause := message.MessageId
	if turn.Last() {
		if err := w.Ledger.Fail(ctx, turn, feed.Unfinished); err != nil {
			return 0, err
		}
	}
	if turn.Attempt > 1 {
		w.note(ctx, turn, message, w.Ledger.Now().Add(w.Lease), "")
	}
	decision, err := w.Ledger.Admit(ctx, turn)
	if err != nil || decision == feed.Park {
		return decision, err
	}
	if decision == feed.Replaced {
		return decision, w.wake(ctx, turn, work, cause)
	}
	if decision == feed.Proceed {
		outcome, err := w.Do(ctx, w.Ledger, work)
		if err != nil {
			return decision, err
		}
		if err := w.Ledger.Complete(ctx, turn, outcome); err != nil {
			return decision, err
		}
	}
	if w.Next != nil {
		if err := w.Next.Send(ctx, work, queue.Cause(cause, work)); err != nil {
			return decision, err
		}
	}
	if err := w.wake(ctx, turn, work, cause); err != nil {
		return decision, err
	}
	if turn.Last() || decision == feed.Duplicate {
		return decision, w.Ledger.Settle(ctx, turn)
	}
	return decision, nil
}

func (w Worker) wake(ctx context.Context, turn feed.Turn, work queue.Work, cause string) error {
	if w.Stage == feed.Processor {
		again, err := w.Ledger.Again(ctx, turn.Feed, turn.Ticket.Number)
		if err != nil {
			return err
		}
		for _, ticket := range again {
			other := work.Of(ticket.Number, ticket.Revision, ticket.File, ticket.VersionID)
			if err := w.Own.Send(ctx, other, queue.Cause(cause, other)); err != nil {
				return err
			}
		}
	}
	next, found, err := w.Ledger.Successor(ctx, turn.Feed, w.Stage)
	if err != nil || !found {
		return err
	}
	successor := work.Of(next.Number, next.Revision, next.File, next.VersionID)
	return w.Own.Send(ctx, successor, queue.Cause(cause, successor))
}

// fail says why an attempt failed, in words that may be shown to the partner.
func (w Worker) fail(ctx context.Context, turn feed.Turn, message events.SQSMessage, cause error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	reason := feed.Reason(turn, cause)
	if !turn.Last() {
		w.note(ctx, turn, message, w.Ledger.Now().Add(pause(message)), reason)
		return
	}
	if err := w.Ledger.Fail(ctx, turn, reason); err != nil {
		logging.From(ctx).Error("status not recorded", "error", err.Error())
	}
	w.note(ctx, turn, message, time.Time{}, reason)
}

// giveBack lets a message come again after a while.
func (w Worker) giveBack(ctx context.Context, message events.SQSMessage) {
	if err := w.Own.Delay(ctx, message.ReceiptHandle, pause(message)); err != nil {
		logging.From(ctx).Warn("message keeps its visibility timeout", "messageId", message.MessageId, "error", err.Error())
	}
}

// pause is how long a message waits for its next attempt. After the last receive it goes
// to the dead-letter queue once it is visible, and holds its whole feed until then.
func pause(message events.SQSMessage) time.Duration {
	if receives(message) >= feed.LastAttempt {
		return 0
	}
	return time.Duration(receives(message)) * 5 * time.Second
}

func receives(message events.SQSMessage) int {
	count, err := strconv.Atoi(message.Attributes["ApproximateReceiveCount"])
	if err != nil || count < 1 {
		return 1
	}
	return count
}
