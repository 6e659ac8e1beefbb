package status

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/store"
	"market-data-pipeline/handlers/internal/upload"
)

func at(turn feed.Turn, stage feed.Stage) feed.Turn {
	turn.Stage = stage
	return turn
}

func (f *fixture) reject(a feed.Arrival) {
	f.t.Helper()
	_, err := f.ledger.Receive(context.Background(), a)
	f.must(err)
	f.must(f.ledger.Reject(context.Background(), a, "why", &feed.Rejects{Count: 1, Key: "rejects/x"}))
}

// misname rejects a file for its name, so that it has no number.
func (f *fixture) misname(name string) {
	f.t.Helper()
	file := upload.File{Partner: "acme", Feed: "us-equities", Name: name}
	f.must(f.ledger.Reject(context.Background(), feed.Arrival{File: file, VersionID: "v1", Sequencer: "01"}, "why", nil))
}

func TestTheFeedIsToldWhole(t *testing.T) {
	f := newFixture(t)
	f.complete("1/x.csv")
	f.reject(arrival("2/x.csv"))
	f.accept("4/x.csv")
	f.reject(arrival("y.csv"))
	const behind = `,"version":"v1","updatedAt":"2026-11-24T08:00:00.000Z"}`
	f.want(f.ask(func(*events.APIGatewayProxyRequest) {}), 200, `{"partner":"acme","feed":"us-equities","kind":"sequenced",`+
		`"cursors":{"validator":1,"processor":1,"aggregator":1},"gaps":[{"from":3,"to":3}],`+
		`"waiting":[{"sequence":4,"file":"4/x.csv","status":"WAITING"}],"failed":[{"sequence":2,"file":"2/x.csv","status":"REJECTED"}],`+
		`"open":{"gaps":1,"waiting":1,"failed":1,"countedTo":null,"next":null},"files":[{"file":"1/x.csv","sequence":1,"status":"AGGREGATED"`+behind+`,{"file":"2/x.csv","sequence":2,"status":"REJECTED"`+behind+
		`,{"file":"4/x.csv","sequence":4,"status":"WAITING"`+behind+`,{"file":"y.csv","sequence":null,"status":"REJECTED"`+behind+`],"cursor":null}`)
	if body := f.file("y.csv").Body; !strings.Contains(body, `"sequence":null`) {
		t.Error(body)
	}
}

func TestListsOfNothingAreEmptyAndOfALotAreBounded(t *testing.T) {
	f := newFixture(t)
	f.misname("x.txt") // which gives the feed no kind
	f.want(f.ask(func(*events.APIGatewayProxyRequest) {}), 200, "")
	f = newFixture(t)
	f.complete("1/x.csv")
	body := f.ask(func(r *events.APIGatewayProxyRequest) { r.QueryStringParameters["limit"] = "1" }).Body
	if !strings.Contains(body, `"gaps":[],"waiting":[],"failed":[],"open":{"gaps":0,"waiting":0,"failed":0,"countedTo":null,"next":null},"files":[{`) {
		t.Error(body)
	}
	for n := range 2 * (maxPlaces + 2) {
		f.accept(fmt.Sprintf("%d/x.csv", 3+2*n))
	}
	var answer feedAnswer
	body = f.ask(func(r *events.APIGatewayProxyRequest) { r.QueryStringParameters["limit"] = "100" }).Body
	f.must(json.Unmarshal([]byte(body), &answer))
	if o := answer.Open; o.Gaps != 2*(maxPlaces+2) || o.Waiting != o.Gaps || o.Failed != 0 || o.CountedTo != nil || o.Next == nil || *o.Next != 202 {
		t.Errorf("open are %+v", o)
	}
	if len(answer.Gaps) != maxPlaces || len(answer.Waiting) != maxPlaces || len(answer.Files) != maxLimit {
		t.Errorf("%d gaps, %d waiting, %d files", len(answer.Gaps), len(answer.Waiting), len(answer.Files))
	}
}

func (f *fixture) feedFrom(from string) (answer feedAnswer) {
	f.t.Helper()
	response := f.ask(func(r *events.APIGatewayProxyRequest) {
		if from != "" {
			r.QueryStringParameters["from"] = from
		}
	})
	f.want(response, 200, "")
	f.must(json.Unmarshal([]byte(response.Body), &answer))
	return answer
}

func TestPagesOfOpenNumbersTellEachOnce(t *testing.T) {
	f := newFixture(t)
	f.complete("1/x.csv")
	const files = 250
	for n := range files {
		f.accept(fmt.Sprintf("%d/x.csv", 3+2*n))
	}
	var gaps, waiting []int64
	for from, pages := "", 0; ; pages++ {
		answer := f.feedFrom(from)
		if answer.Open.Waiting != files || answer.Open.Gaps != files {
			t.Errorf("from %q open are %+v", from, answer.Open)
		}
		for _, g := range answer.Gaps {
			gaps = append(gaps, g.From)
			if g.To != g.From {
				t.Errorf("a gap of %+v", g)
			}
		}
		for _, p := range answer.Waiting {
			waiting = append(waiting, p.Sequence)
		}
		if answer.Open.Next == nil {
			if pages != 2 {
				t.Errorf("%d pages", pages+1)
			}
			break
		}
		from = fmt.Sprint(*answer.Open.Next)
	}
	for n := range files {
		if waiting[n] != int64(3+2*n) || gaps[n] != int64(2+2*n) {
			t.Fatalf("number %d: waiting %d, gap %d", n, waiting[n], gaps[n])
		}
	}
	if len(waiting) != files || len(gaps) != files {
		t.Errorf("%d waiting, %d gaps", len(waiting), len(gaps))
	}
}

func TestMoreThanCanBeCountedIsSaidToBeMore(t *testing.T) {
	f := newFixture(t)
	f.complete("1/x.csv")
	for n := int64(3); n < 3+maxOpen+5; n++ {
		tx := store.Begin(f.store)
		number, err := store.Load[feed.Number](context.Background(), tx, feed.NumberKey(id, n))
		f.must(err)
		number.Number, number.Status = n, feed.Waiting
		f.must(tx.Commit(context.Background()))
	}
	answer := f.feedFrom("")
	if o := answer.Open; o.Waiting != maxOpen || o.CountedTo == nil || *o.CountedTo != 2+maxOpen {
		t.Errorf("open are %+v", o)
	}
	if answer = f.feedFrom(fmt.Sprint(2 + maxOpen)); len(answer.Waiting) != 6 || answer.Open.Next != nil {
		t.Errorf("behind what is counted: %+v, %+v", answer.Waiting, answer.Open)
	}
}

func TestANumberToGoOnFromIsANumber(t *testing.T) {
	f := newFixture(t)
	f.complete("1/x.csv")
	for _, from := range []string{"", "0", "-1", "x", "1000000000000000000", "99999999999999999999"} {
		f.want(f.ask(func(r *events.APIGatewayProxyRequest) { r.QueryStringParameters["from"] = from }), 400, "")
	}
}

// waits demands what a file says it waits for, and how it stands.
func (f *fixture) waits(name, status, want string) {
	f.t.Helper()
	body := f.file(name).Body
	if !strings.Contains(body, `"status":"`+status+`","updatedAt"`) || !strings.HasSuffix(body, `"waitingFor":`+want+`}`) {
		f.t.Errorf("%s is told as %s", name, body)
	}
}

func TestAFileNamesTheOneInFrontOfItAtWhicheverStageItWaits(t *testing.T) {
	f := newFixture(t)
	ctx := context.Background()
	f.complete("1/x.csv")
	second, third := f.accept("2/x.csv"), f.accept("3/x.csv")
	f.waits("2/x.csv", "VALIDATED", "null")
	for _, turn := range []feed.Turn{second, third} {
		f.must(f.ledger.Complete(ctx, turn, feed.Outcome{Status: feed.Validated}))
	}
	f.waits("3/x.csv", "VALIDATED", `{"sequence":2,"file":"2/x.csv","status":"VALIDATED"}`)
	_, err := f.ledger.Admit(ctx, at(third, feed.Processor))
	f.must(err)
	f.waits("3/x.csv", "WAITING", `{"sequence":2,"file":"2/x.csv","status":"VALIDATED"}`)
	done := feed.Outcome{Status: feed.Processed, Results: &feed.Results{}}
	f.must(f.ledger.Complete(ctx, at(second, feed.Processor), done))
	f.waits("3/x.csv", "WAITING", `{"sequence":2,"file":"2/x.csv","status":"PROCESSED"}`) // which has to wake it
	f.must(f.ledger.Complete(ctx, at(third, feed.Processor), done))
	f.waits("3/x.csv", "PROCESSED", `{"sequence":2,"file":"2/x.csv","status":"PROCESSED"}`)
	if body := f.file("3/x.csv").Body; !strings.Contains(body, `"results":{"bars":[],"days":[]}`) {
		t.Error(body)
	}
	f.must(f.ledger.Fail(ctx, at(third, feed.Aggregator), "why"))
	f.waits("3/x.csv", "FAILED", "null")
	f.must(f.ledger.Settle(ctx, at(third, feed.Aggregator)))
	f.must(f.ledger.Complete(ctx, at(second, feed.Aggregator), feed.Outcome{Status: feed.Aggregated}))
	f.waits("3/x.csv", "PROCESSED", "null") // it is on its way
}

func TestAFileWaitsForTheFirstOneToWakeIt(t *testing.T) {
	f := newFixture(t)
	f.accept("2/x.csv")
	f.complete("1/x.csv")
	f.waits("2/x.csv", "WAITING", `{"sequence":1,"file":"1/x.csv","status":"AGGREGATED"}`)
}

func TestAFailedFileIsListedWithItsFeed(t *testing.T) {
	f := newFixture(t)
	f.complete("1/x.csv")
	f.must(f.ledger.Fail(context.Background(), f.accept("2/x.csv"), "why"))
	body := f.ask(func(*events.APIGatewayProxyRequest) {}).Body
	if !strings.Contains(body, `"waiting":[],"failed":[{"sequence":2,"file":"2/x.csv","status":"FAILED"}]`) {
		t.Error(body)
	}
}

func TestAPageOfWhatHasExpiredIsEmptyAndLeadsOn(t *testing.T) {
	f := newFixture(t)
	f.complete("1/x.csv")
	f.misname("0.txt")
	f.api.Now = func() time.Time { return now.Add(400 * 24 * time.Hour) }
	response := f.ask(func(r *events.APIGatewayProxyRequest) { r.QueryStringParameters["limit"] = "1" })
	f.want(response, 200, "")
	if !strings.HasSuffix(response.Body, `"files":[],"cursor":"`+token{Feed: id, After: "0.txt"}.encode()+`"}`) {
		t.Error(response.Body)
	}
}

func TestAPageBehindTheLastFileOfAFeedWithoutKindIsEmpty(t *testing.T) {
	f := newFixture(t)
	f.misname("x.txt")
	f.want(f.ask(func(r *events.APIGatewayProxyRequest) {
		r.QueryStringParameters["cursor"] = token{Feed: id, After: "x.txt"}.encode()
	}), 200, "")
}

func TestAHistoryIsToldWholeHoweverManyFilesItsFeedHas(t *testing.T) {
	f := newFixture(t)
	for n := range maxVersions + 1 {
		f.misname(fmt.Sprintf("%d.txt", n))
	}
	a := arrival("x.csv")
	f.reject(a)
	a.VersionID, a.Sequencer = "v2", "02"
	f.reject(a)
	var answer fileAnswer
	f.must(json.Unmarshal([]byte(f.file("x.csv").Body), &answer))
	if len(answer.History) != 4 {
		t.Errorf("told %+v", answer.History)
	}
}

func TestAHistoryIsOfOneFileAndInTheOrderOfTime(t *testing.T) {
	f := newFixture(t)
	f.complete("x.csv#y.csv")
	old := arrival("x.csv")
	f.reject(old)
	old.VersionID, old.Sequencer = "b", "02"
	f.reject(old)
	f.ledger.Now = func() time.Time { return now.Add(time.Second) }
	newest := arrival("x.csv")
	newest.VersionID, newest.Sequencer = "a", "03" // sorts in front of the others
	receipt, err := f.ledger.Receive(context.Background(), newest)
	f.must(err)
	_, err = f.ledger.Accept(context.Background(), newest, feed.Turn{Stage: feed.Validator, Feed: id, Ticket: receipt.Ticket, Attempt: 1}, feed.Found{Rows: 3, Symbols: 2})
	f.must(err)
	var answer fileAnswer
	f.must(json.Unmarshal([]byte(f.file("x.csv").Body), &answer))
	var told []string
	for _, e := range answer.History {
		told = append(told, e.Version+" "+string(e.Status))
	}
	if got, want := strings.Join(told, ", "), "b RECEIVED, b REJECTED, v1 RECEIVED, v1 REJECTED, a RECEIVED, a VALIDATED"; got != want {
		t.Errorf("told %s, want %s", got, want)
	}
	if answer.Rejects != nil || answer.Rows == nil {
		t.Errorf("of an older version are told %+v and %v rows", answer.Rejects, answer.Rows)
	}
}

func TestNothingIsToldFromTheSecondOnAtWhichItExpires(t *testing.T) {
	f := newFixture(t)
	f.complete("1/x.csv")
	f.misname("x.txt")
	f.api.Now = func() time.Time { return now.Add(400 * 24 * time.Hour) }
	f.want(f.file("x.txt"), 404, "")
	if body := f.ask(func(*events.APIGatewayProxyRequest) {}).Body; strings.Contains(body, "x.txt") {
		t.Error(body)
	}
}

func TestABrowserIsToldWhatItMayDo(t *testing.T) {
	f := newFixture(t)
	response := f.ask(func(r *events.APIGatewayProxyRequest) {
		r.HTTPMethod, r.Headers["origin"] = "OPTIONS", "https://acme.example"
	})
	f.want(response, 204, "")
	for header, part := range map[string]string{
		"Access-Control-Allow-Methods": "GET, HEAD", "Access-Control-Allow-Headers": "Authorization", "Access-Control-Max-Age": "600",
	} {
		if !strings.Contains(response.Headers[header], part) {
			t.Errorf("%s: %q", header, response.Headers[header])
		}
	}
}

// failing is a store of which the read number fails fails.
type failing struct {
	store.Store
	reads, fails int
	err          error
}

func (s *failing) read() error {
	if s.reads++; s.reads == s.fails {
		return s.err
	}
	return nil
}

func (s *failing) Get(ctx context.Context, key store.Key) (store.Item, error) {
	if err := s.read(); err != nil {
		return store.Item{}, err
	}
	return s.Store.Get(ctx, key)
}

func (s *failing) Query(ctx context.Context, r store.Range) ([]store.Item, error) {
	if err := s.read(); err != nil {
		return nil, err
	}
	return s.Store.Query(ctx, r)
}

func TestNoAnswerIsMadeOfHalfOfWhatItNeeds(t *testing.T) {
	for want, err := range map[int]error{500: errors.New("broken"), 503: fmt.Errorf("read: %w", context.DeadlineExceeded)} {
		for _, file := range []string{"", "4/x.csv"} {
			for fails := 1; ; fails++ {
				f := newFixture(t)
				f.complete("1/x.csv")
				f.accept("4/x.csv")
				table := &failing{Store: f.store, fails: fails, err: err}
				f.api.Store = table
				response := f.ask(func(r *events.APIGatewayProxyRequest) {
					if file != "" {
						r.PathParameters["file"] = file
					}
				})
				if table.reads < fails {
					f.want(response, 200, "")
					break
				}
				f.want(response, want, "")
			}
		}
	}
}
