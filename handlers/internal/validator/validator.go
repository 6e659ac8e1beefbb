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

	"market-data-pipeline/handlers/internal/deadline"
	"market-data-pipeline/handlers/internal/declaration"
	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/logging"
	"market-data-pipeline/handlers/internal/objects"
	"market-data-pipeline/handlers/internal/queue"
	"market-data-pipeline/handlers/internal/trades"
	"market-data-pipeline/handlers/internal/upload"
)

// Validator handles the bucket's notifications.
type Validator struct {
	Ledger    feed.Ledger
	Bucket    func(name string) objects.Bucket
	Processor queue.Queue
	// Feeds is what the stack's configuration declares of feeds.
	Feeds declaration.Feeds
	// Formats keeps what read an accepted file.
	Formats *declaration.Shelf
}

// Handle takes an S3 notification. All of its records are tried, whatever becomes
// of the others.
func (v Validator) Handle(ctx context.Context, raw json.RawMessage) error {
	records, err := Decode(raw)
	if err != nil {
		logging.From(ctx).Error("event refused", "outcome", "undecodable", "error", err.Error())
		return err
	}
	ctx, cancel := deadline.Before(ctx, deadline.Margin)
	defer cancel()
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

// Decode reads a notification; the test that S3 sends when one is set up holds
// nothing to do.
func Decode(raw json.RawMessage) ([]events.S3EventRecord, error) {
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

// Unrecognised is the metric of files in whose key no partner and feed can be read.
const Unrecognised = "UnrecognisedFiles"

func (v Validator) take(ctx context.Context, record events.S3EventRecord) error {
	bucket, key := record.S3.Bucket.Name, record.S3.Object.URLDecodedKey
	file, err := upload.Parse(key)
	if errors.Is(err, upload.ErrUnrecognised) {
		logging.From(ctx).Warn("file rejected", "stage", feed.Validator, "outcome", "unrecognised", "key", key)
		logging.Count(ctx, Unrecognised, 1, time.Now()) // no feed can show it, so an alarm does
		return v.report(ctx, bucket, objects.UnrecognisedKey(key), fault(err.Error(), key))
	}
	in := intake{bucket: bucket, arrival: feed.Arrival{
		File: file, VersionID: record.S3.Object.VersionID, Sequencer: record.S3.Object.Sequencer,
		Kind: v.Feeds.Of(file.Partner, file.Feed).Kind(), Request: logging.RequestID(ctx),
	}}
	ctx = logging.With(ctx, "stage", feed.Validator, "partner", file.Partner, "feed", file.Feed,
		"file", file.Name, "versionId", in.arrival.VersionID)
	if in.arrival.VersionID == "" {
		return fmt.Errorf("the event on %s names no object version: the bucket must be versioned", key)
	}
	var name *upload.NameError
	if errors.As(err, &name) {
		return v.reject(ctx, in, name.Reason, fault(name.Reason, file.Name))
	}
	return v.receive(ctx, in)
}

// intake is one attempt at an object version: where it lies, what S3 has told of it,
// and the validator's turn at it.
type intake struct {
	bucket  string
	arrival feed.Arrival
	turn    feed.Turn
}

func (v Validator) receive(ctx context.Context, in intake) error {
	v.Ledger = v.Ledger.Session()
	receipt, err := v.Ledger.Receive(ctx, in.arrival)
	if err != nil {
		return err
	}
	in.turn, in.arrival.Decided = receipt.Turn, receipt.Kind != ""
	ctx = logging.With(ctx, "number", in.turn.Ticket.Number, "attempt", in.turn.Attempt)
	switch receipt.Standing {
	case feed.Done:
		logging.From(ctx).Info("event handled", "outcome", feed.Duplicate.String())
		return nil
	case feed.OtherKind:
		return v.rejectKind(ctx, in, receipt.Kind)
	}
	err = v.advance(ctx, in, receipt.Standing)
	var other *feed.OtherKindError
	if errors.As(err, &other) {
		return v.rejectKind(ctx, in, other.Kind)
	}
	if err != nil {
		if in.turn.Last() {
			v.fail(ctx, in.turn, err)
		}
		return err
	}
	return nil
}

// rejectKind rejects a file that does not fit into a feed of a kind.
func (v Validator) rejectKind(ctx context.Context, in intake, kind string) error {
	reason := "the feed's files are numbered by their arrival: put the file into no folder, or into one that is a date"
	switch {
	case kind == feed.Sequenced && in.arrival.File.Dated > 0:
		reason = "the feed's files are numbered: a folder that is a date is a sequence only if the feed is declared with order: sequence"
	case kind == feed.Sequenced:
		reason = "the feed's files are numbered: put the file into a folder named by its sequence"
	}
	return v.reject(ctx, in, reason, fault(reason, in.arrival.File.Name))
}

func (v Validator) advance(ctx context.Context, in intake, standing feed.Standing) error {
	released := false
	if standing == feed.Fresh {
		acceptance, err := v.validate(ctx, in)
		if err != nil || !acceptance.Accepted {
			return err
		}
		in.turn.Ticket, released = acceptance.Ticket, acceptance.Released
	}
	if err := v.release(ctx, in, released); err != nil {
		return err
	}
	if in.turn.Last() || standing == feed.Accepted {
		return v.Ledger.Settle(ctx, in.turn)
	}
	return nil
}

// validate reads the file, which is not accepted when it is at fault, or out of date.
func (v Validator) validate(ctx context.Context, in intake) (none feed.Acceptance, err error) {
	file := in.arrival.File
	body, err := v.Bucket(in.bucket).Open(ctx, file.Key(), in.arrival.VersionID)
	if errors.Is(err, objects.ErrMissing) {
		reason := "the object version was deleted before it could be read"
		return none, v.reject(ctx, in, reason, fault(reason, file.Name))
	}
	if err != nil {
		return none, err
	}
	defer body.Close()
	declared := v.Feeds.Of(file.Partner, file.Feed)
	result, err := trades.Scan(ctx, body, trades.Options{
		Format: declared.Format.Format, Name: file.Name, Deadline: time.Now().Add(maxRead),
		AllowNonPositivePrice: declared.NonPositivePrices,
	}, nil)
	if err != nil {
		return none, err
	}
	if !result.Valid() {
		reason := fmt.Sprintf("faults in the file: %d; its report lists them", result.Rejects.Count)
		return none, v.reject(ctx, in, reason, &result.Rejects)
	}
	if err := v.Formats.Put(ctx, declared.Format); err != nil {
		return none, err
	}
	return v.Ledger.Accept(ctx, in.arrival, in.turn, feed.Found{
		Rows: result.Rows, Symbols: int64(result.Symbols), ContentHash: result.ContentHash, LeftOut: result.LeftOut,
		Reading: feed.Reading{Format: declared.Format.Name, Hash: declared.Format.Format.Hash, Day: declared.Day},
	})
}

// maxRead is how long a file may take to be read: three fifths of the function's time,
// for the processor, which has no more of it, takes half as long again. A function that
// has not that much left hands the file back instead.
const maxRead = 540 * time.Second

// release sends the file on if it is its turn, and then every waiting successor.
// Each is sent before the cursor moves to it: see package feed.
func (v Validator) release(ctx context.Context, in intake, released bool) error {
	decision := feed.Proceed
	if !released {
		var err error
		if decision, err = v.Ledger.Admit(ctx, in.turn); err != nil {
			return err
		}
	}
	logging.From(ctx).Info("event handled", "outcome", decision.String(), "revision", in.turn.Ticket.Revision)
	if decision == feed.Park {
		return nil
	}
	if decision == feed.Proceed {
		if err := v.send(ctx, in); err != nil {
			return err
		}
	}
	for {
		next, found, err := v.Ledger.Successor(ctx, in.turn.Feed, feed.Validator)
		if err != nil || !found {
			return err
		}
		in.turn.Ticket, in.turn.Attempt = next, 1
		if err := v.send(ctx, in); err != nil {
			return err
		}
		logging.From(ctx).Info("successor released", "successor", next.Number, "revision", next.Revision)
	}
}

func (v Validator) send(ctx context.Context, in intake) error {
	ticket := in.turn.Ticket
	work := queue.Work{Partner: in.arrival.File.Partner, Feed: in.arrival.File.Feed, Bucket: in.bucket}.
		Of(ticket.Number, ticket.Revision, ticket.File, ticket.VersionID)
	if err := v.Processor.Send(ctx, work, queue.Cause(in.arrival.Request, work)); err != nil {
		return err
	}
	return v.Ledger.Complete(ctx, in.turn, feed.Outcome{Status: feed.Validated})
}

func (v Validator) fail(ctx context.Context, turn feed.Turn, cause error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := v.Ledger.Fail(ctx, turn, feed.Reason(turn, cause)); err != nil {
		logging.From(ctx).Error("status not recorded", "error", err.Error())
	}
}
