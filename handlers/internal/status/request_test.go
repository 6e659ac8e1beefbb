package status

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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
