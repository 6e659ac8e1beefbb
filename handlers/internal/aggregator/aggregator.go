// Package aggregator keeps the trading days of a feed.
package aggregator

import (
	"context"
	"errors"

	"market-data-pipeline/handlers/internal/days"
	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/objects"
	"market-data-pipeline/handlers/internal/queue"
)

// Aggregator adds up what the processor has made of the files: see days.Tree.
type Aggregator struct {
	Bucket objects.Bucket
	Fanout int64
}

// Do brings every day up to date that any revision of the file has or had trades on.
// Doing so again changes nothing.
func (a Aggregator) Do(ctx context.Context, ledger feed.Ledger, work queue.Work) (feed.Outcome, error) {
	dates, err := ledger.Days(ctx, work.Group(), work.Number)
	if err != nil {
		return feed.Outcome{}, err
	}
	var archived []error
	for _, date := range dates {
		tree := days.Tree{Bucket: a.Bucket, Fanout: a.Fanout, Feed: work.Group(), Date: date}
		err := ledger.ChangeDay(ctx, work.Group(), date, func(day *feed.Day) error {
			return tree.Add(ctx, day, work.Number)
		})
		if asked := new(objects.ArchivedError); errors.As(err, &asked) {
			archived = append(archived, err) // of all that is archived at once: a restore takes hours
		} else if err != nil {
			return feed.Outcome{}, err
		}
	}
	return feed.Outcome{Status: feed.Aggregated}, errors.Join(archived...)
}
