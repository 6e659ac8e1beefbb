// Package processor makes the bars and days of a file.
package processor

import (
	"context"
	"fmt"
	"slices"

	"market-data-pipeline/handlers/internal/bars"
	"market-data-pipeline/handlers/internal/declaration"
	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/objects"
	"market-data-pipeline/handlers/internal/queue"
	"market-data-pipeline/handlers/internal/trades"
)

// Processor reads uploads and keeps the data set: see output.
type Processor struct {
	Bucket objects.Bucket
	// Formats tells how what read a version reads.
	Formats *declaration.Shelf
}

// Do streams the object version once and writes what it comes to in the place of what
// an earlier revision of its number came to. A repeat writes the same again.
func (p Processor) Do(ctx context.Context, ledger feed.Ledger, work queue.Work) (feed.Outcome, error) {
	out := p.output(ctx, ledger, work)
	counts, err := out.ledger.Claim(ctx, out.feed, out.ticket)
	if err != nil {
		return feed.Outcome{}, err
	}
	if counts {
		if err := p.write(ctx, work, out); err != nil {
			return feed.Outcome{}, err
		}
	}
	if err := out.withdrawRest(); err != nil {
		return feed.Outcome{}, err
	}
	return feed.Outcome{Status: feed.Processed, Results: &feed.Results{Days: out.written}}, nil
}

func (p Processor) write(ctx context.Context, work queue.Work, out *output) error {
	options, days, err := p.reading(ctx, out.ledger, work)
	if err != nil {
		return err
	}
	body, err := p.Bucket.Open(ctx, work.Key, work.VersionID)
	if err != nil {
		return err
	}
	defer body.Close()
	builder := bars.NewBuilder(work.Number, out)
	builder.Day = days.Date
	take, finish := bars.InOrder(builder, options.Format)
	defer finish(false)
	scan, err := trades.Scan(ctx, body, options, take)
	if err != nil {
		return err
	}
	if !scan.Valid() {
		return fmt.Errorf("%s version %s was found valid and has now %d faults", work.Key, work.VersionID, scan.Rejects.Count)
	}
	if err := finish(true); err != nil {
		return err
	}
	return builder.Close()
}

func (p Processor) output(ctx context.Context, ledger feed.Ledger, work queue.Work) *output {
	return &output{
		ctx: ctx, bucket: p.Bucket, ledger: ledger, feed: work.Group(),
		ticket: feed.Ticket{Number: work.Number, Revision: work.Revision, File: work.File, VersionID: work.VersionID},
	}
}

// Withdraw takes a number out of the data set, on every trading day on which it ever
// was, in the name of a revision that is newer than any that wrote it: what a skip
// leaves of the number. It may be repeated.
func (p Processor) Withdraw(ctx context.Context, ledger feed.Ledger, work queue.Work) error {
	return p.output(ctx, ledger.Session(), work).withdrawRest()
}

// withdrawRest leaves nothing on the days that this revision has no trades on.
func (o *output) withdrawRest() error {
	before, err := o.ledger.Intend(o.ctx, o.feed, o.ticket, "")
	if err != nil {
		return err
	}
	for _, date := range before {
		if slices.Contains(o.written, date) {
			continue
		}
		if err := o.withdraw(date); err != nil {
			return err
		}
	}
	return nil
}
