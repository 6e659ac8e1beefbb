package status

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/objects"
	"market-data-pipeline/handlers/internal/store"
	"market-data-pipeline/handlers/internal/upload"
)

type fileAnswer struct {
	Partner    string      `json:"partner"`
	Feed       string      `json:"feed"`
	File       string      `json:"file"`
	Sequence   *int64      `json:"sequence"`
	Version    string      `json:"version"`
	Status     feed.Status `json:"status"`
	UpdatedAt  string      `json:"updatedAt"`
	History    []event     `json:"history"`
	Rows       *int64      `json:"rows"`
	Symbols    *int64      `json:"symbols"`
	LeftOut    leftOut     `json:"leftOut"`
	Format     *reading    `json:"format"`
	Rejects    *rejects    `json:"rejects"`
	Results    *results    `json:"results"`
	WaitingFor *blocker    `json:"waitingFor"`
}

type event struct {
	Status  feed.Status `json:"status"`
	At      string      `json:"at"`
	Version string      `json:"version"`
	Reason  *string     `json:"reason"`
}

// leftOut counts the rows that are no trades, by reason.
type leftOut map[string]int64

// reading is the format that read a version.
type reading struct {
	Name string `json:"name"`
	Hash string `json:"hash"`
}

type rejects struct {
	Count    int64            `json:"count"`
	ByReason map[string]int64 `json:"byReason"`
	First    []feed.Fault     `json:"first"`
	Location string           `json:"location"`
}

// results are the objects of each trading day.
type results struct {
	Bars []string `json:"bars"`
	Days []string `json:"days"`
}

// blocker is the number that a file waits for.
type blocker struct {
	Sequence int64       `json:"sequence"`
	File     *string     `json:"file"`
	Status   feed.Status `json:"status"`
}

// missing is the status of a number that nothing has come for.
const missing feed.Status = "MISSING"

// maxVersions bounds the versions whose history an answer tells, beside the newest.
const maxVersions = 200

func (s Status) file(ctx context.Context, partner, feedName, name string) (*fileAnswer, error) {
	file, err := upload.New(partner, feedName, name)
	if errors.Is(err, upload.ErrUnrecognised) {
		return nil, &refusal{http.StatusBadRequest, "No file can have this name."}
	}
	id := file.ID()
	head, err := read[feed.File](ctx, s.Store, feed.FileKey(id, name))
	if err != nil {
		return nil, err
	}
	if head.File == "" || s.expired(head.ExpiresAt) {
		return nil, &refusal{http.StatusNotFound, "No file of this name has come."}
	}
	answer := &fileAnswer{
		Partner: partner, Feed: feedName, File: name,
		Version: head.VersionID, Status: head.Status, UpdatedAt: head.UpdatedAt(),
	}
	if err := s.tellHistory(ctx, id, head, answer); err != nil {
		return nil, err
	}
	tellVersion(id, head, answer)
	if head.Number == 0 {
		return answer, nil
	}
	answer.Sequence = &head.Number
	return answer, s.tellNumber(ctx, id, head, answer)
}

// tellHistory adds the history of all versions: those that have items of their own, and
// the newest.
func (s Status) tellHistory(ctx context.Context, id string, head *feed.File, answer *fileAnswer) error {
	prefix := feed.VersionKey(id, answer.File, "").Sort
	items, err := s.Store.Query(ctx, store.Range{
		Partition: id, From: prefix, To: store.MaxSort(prefix), Limit: maxVersions,
	})
	if err != nil {
		return err
	}
	answer.History = []event{}
	for _, item := range items {
		version, err := store.Decode[feed.Version](item)
		if err != nil {
			return err
		}
		if version.File != answer.File || version.VersionID == head.VersionID || s.expired(version.ExpiresAt) {
			continue // of a file whose name goes on behind a #
		}
		answer.tellEvents(version)
	}
	answer.tellEvents(&head.Version)
	slices.SortStableFunc(answer.History, func(a, b event) int { return strings.Compare(a.At, b.At) })
	return nil
}

func (a *fileAnswer) tellEvents(version *feed.Version) {
	for _, e := range version.History {
		line := event{Status: e.Status, At: e.At, Version: version.VersionID}
		if e.Reason != "" {
			line.Reason = &e.Reason
		}
		a.History = append(a.History, line)
	}
}

// tellVersion adds what is known of the newest version.
func tellVersion(id string, version *feed.File, answer *fileAnswer) {
	if version.Revision > 0 {
		answer.Rows, answer.Symbols = &version.Rows, &version.Symbols
		answer.LeftOut = version.LeftOut
		if version.Reading.Hash != "" {
			answer.Format = &reading{version.Reading.Format, version.Reading.Hash}
		}
	}
	if version.Rejects != nil {
		r := version.Rejects
		answer.Rejects = &rejects{Count: r.Count, ByReason: r.ByReason, First: r.First, Location: r.Key}
		if r.ByReason == nil { // of before the status told them
			answer.Rejects.ByReason, answer.Rejects.First = map[string]int64{}, []feed.Fault{}
		}
	}
	if version.Results != nil {
		answer.Results = &results{Bars: []string{}, Days: []string{}}
		for _, day := range version.Results.Days {
			answer.Results.Bars = append(answer.Results.Bars, objects.BarsKey(id, day, version.Number))
			answer.Results.Days = append(answer.Results.Days, objects.DaysKey(id, day, version.Number))
		}
	}
}

// tellNumber adds what the file waits for.
func (s Status) tellNumber(ctx context.Context, id string, head *feed.File, answer *fileAnswer) error {
	switch head.Status {
	case feed.Waiting, feed.Validated, feed.Processed:
	default:
		return nil
	}
	number, err := read[feed.Number](ctx, s.Store, feed.NumberKey(id, head.Number))
	if err != nil {
		return err
	}
	cursors, err := read[feed.Feed](ctx, s.Store, feed.Key(id))
	if err != nil {
		return err
	}
	for _, stage := range feed.Stages {
		_, parked := number.Parked[stage]
		next := cursors.NextAt(stage)
		switch {
		case *number.At(stage) >= head.Revision:
			continue
		case head.Number > next:
			answer.WaitingFor, err = s.blocker(ctx, id, cursors, next)
		case parked && head.Number > 1: // for whoever completed the number before, to wake it
			answer.WaitingFor, err = s.blocker(ctx, id, cursors, head.Number-1)
		}
		return err
	}
	return nil
}

func (s Status) blocker(ctx context.Context, id string, cursors *feed.Feed, n int64) (*blocker, error) {
	number, err := read[feed.Number](ctx, s.Store, feed.NumberKey(id, n))
	switch {
	case err != nil:
		return nil, err
	case number.File != "" && cursors.Knows(number):
		return &blocker{Sequence: n, File: &number.File, Status: number.Status}, nil
	case cursors.Skipped.Contains(n):
		return &blocker{Sequence: n, Status: feed.Skipped}, nil
	default:
		return &blocker{Sequence: n, Status: missing}, nil
	}
}

// expired tells whether the table has only not yet removed an item.
func (s Status) expired(at int64) bool { return at > 0 && at <= s.Now().Unix() }

func read[T any](ctx context.Context, from store.Store, key store.Key) (*T, error) {
	item, err := from.Get(ctx, key)
	if err != nil {
		return nil, err
	}
	return store.Decode[T](item)
}
