package status

import (
	"context"
	"encoding/json"
	"net/url"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/store"
	"market-data-pipeline/handlers/internal/upload"
)

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
