// Package operator does what an operator asks for: it lets a feed go on without
// numbers, takes a number up again, tells how a feed stands, and moves dead letters
// back. What may be done is the ledger's to say; this package sends what follows.
package operator

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/url"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"market-data-pipeline/handlers/internal/aggregator"
	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/objects"
	"market-data-pipeline/handlers/internal/processor"
	"market-data-pipeline/handlers/internal/queue"
)

// Operator is an operator's way to one pipeline.
type Operator struct {
	Ledger feed.Ledger
	Bucket string
	// Queues feed the stages behind the validator.
	Queues map[feed.Stage]queue.Queue
	// Invoke hands the validator an event of the bucket, asynchronously.
	Invoke func(ctx context.Context, event []byte) error
	// Withdraw takes what a skip dropped out of the data set and out of its days.
	Withdraw func(context.Context, queue.Work) error
	// Uncount takes waits that have ended off the functions' own metric.
	Uncount func(context.Context, []feed.Wait) error
}

// Sent is a ticket that was sent to a stage.
type Sent struct {
	Stage feed.Stage `json:"stage"`
	File  string     `json:"file"`
}

// Skip lets a feed go on without some numbers, and wakes what waited behind them.
func (o Operator) Skip(ctx context.Context, id string, numbers feed.Interval, note feed.Note) ([]Sent, error) {
	ended := func(waits []feed.Wait) error { return o.Uncount(ctx, waits) }
	if err := o.Ledger.Skip(ctx, id, numbers, note, ended); err != nil {
		return nil, err
	}
	dropped, err := o.Ledger.Dropped(ctx, id, numbers)
	if err != nil {
		return nil, err
	}
	for _, ticket := range dropped {
		if err := o.withdraw(ctx, id, ticket); err != nil {
			return nil, err
		}
	}
	return o.wake(ctx, id)
}

// withdraw does what the drop of a number leaves to be done.
func (o Operator) withdraw(ctx context.Context, id string, dropped feed.Ticket) error {
	again, err := o.Ledger.Again(ctx, id, dropped.Number)
	if err != nil {
		return err
	}
	for _, ticket := range again {
		if err := o.send(ctx, id, feed.Processor, ticket); err != nil {
			return err
		}
	}
	return o.Withdraw(ctx, o.work(id, dropped))
}

// Withdraw takes what a number has written out of the data set and out of its days, in
// the name of a revision that brings nothing. A newer one has done so itself.
func Withdraw(ctx context.Context, bucket objects.Bucket, ledger feed.Ledger, fanout int64, work queue.Work) error {
	err := processor.Processor{Bucket: bucket}.Withdraw(ctx, ledger, work)
	if errors.Is(err, feed.ErrReplaced) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = aggregator.Aggregator{Bucket: bucket, Fanout: fanout}.Do(ctx, ledger, work)
	return err
}

// wake sends each stage the ticket that is parked behind its cursor, as the stage
// itself does behind a completion.
func (o Operator) wake(ctx context.Context, id string) ([]Sent, error) {
	woken := []Sent{}
	for _, stage := range feed.Stages {
		next, found, err := o.Ledger.Successor(ctx, id, stage)
		if err != nil {
			return woken, err
		}
		if !found {
			continue
		}
		if err := o.send(ctx, id, stage, next); err != nil {
			return woken, err
		}
		woken = append(woken, Sent{stage, next.File})
	}
	return woken, nil
}

// Retry takes a number up again where it stopped.
func (o Operator) Retry(ctx context.Context, id string, number int64, note feed.Note) (Sent, error) {
	ticket, stage, err := o.Ledger.Retry(ctx, id, number, note)
	if err != nil {
		return Sent{}, err
	}
	return Sent{stage, ticket.File}, o.send(ctx, id, stage, ticket)
}

// send gives a stage a ticket: the validator by an event of the object, as the bucket
// did. Each sending has a cause of its own, for an operator may have it repeated.
func (o Operator) send(ctx context.Context, id string, stage feed.Stage, ticket feed.Ticket) error {
	if own, fed := o.Queues[stage]; fed {
		return own.Send(ctx, o.work(id, ticket), rand.Text())
	}
	sequencer, err := o.Ledger.Sequencer(ctx, id, ticket.File)
	if err != nil {
		return err
	}
	event, err := Event(o.Bucket, o.work(id, ticket).Key, ticket.VersionID, sequencer)
	if err != nil {
		return err
	}
	return o.Invoke(ctx, event)
}

func (o Operator) work(id string, ticket feed.Ticket) queue.Work {
	partner, name, _ := strings.Cut(id, "/")
	return queue.Work{Partner: partner, Feed: name, Bucket: o.Bucket}.
		Of(ticket.Number, ticket.Revision, ticket.File, ticket.VersionID)
}

// Event is the bucket's notification of an object version.
func Event(bucket, key, versionID, sequencer string) ([]byte, error) {
	record := events.S3EventRecord{EventSource: "aws:s3", EventName: "ObjectCreated:Put"}
	record.S3.Bucket.Name = bucket
	record.S3.Object = events.S3Object{Key: url.QueryEscape(key), VersionID: versionID, Sequencer: sequencer}
	return json.Marshal(events.S3Event{Records: []events.S3EventRecord{record}})
}
