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
	Open    open          `json:"open"`
	Files   []fileEntry   `json:"files"`
	Cursor  *string       `json:"cursor"`
}

// open counts the numbers of which the lists tell a page.
type open struct {
	Gaps    int `json:"gaps"`
	Waiting int `json:"waiting"`
	Failed  int `json:"failed"`
	// CountedTo is the last number that is counted; nil when all are.
	CountedTo *int64 `json:"countedTo"`
	// Next is the number from which the next page goes on; nil on the last.
	Next *int64 `json:"next"`
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
	// maxOpen bounds the numbers behind the aggregator's cursor that are counted,
	// maxPlaces those of each list that are told.
	maxOpen   = 10_000
	maxPlaces = 100
	lastOf    = 999_999_999_999_999_999
)

type page struct {
	limit int
	after string // the file behind which the page of files starts
	from  int64  // the number at which the page of open numbers starts; 0: the first
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
	for _, parameter := range []string{"limit", "cursor", "from"} {
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
	if text, given := query["from"]; given {
		from, err := strconv.ParseInt(text, 10, 64)
		if err != nil || from < 1 || from > lastOf {
			return p, &refusal{http.StatusBadRequest, "The number to go on from is a whole number from 1 to 999999999999999999."}
		}
		p.from = from
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
	return answer, s.tellOpen(ctx, id, record, p.from, answer)
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
		entry := fileEntry{File: head.File, Status: head.Status, Version: head.VersionID, UpdatedAt: head.UpdatedAt()}
		if head.Number > 0 {
			entry.Sequence = &head.Number
		}
		answer.Files = append(answer.Files, entry)
	}
	return nil
}

// tellOpen tells of the numbers that are not through, and of those that nothing has
// come for: how many there are, and a page of them.
func (s Status) tellOpen(ctx context.Context, id string, record *feed.Feed, from int64, answer *feedAnswer) error {
	numbers, err := s.open(ctx, id, record.Aggregator+1)
	if err != nil {
		return err
	}
	var all feedAnswer
	if uncounted := all.list(numbers, record, record.Validator+1, maxOpen+1); uncounted != nil {
		last := *uncounted - 1
		answer.Open.CountedTo = &last
	}
	answer.Open.Gaps, answer.Open.Waiting, answer.Open.Failed = len(all.Gaps), len(all.Waiting), len(all.Failed)
	if from > record.Aggregator+1 {
		if numbers, err = s.open(ctx, id, from); err != nil {
			return err
		}
	}
	answer.Open.Next = answer.list(numbers, record, max(from, record.Validator+1), maxPlaces)
	return nil
}

// open reads the numbers that there are from one on, one more than are looked at.
func (s Status) open(ctx context.Context, id string, from int64) ([]*feed.Number, error) {
	items, err := s.Store.Query(ctx, store.Range{
		Partition: id, From: feed.NumberKey(id, from).Sort, To: feed.NumberKey(id, lastOf).Sort, Limit: maxOpen + 1,
	})
	if err != nil {
		return nil, err
	}
	numbers := make([]*feed.Number, len(items))
	for i, item := range items {
		if numbers[i], err = store.Decode[feed.Number](item); err != nil {
			return nil, err
		}
	}
	return numbers, nil
}

// list lists numbers, as long as no list is full, and the gaps from next on, the lowest
// number that may be missing. It gives the lowest number that it does not tell of; nil
// when there is none.
func (a *feedAnswer) list(numbers []*feed.Number, record *feed.Feed, next int64, most int) *int64 {
	for i, number := range numbers {
		if i == maxOpen || max(len(a.Gaps), len(a.Waiting), len(a.Failed)) == most {
			return &next
		}
		if !record.Knows(number) {
			continue
		}
		for _, missing := range (feed.Intervals{{From: next, Through: number.Number - 1}}).Without(record.Skipped) {
			if len(a.Gaps) == most {
				return &missing.From
			}
			a.Gaps = append(a.Gaps, gap{From: missing.From, To: missing.Through})
		}
		next = max(next, number.Number+1)
		at := place{Sequence: number.Number, File: number.File, Status: number.Status}
		switch number.Status {
		case feed.Waiting:
			a.Waiting = append(a.Waiting, at)
		case feed.Failed, feed.Rejected:
			a.Failed = append(a.Failed, at)
		}
	}
	return nil
}
