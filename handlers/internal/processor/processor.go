// Package processor makes one-minute bars of a file.
package processor

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"

	"market-data-pipeline/handlers/internal/bars"
	"market-data-pipeline/handlers/internal/declaration"
	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/objects"
	"market-data-pipeline/handlers/internal/queue"
	"market-data-pipeline/handlers/internal/summary"
	"market-data-pipeline/handlers/internal/trades"
)

// Processor reads uploads and writes results.
type Processor struct {
	Bucket objects.Bucket
	// Ledger tells what read a version, and Formats how that reads.
	Ledger  feed.Ledger
	Formats *declaration.Shelf
}

// Do streams the object version once and writes its bars, then its summary, under
// keys that its number and revision determine: a repeat writes the same again.
func (p Processor) Do(ctx context.Context, work queue.Work) (feed.Outcome, error) {
	options, days, err := p.reading(ctx, work)
	if err != nil {
		return feed.Outcome{}, err
	}
	body, err := p.Bucket.Open(ctx, work.Key, work.VersionID)
	if err != nil {
		return feed.Outcome{}, err
	}
	defer body.Close()

	var sums summary.Days
	var scan trades.Result
	key := objects.BarsKey(work.Group(), work.Number, work.Revision)
	err = p.Bucket.Upload(ctx, key, objects.Parquet, func(out io.Writer) error {
		builder := bars.NewBuilder(out)
		builder.Day = days.Date
		take, finish := bars.InOrder(builder, options.Format)
		defer finish(false)
		var err error
		scan, err = trades.Scan(ctx, body, options, take)
		if err != nil {
			return err
		}
		if !scan.Valid() {
			return fmt.Errorf("%s version %s was found valid and has now %d faults", work.Key, work.VersionID, scan.Rejects.Count)
		}
		if err := finish(true); err != nil {
			return err
		}
		sums, err = builder.Close()
		return err
	})
	if err != nil {
		return feed.Outcome{}, err
	}
	document, err := json.Marshal(summary.File{
		Partner: work.Partner, Feed: work.Feed, Number: work.Number, Revision: work.Revision,
		File: work.File, VersionID: work.VersionID, ContentHash: scan.ContentHash, Rows: scan.Rows, Days: sums,
	})
	if err != nil {
		return feed.Outcome{}, fmt.Errorf("encode summary of %s: %w", work.Key, err)
	}
	if err := p.Bucket.Write(ctx, objects.SummaryKey(work.Group(), work.Number, work.Revision), objects.JSON, document); err != nil {
		return feed.Outcome{}, err
	}
	return feed.Outcome{
		Status:  feed.Processed,
		Results: &feed.Results{Bars: key, Days: slices.Sorted(maps.Keys(sums))},
	}, nil
}
