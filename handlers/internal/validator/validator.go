// Package validator takes in the partners' files: it checks them, gives them
// their place in the feed and releases them in turn.
package validator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/logging"
	"market-data-pipeline/handlers/internal/objects"
	"market-data-pipeline/handlers/internal/queue"
	"market-data-pipeline/handlers/internal/trades"
	"market-data-pipeline/handlers/internal/upload"
	"market-data-pipeline/handlers/internal/worker"
)

// Validator handles the bucket's notifications.
type Validator struct {
	Ledger    feed.Ledger
	Bucket    func(name string) objects.Bucket
	Processor queue.Queue
	// NonPositivePrices holds the feeds ({partner}/{feed}) that may carry prices
	// of zero and below.
	NonPositivePrices map[string]bool
}

// Handle takes an S3 notification. All of its records are tried, whatever becomes
// of the others.
func (v Validator) Handle(ctx context.Context, raw json.RawMessage) error {
	records, err := decode(raw)
	if err != nil {
		logging.From(ctx).Error("event refused", "outcome", "undecodable", "error", err.Error())
		return err
	}
	var failures []error
	for _, record := range records {
		if err := v.take(ctx, record); err != nil {
			logging.From(ctx).Error("event failed", "stage", feed.Validator, "outcome", "error", "error", err.Error(),
				"key", record.S3.Object.Key, "versionId", record.S3.Object.VersionID)
			failures = append(failures, err)
		}
	}
	return errors.Join(failures...)
}

// decode reads a notification; the test that S3 sends when one is set up holds
// nothing to do.
func decode(raw json.RawMessage) ([]events.S3EventRecord, error) {
	var notification struct {
		Event   string
		Records []events.S3EventRecord
	}
	if err := json.Unmarshal(raw, &notification); err != nil {
		return nil, fmt.Errorf("the event is no S3 notification: %w", err)
	}
	if len(notification.Records) == 0 && notification.Event != "s3:TestEvent" {
		return nil, errors.New("the event is no S3 notification: it has no records")
	}
	for _, r := range notification.Records {
		if r.S3.Bucket.Name == "" || r.S3.Object.Key == "" {
			return nil, errors.New("the event is no S3 notification: a record has no bucket or key")
		}
	}
	return notification.Records, nil
}

func (v Validator) take(ctx context.Context, record events.S3EventRecord) error {
	bucket, key := record.S3.Bucket.Name, record.S3.Object.URLDecodedKey
	file, err := upload.Parse(key)
	if errors.Is(err, upload.ErrUnrecognised) {
		logging.From(ctx).Warn("file rejected", "stage", feed.Validator, "outcome", "unrecognised", "key", key)
		return v.report(ctx, bucket, objects.UnrecognisedKey(key), fault(err.Error(), key))
	}
	arrival := feed.Arrival{
		File: file, VersionID: record.S3.Object.VersionID, Sequencer: record.S3.Object.Sequencer,
		Request: logging.RequestID(ctx),
	}
	ctx = logging.With(ctx, "stage", feed.Validator, "partner", file.Partner, "feed", file.Feed,
		"file", file.Name, "versionId", arrival.VersionID)
	if arrival.VersionID == "" {
		return fmt.Errorf("the event on %s names no object version: the bucket must be versioned", key)
	}
	var name *upload.NameError
	if errors.As(err, &name) {
		return v.reject(ctx, bucket, arrival, name.Reason, fault(name.Reason, file.Name))
	}
	return v.receive(ctx, bucket, arrival)
}

func (v Validator) receive(ctx context.Context, bucket string, arrival feed.Arrival) error {
	v.Ledger = v.Ledger.Session()
	receipt, err := v.Ledger.Receive(ctx, arrival)
	if err != nil {
		return err
	}
	ctx = logging.With(ctx, "number", receipt.Ticket.Number, "attempt", receipt.Attempt)
	turn := feed.Turn{Stage: feed.Validator, Feed: arrival.File.ID(), Ticket: receipt.Ticket, Attempt: receipt.Attempt}
	switch receipt.Standing {
	case feed.Done:
		logging.From(ctx).Info("event handled", "outcome", feed.Duplicate.String())
		return nil
	case feed.OtherKind:
		reason := otherKind(receipt.Kind)
		return v.reject(ctx, bucket, arrival, reason, fault(reason, arrival.File.Name))
	}
	if err := v.advance(ctx, bucket, arrival, turn, receipt.Standing); err != nil {
		if turn.Last() {
			v.fail(ctx, turn, err)
		}
		return err
	}
	return nil
}

func otherKind(kind string) string {
	if kind == feed.Sequenced {
		return "the feed's files are numbered: put the file into a folder named by its sequence"
	}
	return "the feed's files are numbered by their arrival: put the file into no folder"
}

func (v Validator) advance(
	ctx context.Context, bucket string, arrival feed.Arrival, turn feed.Turn, standing feed.Standing,
) error {
	if standing == feed.Fresh {
		ticket, accepted, err := v.validate(ctx, bucket, arrival, turn)
		if err != nil || !accepted {
			return err
		}
		turn.Ticket = ticket
	}
	if err := v.release(ctx, bucket, arrival, turn); err != nil {
		return err
	}
	if turn.Last() || standing == feed.Accepted {
		return v.Ledger.Settle(ctx, turn)
	}
	return nil
}

// validate reads the file; false when it was rejected, or is out of date.
func (v Validator) validate(
	ctx context.Context, bucket string, arrival feed.Arrival, turn feed.Turn,
) (feed.Ticket, bool, error) {
	body, err := v.Bucket(bucket).Open(ctx, arrival.File.Key(), arrival.VersionID)
	if errors.Is(err, objects.ErrMissing) {
		reason := "the object version was deleted before it could be read"
		return feed.Ticket{}, false, v.reject(ctx, bucket, arrival, reason, fault(reason, arrival.File.Name))
	}
	if err != nil {
		return feed.Ticket{}, false, err
	}
	defer body.Close()
	options := trades.Options{AllowNonPositivePrice: v.NonPositivePrices[arrival.File.ID()]}
	result, err := trades.Scan(ctx, body, options, nil)
	if err != nil {
		return feed.Ticket{}, false, err
	}
	v.Ledger.Refresh(arrival.File.ID())
	if !result.Valid() {
		reason := fmt.Sprintf("faults in the file: %d; its report lists them", result.Rejects.Count)
		return feed.Ticket{}, false, v.reject(ctx, bucket, arrival, reason, &result.Rejects)
	}
	return v.Ledger.Accept(ctx, arrival, turn, result.Rows, int64(result.Symbols))
}

// release sends the file on if it is its turn, and then every waiting successor.
// Each is sent before it is completed: see package feed.
func (v Validator) release(ctx context.Context, bucket string, arrival feed.Arrival, turn feed.Turn) error {
	decision, err := v.Ledger.Admit(ctx, turn)
	if err != nil {
		return err
	}
	logging.From(ctx).Info("event handled", "outcome", decision.String(), "revision", turn.Ticket.Revision)
	if decision == feed.Park {
		return nil
	}
	if decision == feed.Proceed {
		if err := v.send(ctx, bucket, arrival, turn); err != nil {
			return err
		}
	}
	for {
		next, found, err := v.Ledger.Successor(ctx, turn.Feed, feed.Validator)
		if err != nil || !found {
			return err
		}
		successor := feed.Turn{Stage: feed.Validator, Feed: turn.Feed, Ticket: next, Attempt: 1}
		if err := v.send(ctx, bucket, arrival, successor); err != nil {
			return err
		}
		logging.From(ctx).Info("successor released", "successor", next.Number, "revision", next.Revision)
	}
}

func (v Validator) send(ctx context.Context, bucket string, arrival feed.Arrival, turn feed.Turn) error {
	ticket := turn.Ticket
	work := queue.Work{Partner: arrival.File.Partner, Feed: arrival.File.Feed, Bucket: bucket}.
		Of(ticket.Number, ticket.Revision, ticket.File, ticket.VersionID)
	if err := v.Processor.Send(ctx, work, queue.Cause(arrival.Request, work)); err != nil {
		return err
	}
	return v.Ledger.Complete(ctx, turn, feed.Outcome{Status: feed.Validated})
}

func (v Validator) fail(ctx context.Context, turn feed.Turn, cause error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := v.Ledger.Fail(ctx, turn, worker.Reason(feed.Validator, cause)); err != nil {
		logging.From(ctx).Error("status not recorded", "error", err.Error())
	}
}
