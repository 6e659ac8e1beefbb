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
	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/objects"
	"market-data-pipeline/handlers/internal/queue"
	"market-data-pipeline/handlers/internal/summary"
	"market-data-pipeline/handlers/internal/trades"
)

// Processor reads uploads and writes results.
type Processor struct{ Bucket objects.Bucket }

// Do streams the object version once and writes its bars, then its summary, under
// keys that its number and revision determine: a repeat writes the same again.
func (p Processor) Do(ctx context.Context, work queue.Work) (feed.Outcome, error) {
	body, err := p.Bucket.Open(ctx, work.Key, work.VersionID)
	if err != nil {
		return feed.Outcome{}, err
	}
	defer body.Close()

	var days summary.Days
	var scan trades.Result
	key := objects.BarsKey(work.Group(), work.Number, work.Revision)
	err = p.Bucket.Upload(ctx, key, objects.Parquet, func(out io.Writer) error {
		builder := bars.NewBuilder(out)
		var err error
		// The validator has judged the prices' signs already.
		scan, err = trades.Scan(ctx, body, trades.Options{AllowNonPositivePrice: true}, builder.Add)
		if err != nil {
			return err
		}
		if !scan.Valid() {
			return fmt.Errorf("%s version %s was found valid and has now %d faults", work.Key, work.VersionID, scan.Rejects.Count)
		}
		days, err = builder.Close()
		return err
	})
	if err != nil {
		return feed.Outcome{}, err
	}
	document, err := json.Marshal(summary.File{
		Partner: work.Partner, Feed: work.Feed, Number: work.Number, Revision: work.Revision,
		File: work.File, VersionID: work.VersionID, ContentHash: scan.ContentHash, Rows: scan.Rows, Days: days,
	})
	if err != nil {
		return feed.Outcome{}, fmt.Errorf("encode summary of %s: %w", work.Key, err)
	}
	if err := p.Bucket.Write(ctx, objects.SummaryKey(work.Group(), work.Number, work.Revision), objects.JSON, document); err != nil {
		return feed.Outcome{}, err
	}
	return feed.Outcome{
		Status:  feed.Processed,
		Results: &feed.Results{Bars: key, Days: slices.Sorted(maps.Keys(days))},
	}, nil
}
