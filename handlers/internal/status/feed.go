package status

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"github.com/aws/aws-lambda-go/events"

	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/store"
	"market-data-pipeline/handlers/internal/upload"
)

type feedAnswer struct {
	Partner string        `json:"partner"`
	Feed    string        `json:"feed"`
	Kind    string        `json:"kind"`
	Cursors feed.PerStage `json:"cursors"`
	Gaps    []gap         `json:"gaps"`
	Waiting []place       `json:"waiting"`
	Failed  []place       `json:"failed"`
	Files   []fileEntry   `json:"files"`
	Cursor  *string       `json:"cursor"`
}

type gap struct {
	From int64 `json:"from"`
	To   int64 `json:"to"`
}

type place struct {
	Sequence int64       `json:"sequence"`
	File     string      `json:"file"`
	Status   feed.Status `json:"status"`
}

type fileEntry struct {
	File      string      `json:"file"`
	Sequence  *int64      `json:"sequence"`
	Status    feed.Status `json:"status"`
	Version   string      `json:"version"`
	UpdatedAt string      `json:"updatedAt"`
}

const (
	defaultLimit = 50
	maxLimit     = 100
	// maxOpen bounds the numbers behind the aggregator's cursor that are looked at,
	// maxPlaces those of each list that are told.
	maxOpen   = 1000
	maxPlaces = 100
)

type page struct {
	limit int
	after string // the file behind which the page starts
}

// token is a cursor's content. It names its feed, so that a cursor of another is
// refused and not answered with a wrong page.
type token struct {
	Feed  string `json:"feed"`
	After string `json:"after"`
}

// of tells whether a feed's answer may have given the token: it names a file that
// can be on record, and so a key that the table takes.
func (t token) of(partner, name string) bool {
	_, err := upload.New(partner, name, t.After)
	return t.Feed == partner+"/"+name && !errors.Is(err, upload.ErrUnrecognised)
}

func (t token) encode() string { return base64.RawURLEncoding.EncodeToString(encode(t)) }

func parsePage(partner, name string, request events.APIGatewayProxyRequest) (page, error) {
	p := page{limit: defaultLimit}
	for _, parameter := range []string{"limit", "cursor"} {
		// Which of several is the one value differs from gateway to gateway.
		if len(request.MultiValueQueryStringParameters[parameter]) > 1 {
			return p, &refusal{http.StatusBadRequest, "The " + parameter + " is given more than once."}
		}
	}
	query := request.QueryStringParameters
	if text, given := query["limit"]; given {
		limit, err := strconv.Atoi(text)
		if err != nil || limit < 1 || limit > maxLimit {
			return p, &refusal{http.StatusBadRequest, "The limit is a whole number from 1 to 100."}
		}
		p.limit = limit
	}
	if text, given := query["cursor"]; given {
		var t token
		raw, err := base64.RawURLEncoding.DecodeString(text)
		if err != nil || json.Unmarshal(raw, &t) != nil || !t.of(partner, name) {
			return p, &refusal{http.StatusBadRequest, "The cursor is not one that this feed's answers gave."}
		}
		p.after = t.After
	}
	return p, nil
}

func (s Status) feed(ctx context.Context, partner, name string, p page) (*feedAnswer, error) {
	id := partner + "/" + name
	record, err := read[feed.Feed](ctx, s.Store, feed.Key(id))
	if err != nil {
		return nil, err
	}
	answer := &feedAnswer{
		Partner: partner, Feed: name, Kind: record.Kind, Cursors: record.PerStage,
		Gaps: []gap{}, Waiting: []place{}, Failed: []place{}, Files: []fileEntry{},
	}
	if err := s.tellFiles(ctx, id, p, answer); err != nil {
		return nil, err
	}
	if record.Kind == "" && len(answer.Files) == 0 && p.after == "" {
		return nil, &refusal{http.StatusNotFound, "No file of this feed has come."}
	}
	return answer, s.tellOpen(ctx, id, record, answer)
}

func (s Status) tellFiles(ctx context.Context, id string, p page, answer *feedAnswer) error {
	first := feed.FileKey(id, p.after).Sort
	if p.after != "" {
		first += "\x00"
	}
	items, err := s.Store.Query(ctx, store.Range{
		Partition: id, From: first, To: store.MaxSort(feed.FileKey(id, "").Sort), Limit: p.limit + 1,
	})
	if err != nil {
		return err
	}
	for i, item := range items {
		head, err := store.Decode[feed.File](item)
		if err != nil {
			return err
		}
		if i == p.limit {
			last := items[i-1].Key.Sort[len(feed.FileKey(id, "").Sort):]
			cursor := token{Feed: id, After: last}.encode()
			answer.Cursor = &cursor
			break
		}
		if s.expired(head.ExpiresAt) {
			continue
		}
		entry := fileEntry{File: head.File, Status: head.Status, Version: head.VersionID, UpdatedAt: head.UpdatedAt}
		if head.Number > 0 {
			entry.Sequence = &head.Number
		}
		answer.Files = append(answer.Files, entry)
	}
	return nil
}

// tellOpen looks at the numbers that are not through, and at those that nothing
// has come for.
func (s Status) tellOpen(ctx context.Context, id string, record *feed.Feed, answer *feedAnswer) error {
	items, err := s.Store.Query(ctx, store.Range{
		Partition: id, From: feed.NumberKey(id, record.Aggregator+1).Sort,
		To: feed.NumberKey(id, 999_999_999_999_999_999).Sort, Limit: maxOpen,
	})
	if err != nil {
		return err
	}
	next := record.Validator + 1 // the lowest number that may be missing
	for _, item := range items {
		number, err := store.Decode[feed.Number](item)
		if err != nil {
			return err
		}
		if !record.Knows(number) {
			continue
		}
		missing := feed.Intervals{{From: next, Through: number.Number - 1}}.Without(record.Skipped)
		for _, i := range missing[:min(len(missing), maxPlaces-len(answer.Gaps))] {
			answer.Gaps = append(answer.Gaps, gap{From: i.From, To: i.Through})
		}
		next = max(next, number.Number+1)
		at := place{Sequence: number.Number, File: number.File, Status: number.Status}
		switch number.Status {
		case feed.Waiting:
			answer.Waiting = add(answer.Waiting, at)
		case feed.Failed, feed.Rejected:
			answer.Failed = add(answer.Failed, at)
		}
	}
	return nil
}

func add(places []place, at place) []place {
	if len(places) == maxPlaces {
		return places
	}
	return append(places, at)
}
