package status

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/store"
	"market-data-pipeline/handlers/internal/upload"
)

const id = "acme/us-equities"

var now = time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)

// fixture is an API over a record that a ledger writes.
type fixture struct {
	t      *testing.T
	api    Status
	store  *store.Memory
	ledger feed.Ledger
}

func newFixture(t *testing.T) *fixture {
	s := store.NewMemory()
	return &fixture{
		t: t, store: s,
		api: Status{Store: s, Origins: []string{"https://acme.example"}, Now: func() time.Time { return now }},
		ledger: feed.Ledger{
			Store: s, Now: func() time.Time { return now },
			Pause: func(context.Context, int) error { return nil },
		},
	}
}

func (f *fixture) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

func arrival(name string) feed.Arrival {
	file, err := upload.New("acme", "us-equities", name)
	if err != nil {
		panic(err)
	}
	return feed.Arrival{File: file, VersionID: "v1", Sequencer: "01", Request: "r"}
}

// accept takes a file as far as its acceptance and its admission to the validator.
func (f *fixture) accept(name string) feed.Turn {
	f.t.Helper()
	a := arrival(name)
	receipt, err := f.ledger.Receive(context.Background(), a)
	f.must(err)
	turn := feed.Turn{Stage: feed.Validator, Feed: id, Ticket: receipt.Ticket, Attempt: 1}
	acceptance, err := f.ledger.Accept(context.Background(), a, turn, feed.Found{Rows: 3, Symbols: 2, LeftOut: map[string]int64{"quote": 4}, Reading: feed.Reading{Format: "mine", Hash: "beef"}})
	f.must(err)
	turn.Ticket = acceptance.Ticket
	_, err = f.ledger.Admit(context.Background(), turn)
	f.must(err)
	return turn
}

// complete takes a file through all stages.
func (f *fixture) complete(name string) {
	f.t.Helper()
	turn := f.accept(name)
	f.must(f.ledger.Complete(context.Background(), turn, feed.Outcome{Status: feed.Validated}))
	turn.Stage = feed.Processor
	f.must(f.ledger.Complete(context.Background(), turn, feed.Outcome{
		Status: feed.Processed, Results: &feed.Results{Days: []string{"2013-10-07"}},
	}))
	turn.Stage = feed.Aggregator
	f.must(f.ledger.Complete(context.Background(), turn, feed.Outcome{Status: feed.Aggregated}))
}

func (f *fixture) ask(change func(*events.APIGatewayProxyRequest)) events.APIGatewayProxyResponse {
	f.t.Helper()
	request := events.APIGatewayProxyRequest{
		HTTPMethod: "GET", PathParameters: map[string]string{"partner": "acme", "feed": "us-equities"},
		Headers: map[string]string{}, QueryStringParameters: map[string]string{},
	}
	change(&request)
	response, err := f.api.Handle(context.Background(), request)
	f.must(err)
	return response
}

func (f *fixture) file(name string) events.APIGatewayProxyResponse {
	f.t.Helper()
	return f.ask(func(r *events.APIGatewayProxyRequest) { r.PathParameters["file"] = url.PathEscape(name) })
}

func (f *fixture) want(response events.APIGatewayProxyResponse, status int, body string) {
	f.t.Helper()
	if response.StatusCode != status {
		f.t.Fatalf("status %d, want %d: %s", response.StatusCode, status, response.Body)
	}
	if diff := cmp.Diff(body, response.Body); body != "" && diff != "" {
		f.t.Error(diff)
	}
	if status >= 400 {
		var problem struct {
			Title, Detail string
			Status        int
		}
		f.must(json.Unmarshal([]byte(response.Body), &problem))
		if response.Headers["Content-Type"] != "application/problem+json" || problem.Status != status || problem.Detail == "" {
			f.t.Errorf("no problem document: %v %s", response.Headers, response.Body)
		}
	}
}

func TestAnAggregatedFileIsTold(t *testing.T) {
	f := newFixture(t)
	f.complete("1/x.csv")
	f.want(f.file("1/x.csv"), 200, `{"partner":"acme","feed":"us-equities","file":"1/x.csv","sequence":1,"version":"v1",`+
		`"status":"AGGREGATED","updatedAt":"2026-11-24T08:00:00.000Z","history":[`+
		`{"status":"RECEIVED","at":"2026-11-24T08:00:00.000Z","version":"v1","reason":null},`+
		`{"status":"VALIDATED","at":"2026-11-24T08:00:00.000Z","version":"v1","reason":null},`+
		`{"status":"PROCESSED","at":"2026-11-24T08:00:00.000Z","version":"v1","reason":null},`+
		`{"status":"AGGREGATED","at":"2026-11-24T08:00:00.000Z","version":"v1","reason":null}],`+
		`"rows":3,"symbols":2,"leftOut":{"quote":4},"format":{"name":"mine","hash":"beef"},"rejects":null,"results":{`+
		`"bars":["data/bars/partner=acme/feed=us-equities/date=2013-10-07/000000000000000001.parquet"],`+
		`"days":["data/days/partner=acme/feed=us-equities/date=2013-10-07/000000000000000001.parquet"]},"waitingFor":null}`)
}

func TestARejectedFileNamesItsReport(t *testing.T) {
	f := newFixture(t)
	_, err := f.ledger.Receive(context.Background(), arrival("x.csv"))
	f.must(err)
	f.must(f.ledger.Reject(context.Background(), arrival("x.csv"), "why", &feed.Rejects{
		Count: 3, Key: "rejects/x.jsonl", ByReason: map[string]int64{"bad": 3},
		First: []feed.Fault{{Line: 2, Column: "price", Value: "x", Reason: "bad", Remedy: "mend it"}},
	}))
	body := f.file("x.csv").Body
	for _, part := range []string{`"status":"REJECTED"`, `"rejects":{"count":3,"byReason":{"bad":3},"first":[{"line":2,"column":"price","value":"x","reason":"bad","remedy":"mend it"}],"location":"rejects/x.jsonl"}`, `"reason":"why"`, `"rows":null`} {
		if !strings.Contains(body, part) {
			t.Errorf("%s is not in %s", part, body)
		}
	}
}

func TestAWaitingFileNamesWhatItWaitsFor(t *testing.T) {
	f := newFixture(t)
	f.accept("3/x.csv")
	if body := f.file("3/x.csv").Body; !strings.Contains(body, `"waitingFor":{"sequence":1,"file":null,"status":"MISSING"}`) {
		t.Error(body)
	}
	f.complete("1/x.csv")
	_, err := f.ledger.Receive(context.Background(), arrival("2/x.csv"))
	f.must(err)
	f.must(f.ledger.Reject(context.Background(), arrival("2/x.csv"), "why", nil))
	if body := f.file("3/x.csv").Body; !strings.Contains(body, `"waitingFor":{"sequence":2,"file":"2/x.csv","status":"REJECTED"}`) {
		t.Error(body)
	}
}

// skip has an operator skip a number, whether it has come or not.
func (f *fixture) skip(n int64) {
	f.t.Helper()
	tx := store.Begin(f.ledger.Store)
	record, err := store.Load[feed.Feed](context.Background(), tx, feed.Key(id))
	f.must(err)
	record.Kind, record.Highest = feed.Sequenced, max(record.Highest, n)
	f.must(tx.Commit(context.Background()))
	f.must(f.ledger.Skip(context.Background(), id, feed.Interval{From: n, Through: n}, feed.Note{},
		func([]feed.Wait) error { return nil }))
}

func TestAFileWaitsForNoNumberThatWasSkipped(t *testing.T) {
	f := newFixture(t)
	f.accept("4/x.csv")
	f.skip(1)
	f.skip(2)
	f.waits("4/x.csv", "WAITING", `{"sequence":3,"file":null,"status":"MISSING"}`)
	f.skip(3) // which nobody has passed yet
	f.waits("4/x.csv", "WAITING", `{"sequence":3,"file":null,"status":"SKIPPED"}`)
}

func TestAFileWaitsForOneThatCameThoughItsNumberWasSkipped(t *testing.T) {
	f := newFixture(t)
	f.skip(2)
	f.accept("2/x.csv") // to be taken in its turn
	f.accept("4/x.csv")
	f.skip(1)
	f.waits("4/x.csv", "WAITING", `{"sequence":2,"file":"2/x.csv","status":"WAITING"}`)
}

func TestTheFeedTellsItsGapsAndWhoWaits(t *testing.T) {
	f := newFixture(t)
	f.complete("1/x.csv")
	f.accept("4/x.csv")
	f.accept("6/x.csv")
	var answer feedAnswer
	response := f.ask(func(*events.APIGatewayProxyRequest) {})
	f.want(response, 200, "")
	f.must(json.Unmarshal([]byte(response.Body), &answer))
	if answer.Kind != "sequenced" || answer.Cursors != (feed.PerStage{Validator: 1, Processor: 1, Aggregator: 1}) {
		t.Errorf("got %s", response.Body)
	}
	if diff := cmp.Diff([]gap{{2, 3}, {5, 5}}, answer.Gaps); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]place{{4, "4/x.csv", feed.Waiting}, {6, "6/x.csv", feed.Waiting}}, answer.Waiting); diff != "" {
		t.Error(diff)
	}
}

func (f *fixture) feed() feedAnswer {
	f.t.Helper()
	var answer feedAnswer
	response := f.ask(func(*events.APIGatewayProxyRequest) {})
	f.want(response, 200, "")
	f.must(json.Unmarshal([]byte(response.Body), &answer))
	return answer
}

func TestSkippedNumbersAreNoGaps(t *testing.T) {
	f := newFixture(t)
	f.accept("10000001/x.csv")
	f.must(f.ledger.Skip(context.Background(), id, feed.Interval{From: 3, Through: 9_999_999}, feed.Note{},
		func([]feed.Wait) error { return nil }))
	if diff := cmp.Diff([]gap{{1, 2}, {10_000_000, 10_000_000}}, f.feed().Gaps); diff != "" {
		t.Error(diff)
	}
	f.waits("10000001/x.csv", "WAITING", `{"sequence":1,"file":null,"status":"MISSING"}`)
}

func TestWhatAFileOfTheOtherKindHasLeftBehindIsNoGapAndNoFailure(t *testing.T) {
	f := newFixture(t)
	stray := arrival("5000000/stray.csv")
	_, err := f.ledger.Receive(context.Background(), stray)
	f.must(err)
	f.must(f.ledger.Reject(context.Background(), stray, "no trades", nil))
	if failed := f.feed().Failed; len(failed) != 1 { // nobody knows yet that it is a stray
		t.Errorf("failed are %v", failed)
	}
	f.accept("x.csv")
	if answer := f.feed(); answer.Kind != "arrival" || len(answer.Gaps)+len(answer.Failed) > 0 {
		t.Errorf("the feed is %+v", answer)
	}
}

func TestPagesFollowOneAnother(t *testing.T) {
	f := newFixture(t)
	var want []string
	for n := range 7 {
		want = append(want, fmt.Sprintf("%d/x.csv", n+1))
		f.accept(want[n])
	}
	var got []string
	query := map[string]string{"limit": "3"}
	for pages := 0; ; pages++ {
		response := f.ask(func(r *events.APIGatewayProxyRequest) { r.QueryStringParameters = query })
		f.want(response, 200, "")
		var answer feedAnswer
		f.must(json.Unmarshal([]byte(response.Body), &answer))
		for _, file := range answer.Files {
			got = append(got, file.File)
		}
		if answer.Cursor == nil {
			break
		}
		query["cursor"] = *answer.Cursor
		if pages > 3 {
			t.Fatal("no end")
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTheNewestOfMoreVersionsThanAreToldIsTold(t *testing.T) {
	f := newFixture(t)
	for n := range maxVersions + 10 {
		a := arrival("x.csv")
		// Version ids are in no order: here the newest sorts behind all others.
		a.VersionID, a.Sequencer = fmt.Sprintf("v%03d", n), fmt.Sprintf("%04d", n)
		receipt, err := f.ledger.Receive(context.Background(), a)
		f.must(err)
		turn := feed.Turn{Stage: feed.Validator, Feed: id, Ticket: receipt.Ticket, Attempt: 1}
		_, err = f.ledger.Accept(context.Background(), a, turn, feed.Found{Rows: 3, Symbols: 2})
		f.must(err)
	}
	response := f.file("x.csv")
	f.want(response, 200, "")
	var answer fileAnswer
	f.must(json.Unmarshal([]byte(response.Body), &answer))
	newest := fmt.Sprintf("v%03d", maxVersions+9)
	if answer.Rows == nil || answer.Version != newest || answer.History[len(answer.History)-1].Version != newest {
		t.Errorf("version %s with %v rows and a history that ends with %+v",
			answer.Version, answer.Rows, answer.History[len(answer.History)-1])
	}
}

func TestBadRequestsAreTheCallersFault(t *testing.T) {
	f := newFixture(t)
	f.complete("1/x.csv")
	for name, c := range map[string]struct {
		status int
		change func(*events.APIGatewayProxyRequest)
	}{
		"no partner":         {400, func(r *events.APIGatewayProxyRequest) { r.PathParameters = nil }},
		"an encoded partner": {400, func(r *events.APIGatewayProxyRequest) { r.PathParameters["partner"] = "%61cme" }},
		"a climbing feed":    {400, func(r *events.APIGatewayProxyRequest) { r.PathParameters["feed"] = ".." }},
		"another feed":       {404, func(r *events.APIGatewayProxyRequest) { r.PathParameters["feed"] = "other" }},
		"another file":       {404, func(r *events.APIGatewayProxyRequest) { r.PathParameters["file"] = "2/x.csv" }},
		"an empty file":      {400, func(r *events.APIGatewayProxyRequest) { r.PathParameters["file"] = "" }},
		"a control byte":     {400, func(r *events.APIGatewayProxyRequest) { r.PathParameters["file"] = "%00.csv" }},
		"broken UTF-8":       {400, func(r *events.APIGatewayProxyRequest) { r.PathParameters["file"] = "%ff.csv" }},
		"a broken escape":    {404, func(r *events.APIGatewayProxyRequest) { r.PathParameters["file"] = "%zz.csv" }},
		"a huge name":        {400, func(r *events.APIGatewayProxyRequest) { r.PathParameters["file"] = strings.Repeat("x", 9000) }},
		"limit 0":            {400, func(r *events.APIGatewayProxyRequest) { r.QueryStringParameters["limit"] = "0" }},
		"limit 101":          {400, func(r *events.APIGatewayProxyRequest) { r.QueryStringParameters["limit"] = "101" }},
		"limit x":            {400, func(r *events.APIGatewayProxyRequest) { r.QueryStringParameters["limit"] = "x" }},
		"no cursor":          {400, func(r *events.APIGatewayProxyRequest) { r.QueryStringParameters["cursor"] = "!" }},
		"two limits": {400, func(r *events.APIGatewayProxyRequest) {
			r.QueryStringParameters["limit"], r.MultiValueQueryStringParameters = "2", map[string][]string{"limit": {"1", "2"}}
		}},
		"one limit of one": {200, func(r *events.APIGatewayProxyRequest) {
			r.QueryStringParameters["limit"], r.MultiValueQueryStringParameters = "2", map[string][]string{"limit": {"2"}}
		}},
		"a cursor with a control byte": {400, func(r *events.APIGatewayProxyRequest) {
			r.QueryStringParameters["cursor"] = token{Feed: id, After: "\x7f"}.encode()
		}},
		"a cursor longer than a name": {400, func(r *events.APIGatewayProxyRequest) {
			r.QueryStringParameters["cursor"] = token{Feed: id, After: strings.Repeat("x", 1020)}.encode()
		}},
		"a cursor behind the last name": {200, func(r *events.APIGatewayProxyRequest) {
			r.QueryStringParameters["cursor"] = token{Feed: id, After: "\U0010FFFFx"}.encode()
		}},
		"more behind a cursor": {400, func(r *events.APIGatewayProxyRequest) {
			r.QueryStringParameters["cursor"] = token{Feed: id, After: "1/x.csv"}.encode() + "!"
		}},
		"a foreign cursor": {400, func(r *events.APIGatewayProxyRequest) {
			r.QueryStringParameters["cursor"] = token{Feed: "globex/f", After: "x"}.encode()
		}},
		"POST": {405, func(r *events.APIGatewayProxyRequest) { r.HTTPMethod = "POST" }},
	} {
		t.Run(name, func(t *testing.T) {
			response := f.ask(c.change)
			f.want(response, c.status, "")
			if c.status == 405 && response.Headers["Allow"] == "" {
				t.Error("405 without Allow")
			}
		})
	}
}

func TestNamesAreDecodedOnceOrNotAtAll(t *testing.T) {
	f := newFixture(t)
	f.complete("a%20b.csv")
	f.complete("c d.csv")
	f.complete("e f.csv")
	f.complete("e%20f.csv")
	for asked, want := range map[string]string{
		"a%2520b.csv": "a%20b.csv", // as API Gateway hands it on
		"a%20b.csv":   "a%20b.csv", // as a gateway does that has decoded it
		"c%20d.csv":   "c d.csv",
		"c d.csv":     "c d.csv",
		"e%20f.csv":   "e f.csv", // API Gateway's way goes first
	} {
		response := f.ask(func(r *events.APIGatewayProxyRequest) { r.PathParameters["file"] = asked })
		f.want(response, 200, "")
		if !strings.Contains(response.Body, fmt.Sprintf(`"file":%q`, want)) {
			t.Errorf("%s gives %s", asked, response.Body)
		}
	}
}

func TestAnAnswerThatTheCallerHasIsNotSentAgain(t *testing.T) {
	f := newFixture(t)
	f.complete("1/x.csv")
	etag := f.file("1/x.csv").Headers["ETag"]
	for _, header := range []string{etag, "W/" + etag, `"other", ` + etag, "*"} {
		response := f.ask(func(r *events.APIGatewayProxyRequest) {
			r.PathParameters["file"] = "1/x.csv"
			r.Headers["if-none-match"] = header
		})
		f.want(response, 304, "")
		if response.Body != "" || response.Headers["ETag"] != etag || response.Headers["Cache-Control"] != "private, no-cache" {
			t.Errorf("%s: %+v", header, response)
		}
	}
	lines := f.ask(func(r *events.APIGatewayProxyRequest) {
		r.PathParameters["file"] = "1/x.csv"
		r.Headers["If-None-Match"] = `"other"`
		r.MultiValueHeaders = map[string][]string{"If-None-Match": {etag, `"other"`}}
	})
	if lines.StatusCode != 304 {
		t.Errorf("on two lines: %+v", lines)
	}
	f.complete("1/y.csv")
	if response := f.ask(func(r *events.APIGatewayProxyRequest) { r.Headers["If-None-Match"] = etag }); response.StatusCode != 200 {
		t.Errorf("another document answers %d", response.StatusCode)
	}
}

func TestHEADIsGETAndItsBodyLeftToAPIGateway(t *testing.T) {
	f := newFixture(t)
	f.complete("1/x.csv")
	get := f.file("1/x.csv")
	head := f.ask(func(r *events.APIGatewayProxyRequest) { r.HTTPMethod, r.PathParameters["file"] = "HEAD", "1/x.csv" })
	if diff := cmp.Diff(get, head); diff != "" {
		t.Error(diff)
	}
}

func TestOnlyAllowedOriginsMayReadTheAnswer(t *testing.T) {
	f := newFixture(t)
	f.complete("1/x.csv")
	for origin, want := range map[string]string{"https://acme.example": "https://acme.example", "https://evil.example": "", "": ""} {
		for _, method := range []string{"GET", "OPTIONS", "DELETE"} {
			response := f.ask(func(r *events.APIGatewayProxyRequest) { r.HTTPMethod, r.Headers["origin"] = method, origin })
			if got := response.Headers["Access-Control-Allow-Origin"]; got != want || response.Headers["Vary"] != "Origin" {
				t.Errorf("%s from %q: %v", method, origin, response.Headers)
			}
			if want != "" && !strings.Contains(response.Headers["Access-Control-Expose-Headers"], "ETag") {
				t.Errorf("%s from %q exposes no ETag", method, origin)
			}
		}
	}
	f.api.Origins = []string{"*"}
	if got := f.file("1/x.csv").Headers["Access-Control-Allow-Origin"]; got != "*" {
		t.Errorf("any origin: %q", got)
	}
}

// broken is a store that fails.
type broken struct {
	store.Store
	err error
}

func (b broken) Get(context.Context, store.Key) (store.Item, error) { return store.Item{}, b.err }

func TestTroubleOfTheTableTellsNothingOfTheInside(t *testing.T) {
	for status, err := range map[int]error{
		503: fmt.Errorf("%w: arn:aws:dynamodb:secret", store.ErrThrottled),
		500: errors.New("arn:aws:dynamodb:secret"),
	} {
		f := newFixture(t)
		f.api.Store = broken{f.store, err}
		response := f.file("1/x.csv")
		f.want(response, status, "")
		if strings.Contains(response.Body, "secret") || status == 503 && response.Headers["Retry-After"] == "" {
			t.Errorf("got %+v", response)
		}
	}
}

func TestWhatHasExpiredIsGoneThoughTheTableStillHasIt(t *testing.T) {
	f := newFixture(t)
	f.complete("1/x.csv")
	newer := feed.Arrival{File: upload.File{Partner: "acme", Feed: "us-equities", Name: "1/x.csv", Sequence: 1}, VersionID: "v2", Sequencer: "02"}
	f.must(f.ledger.Reject(context.Background(), newer, "why", nil))
	f.must(f.ledger.Reject(context.Background(), feed.Arrival{
		File: upload.File{Partner: "acme", Feed: "us-equities", Name: "x.txt"}, VersionID: "v1", Sequencer: "01",
	}, "why", nil))
	f.want(f.file("x.txt"), 200, "")
	f.api.Now = func() time.Time { return now.Add(401 * 24 * time.Hour) }
	f.want(f.file("x.txt"), 404, "")
	response := f.file("1/x.csv") // its number is part of the order: its head stays
	f.want(response, 200, "")
	if !strings.Contains(response.Body, `"version":"v2"`) || strings.Contains(response.Body, `"version":"v1"`) {
		t.Error(response.Body)
	}
}

func TestTheEventOfAPIGatewayIsTakenAsItComes(t *testing.T) {
	raw, err := os.ReadFile("testdata/get.json")
	if err != nil {
		t.Fatal(err)
	}
	var request events.APIGatewayProxyRequest
	if err := json.Unmarshal(raw, &request); err != nil {
		t.Fatal(err)
	}
	f := newFixture(t)
	f.complete("1/my trades.csv")
	response, err := f.api.Handle(context.Background(), request)
	f.must(err)
	f.want(response, 200, "")
}

func FuzzHandle(f *testing.F) {
	f.Add("GET", "acme", "us-equities", "1/x.csv", "", "")
	f.Add("HEAD", "acme", "us-equities", "%2e%2e/%00", "50", "eyJmZWVkIjoiYSJ9")
	f.Add("GET", "acme/../globex", "%", "", "-1", "x")
	f.Fuzz(func(t *testing.T, method, partner, feedName, file, limit, cursor string) {
		fixture := newFixture(t)
		fixture.complete("1/x.csv")
		for _, parameters := range []map[string]string{
			{"partner": partner, "feed": feedName, "file": file}, {"partner": partner, "feed": feedName},
		} {
			response := fixture.ask(func(r *events.APIGatewayProxyRequest) {
				r.HTTPMethod, r.PathParameters = method, parameters
				r.QueryStringParameters = map[string]string{"limit": limit, "cursor": cursor}
			})
			if response.StatusCode >= 500 {
				t.Fatalf("%s %q answers %d", method, parameters, response.StatusCode)
			}
		}
	})
}
