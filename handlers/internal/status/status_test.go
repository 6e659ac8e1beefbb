package status

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/store"
)

const id = "acme/us-equities"

var now = time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)

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
