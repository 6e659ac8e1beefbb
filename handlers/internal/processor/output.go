package processor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"market-data-pipeline/handlers/internal/bars"
	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/objects"
)

// output is what one revision of a number leaves in the data set: on each trading day
// two objects, its bars and what it comes to, under keys that do not tell the revision.
// A worker that is late must never put back an older one:
//
//   - Every object says which revision wrote it, and replaces only the very object that
//     was seen to be of no newer one.
//   - What a revision is about to write, the ledger knows before: so a newer one knows
//     where an older might still write, and leaves there an object without rows.
type output struct {
	ctx    context.Context
	bucket objects.Bucket
	ledger feed.Ledger // which reads an item once
	feed   string
	ticket feed.Ticket

	written   []string // the days
	bars, day replacement
}

// replacement is an object on its way, and the ETag of what it replaces.
type replacement struct {
	objects.Upload
	etag string
}

const revisionKey = "revision"

// Begin implements bars.Output.
func (o *output) Begin(date string) (bars, day io.Writer, err error) {
	before, err := o.ledger.Intend(o.ctx, o.feed, o.ticket, date)
	if err != nil {
		return nil, nil, err
	}
	o.written = append(o.written, date)
	return o.open(date, o.ticket.Revision == 1 && !slices.Contains(before, date))
}

// open begins the two objects of a day. fresh tells that nothing can be there yet.
func (o *output) open(date string, fresh bool) (bars, day io.Writer, err error) {
	number := o.ticket.Number
	if o.bars, err = o.replace(objects.BarsKey(o.feed, date, number), fresh); err != nil {
		return nil, nil, err
	}
	if o.day, err = o.replace(objects.DaysKey(o.feed, date, number), fresh); err != nil {
		return nil, nil, err
	}
	return o.bars, o.day, nil
}

func (o *output) replace(key string, fresh bool) (r replacement, err error) {
	if !fresh {
		if r.etag, err = o.replaceable(key); err != nil {
			return r, err
		}
	}
	revision := map[string]string{revisionKey: strconv.FormatInt(o.ticket.Revision, 10)}
	r.Upload = o.bucket.Create(o.ctx, key, objects.Parquet, revision)
	return r, nil
}

// replaceable is the ETag of the object at a key, if it is of no newer revision; empty
// when there is none. S3 denies access to an object that is missing, to a role that may
// not list the bucket; should it exist after all, it will not be replaced.
func (o *output) replaceable(key string) (string, error) {
	head, err := o.bucket.Head(o.ctx, key)
	if errors.Is(err, objects.ErrMissing) || errors.Is(err, objects.ErrDenied) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	revision, err := strconv.ParseInt(head.Metadata[revisionKey], 10, 64)
	if err != nil {
		return "", fmt.Errorf("%s does not say of which revision it is: %w", key, err)
	}
	if revision > o.ticket.Revision {
		return "", fmt.Errorf("%s is of revision %d: %w", key, revision, feed.ErrReplaced)
	}
	return head.ETag, nil
}

// End implements bars.Output.
func (o *output) End() error {
	if err := o.bars.Complete(o.bars.etag); err != nil {
		return err
	}
	return o.day.Complete(o.day.etag)
}

// withdraw leaves objects without rows on a day.
func (o *output) withdraw(date string) error {
	barsFile, day, err := o.open(date, false)
	if err != nil {
		return err
	}
	if err := bars.WriteNothing(o.ticket.Number, barsFile, day); err != nil {
		return err
	}
	return o.End()
}
