// Package aggregator folds files into the days of their feed.
package aggregator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/objects"
	"market-data-pipeline/handlers/internal/queue"
	"market-data-pipeline/handlers/internal/summary"
	"market-data-pipeline/handlers/internal/upload"
)

// Aggregator reads results and keeps aggregates.
type Aggregator struct {
	Bucket objects.Bucket
	Ledger feed.Ledger
}

// Do brings every day up to date that any revision of the file has or had trades
// on. Each day says itself which revisions it holds, so that a repeat, after any
// of the days, changes nothing on those that are done.
func (a Aggregator) Do(ctx context.Context, work queue.Work) (feed.Outcome, error) {
	file, err := a.summary(ctx, work.Group(), work.Number, work.Revision)
	if err != nil {
		return feed.Outcome{}, err
	}
	days, err := a.Ledger.Days(ctx, work.Group(), work.Number)
	if err != nil {
		return feed.Outcome{}, err
	}
	var archived []error
	for _, day := range days {
		if err := a.mend(ctx, file, day); isArchived(err) {
			archived = append(archived, err)
		} else if err != nil {
			return feed.Outcome{}, err
		}
	}
	return feed.Outcome{Status: feed.Aggregated}, errors.Join(archived...)
}

// isArchived tells of an error that does not end the work at once: all that is
// archived is asked for in one go, for a restore takes hours.
func isArchived(err error) bool {
	var archived *objects.ArchivedError
	return errors.As(err, &archived)
}

const maxTries = 5

// mend replaces a day on the condition that it is as it was read.
func (a Aggregator) mend(ctx context.Context, file *summary.File, day string) error {
	id := file.Partner + "/" + file.Feed
	key := objects.AggregateKey(id, day)
	for try := 1; ; try++ {
		current, etag, err := a.read(ctx, key)
		if err != nil {
			return err
		}
		if current == nil {
			current = &summary.Aggregate{
				Partner: file.Partner, Feed: file.Feed, Date: day,
				Files: []summary.Contribution{}, Symbols: map[string]*summary.Symbol{},
			}
		}
		changed, err := a.fold(ctx, current, file)
		if err != nil || changed == nil {
			return err
		}
		document, err := json.Marshal(changed)
		if err != nil {
			return fmt.Errorf("encode %s: %w", key, err)
		}
		err = a.Bucket.Replace(ctx, key, objects.JSON, document, etag)
		if !errors.Is(err, objects.ErrChanged) || try == maxTries {
			return err
		}
	}
}

// fold is the day with the file in it; nil when it is so already.
func (a Aggregator) fold(ctx context.Context, day *summary.Aggregate, file *summary.File) (*summary.Aggregate, error) {
	listed := slices.IndexFunc(day.Files, func(c summary.Contribution) bool { return c.Number == file.Number })
	if listed >= 0 && day.Files[listed].Revision >= file.Revision {
		return nil, nil
	}
	if listed < 0 && len(file.Days[day.Date]) == 0 {
		return nil, nil
	}
	sequenced, err := isSequenced(file)
	if err != nil {
		return nil, err
	}
	if last := len(day.Files) - 1; listed < 0 && (last < 0 || day.Files[last].Number < file.Number) {
		return day, day.Append(file, sequenced)
	}
	files := []*summary.File{file}
	var archived []error
	for _, c := range day.Files {
		if c.Number == file.Number {
			continue
		}
		other, err := a.summary(ctx, file.Partner+"/"+file.Feed, c.Number, c.Revision)
		if isArchived(err) {
			archived = append(archived, err)
			continue
		}
		if err != nil {
			return nil, err
		}
		other.Days = summary.Days{day.Date: other.Days[day.Date]} // the rest would only take memory
		files = append(files, other)
	}
	if len(archived) > 0 {
		return nil, errors.Join(archived...)
	}
	return summary.Fold(file.Partner, file.Feed, day.Date, sequenced, files)
}

func isSequenced(file *summary.File) (bool, error) {
	named, err := upload.New(file.Partner, file.Feed, file.File)
	return named.Sequence > 0, err
}

// read reads a day; nil when there is none. S3 denies access to an object that is
// missing, to a role that may not list the bucket; should the day exist after all,
// the conditional write that follows cannot overwrite it.
func (a Aggregator) read(ctx context.Context, key string) (*summary.Aggregate, string, error) {
	body, etag, err := a.Bucket.Read(ctx, key)
	if errors.Is(err, objects.ErrMissing) || errors.Is(err, objects.ErrDenied) {
		return nil, "", nil
	}
	if err != nil {
		return nil, "", err
	}
	day := new(summary.Aggregate)
	if err := json.Unmarshal(body, day); err != nil {
		return nil, "", fmt.Errorf("%s is no aggregate: %w", key, err)
	}
	return day, etag, nil
}

func (a Aggregator) summary(ctx context.Context, id string, number, revision int64) (*summary.File, error) {
	key := objects.SummaryKey(id, number, revision)
	body, _, err := a.Bucket.Read(ctx, key)
	if err != nil {
		return nil, err
	}
	file := new(summary.File)
	if err := json.Unmarshal(body, file); err != nil {
		return nil, fmt.Errorf("%s is no summary: %w", key, err)
	}
	return file, nil
}
