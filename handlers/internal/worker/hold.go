package worker

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/logging"
	"market-data-pipeline/handlers/internal/queue"
)

// beats is how often a message is held on to within one lease: two beats in a row may
// fail, and a third of the lease is left to acknowledge in.
const beats = 3

// errLost says that the message may be another's by now: its work is done no further.
var errLost = fmt.Errorf("the work is given up: %w", queue.ErrExpired)

// holding does work while it keeps its message hidden from others for a lease at a time:
// so one whose function dies is visible again when a lease is over, and not only after
// the queue's visibility timeout. The context of the work ends when the lease is lost.
// beat is called each time that the lease has been renewed. Nothing holds the message any
// more when the answer is given, so that what is acknowledged is not taken back.
func (w Worker) holding(
	ctx context.Context, message events.SQSMessage, beat func(ctx context.Context, until time.Time), work func(context.Context) error,
) error {
	held, lose := context.WithCancelCause(ctx)
	defer lose(nil)
	beating, cease := context.WithCancel(ctx)
	until := w.Ledger.Now().Add(w.Lease)
	renew := func() bool {
		now := w.Ledger.Now()
		err := w.Own.Delay(beating, message.ReceiptHandle, w.Lease)
		switch {
		case err == nil:
			until = now.Add(w.Lease)
			return true
		case beating.Err() != nil: // the work is done
		case errors.Is(err, queue.ErrExpired), now.After(until):
			logging.From(ctx).Warn("message lost", "error", err.Error())
			lose(errLost)
		default:
			logging.From(ctx).Warn("message not held on to", "error", err.Error())
		}
		return false
	}
	renew()
	err := func() error {
		stop := w.Repeat(w.Lease/beats, func() {
			if held.Err() == nil && renew() {
				beat(beating, until)
			}
		})
		defer stop()
		defer cease()
		return work(held)
	}()
	if errors.Is(context.Cause(held), errLost) {
		return errLost
	}
	return err
}

// Repeat calls beat again and again, beside what else is at work, until stop is called;
// no beat is at work any more when stop returns.
func Repeat(interval time.Duration, beat func()) (stop func()) {
	over := make(chan struct{})
	var running sync.WaitGroup
	running.Go(func() {
		ticker := time.NewTicker(interval)
		defer ticker.Stop()
		for {
			select {
			case <-over:
				return
			case <-ticker.C:
				beat()
			}
		}
	})
	return func() {
		close(over)
		running.Wait()
	}
}

// note records an attempt that is worth telling of: see feed.Attempt. That it cannot be
// recorded stops nothing.
func (w Worker) note(ctx context.Context, turn feed.Turn, message events.SQSMessage, due time.Time, reason string) {
	if err := w.Ledger.RecordAttempt(ctx, turn, message.MessageId, due, reason); err != nil {
		logging.From(ctx).Warn("attempt not recorded", "error", err.Error())
	}
}
