package status

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/logging"
	"market-data-pipeline/handlers/internal/store"
)

func TestEveryAnswerSaysWhatItIsAndWhoMayKeepIt(t *testing.T) {
	f := newFixture(t)
	f.complete("1/x.csv")
	f.api.Origins = []string{"https://acme.example"}
	found := f.file("1/x.csv")
	if diff := cmp.Diff(map[string]string{
		"Content-Type": "application/json", "Cache-Control": "private, no-cache", "ETag": found.Headers["ETag"],
		"X-Content-Type-Options": "nosniff", "Vary": "Origin",
	}, found.Headers); diff != "" {
		t.Error(diff)
	}
	known := f.ask(func(r *events.APIGatewayProxyRequest) {
		r.PathParameters["file"], r.Headers["If-None-Match"] = "1/x.csv", found.Headers["ETag"]
	})
	if diff := cmp.Diff(map[string]string{
		"Cache-Control": "private, no-cache", "ETag": found.Headers["ETag"], "X-Content-Type-Options": "nosniff", "Vary": "Origin",
	}, known.Headers); diff != "" {
		t.Errorf("of 304, which has no content:\n%s", diff)
	}
	missing := f.file("2/x.csv")
	if diff := cmp.Diff(map[string]string{
		"Content-Type": "application/problem+json", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Vary": "Origin",
	}, missing.Headers); diff != "" {
		t.Error(diff)
	}
	f.want(missing, 404, `{"type":"about:blank","title":"Not Found","status":404,"detail":"No file of this name has come."}`)
}

func TestANameIsToldAsItIsWritten(t *testing.T) {
	f := newFixture(t)
	f.complete("AT&T <größe>.csv")
	if body := f.file("AT&T <größe>.csv").Body; !strings.Contains(body, `"file":"AT&T <größe>.csv"`) {
		t.Error(body)
	}
}

// logged gives what is logged of one request.
func (f *fixture) logged(change func(*events.APIGatewayProxyRequest)) string {
	f.t.Helper()
	var out bytes.Buffer
	request := events.APIGatewayProxyRequest{
		HTTPMethod: "GET", PathParameters: map[string]string{"partner": "acme", "feed": "us-equities", "file": "1/x.csv"},
	}
	change(&request)
	_, err := f.api.Handle(logging.Into(context.Background(), logging.New(&out, "status", "")), request)
	f.must(err)
	return out.String()
}

func TestTheLogSaysWhoWasAnsweredAndNeverWhatAStrangerWrote(t *testing.T) {
	f := newFixture(t)
	line := f.logged(func(*events.APIGatewayProxyRequest) {})
	if !strings.Contains(line, `"partner":"acme","feed":"us-equities","outcome":404`) {
		t.Error(line)
	}
	line = f.logged(func(r *events.APIGatewayProxyRequest) {
		r.PathParameters["partner"], r.PathParameters["feed"] = `evil" line`, "../evil"
	})
	if !strings.Contains(line, `"partner":"","feed":"","outcome":400`) || strings.Contains(line, "evil") {
		t.Error(line)
	}
}

func TestTheOperatorIsToldWhatTheCallerIsNot(t *testing.T) {
	for want, err := range map[string]error{
		`"level":"WARN","message":"table unavailable"`: fmt.Errorf("%w: arn:aws:dynamodb:inside", store.ErrThrottled),
		`"level":"ERROR","message":"request failed"`:   errors.New("arn:aws:dynamodb:inside"),
	} {
		f := newFixture(t)
		f.api.Store = broken{f.store, err}
		if lines := f.logged(func(*events.APIGatewayProxyRequest) {}); !strings.Contains(lines, want) || !strings.Contains(lines, "arn:aws:dynamodb:inside") {
			t.Error(lines)
		}
	}
}

func TestARecordThatCannotBeReadIsNoAnswer(t *testing.T) {
	theFeed, theFile := func(*events.APIGatewayProxyRequest) {}, func(r *events.APIGatewayProxyRequest) { r.PathParameters["file"] = "3/x.csv" }
	for key, asked := range map[store.Key]func(*events.APIGatewayProxyRequest){
		feed.Key(id): theFeed, feed.FileKey(id, "2/x.csv"): theFeed, feed.NumberKey(id, 3): theFeed,
		feed.FileKey(id, "3/x.csv"): theFile, feed.VersionKey(id, "3/x.csv", "v0"): theFile, feed.NumberKey(id, 1): theFile,
	} {
		f := newFixture(t)
		f.accept("3/x.csv")
		tx := store.Begin(f.store)
		document, err := store.Load[map[string]any](context.Background(), tx, key)
		f.must(err)
		*document = map[string]any{"number": "three", "validator": "x", "revision": "x"}
		f.must(tx.Commit(context.Background()))
		f.want(f.ask(asked), 500, "")
	}
}
