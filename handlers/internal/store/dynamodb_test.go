package store_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"market-data-pipeline/handlers/internal/store"
)

// tableOf is a table of a server that answers as DynamoDB does.
func tableOf(t *testing.T, answer http.HandlerFunc) store.DynamoDB {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		answer(w, r)
	}))
	t.Cleanup(server.Close)
	return store.DynamoDB{Table: "table", Client: dynamodb.New(dynamodb.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(server.URL), Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider("key", "secret", ""),
	})}
}

// What is answered without a write, such as that no successor waits, would be wrong
// of an item as it was some time ago. An emulator has no other than the newest.
func TestAnItemIsReadAsItIsNow(t *testing.T) {
	var asked struct{ ConsistentRead bool }
	table := tableOf(t, func(w http.ResponseWriter, r *http.Request) {
		if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
			t.Error(err)
		}
		fmt.Fprint(w, "{}")
	})
	if item, err := table.Get(context.Background(), key("x")); err != nil || item.Generation != 0 || !asked.ConsistentRead {
		t.Errorf("%+v, %v, asked for %+v", item, err, asked)
	}
}

func TestARangeIsReadPageByPage(t *testing.T) {
	var pages []string
	table := tableOf(t, func(w http.ResponseWriter, r *http.Request) {
		var asked struct {
			Limit             int
			ExclusiveStartKey map[string]map[string]string
		}
		if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
			t.Error(err)
		}
		pages = append(pages, fmt.Sprintf("%d behind %s", asked.Limit, asked.ExclusiveStartKey["sk"]["S"]))
		const page = `{"Items":[{"pk":{"S":"p"},"sk":{"S":"%d"},"generation":{"N":"1"}}],"LastEvaluatedKey":{"sk":{"S":"%[1]d"}}}`
		fmt.Fprintf(w, page, len(pages))
	})
	items, err := table.Query(context.Background(), store.Range{Partition: "p", From: "0", To: "9", Limit: 3})
	if err != nil || len(items) != 3 || fmt.Sprint(pages) != "[3 behind  2 behind 1 1 behind 2]" {
		t.Errorf("%d items, %v, asked for %q", len(items), err, pages)
	}
}

// A page of 1 MB may hold no item of the range, and the last of them has no key.
func TestARangeIsReadToItsEndHoweverItsPagesAreFilled(t *testing.T) {
	answers := []string{
		`{"Items":[],"LastEvaluatedKey":{"sk":{"S":"1"}}}`,
		`{"Items":[{"pk":{"S":"p"},"sk":{"S":"2"},"generation":{"N":"1"}}],"LastEvaluatedKey":{"sk":{"S":"2"}}}`,
		`{"Items":[]}`,
	}
	var limits []int
	table := tableOf(t, func(w http.ResponseWriter, r *http.Request) {
		var asked struct{ Limit int }
		if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
			t.Error(err)
		}
		fmt.Fprint(w, answers[len(limits)])
		limits = append(limits, asked.Limit)
	})
	items, err := table.Query(context.Background(), store.Range{Partition: "p", From: "0", To: "9", Limit: 2500})
	if err != nil || len(items) != 1 || items[0].Key.Sort != "2" || fmt.Sprint(limits) != "[1000 1000 1000]" {
		t.Errorf("%+v, %v, asked for %d", items, err, limits)
	}
}

func TestAReadThatFailsIsTold(t *testing.T) {
	ctx := context.Background()
	for code, throttled := range map[string]bool{
		"ThrottlingException": true, "ProvisionedThroughputExceededException": true, "RequestLimitExceeded": true,
		"ResourceNotFoundException": false,
	} {
		table := tableOf(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprintf(w, `{"__type":"com.amazonaws.dynamodb.v20120810#%s"}`, code)
		})
		_, got := table.Get(ctx, key("x"))
		_, found := table.Query(ctx, store.Range{Partition: "p", From: "0", To: "9", Limit: 1})
		for _, err := range []error{got, found} {
			if err == nil || errors.Is(err, store.ErrThrottled) != throttled || errors.Is(err, store.ErrConflict) {
				t.Errorf("%s: got %v", code, err)
			}
		}
	}
}

func TestAnItemThatNoneOfUsWroteIsAnError(t *testing.T) {
	for _, item := range []string{
		`{"sk":{"S":"s"},"generation":{"N":"1"}}`, `{"pk":{"S":"p"},"generation":{"N":"1"}}`,
		`{"pk":{"S":"p"},"sk":{"S":"s"}}`, `{"pk":{"S":"p"},"sk":{"S":"s"},"generation":{"N":"x"}}`,
	} {
		table := tableOf(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintf(w, `{"Item":%s,"Items":[%[1]s]}`, item) })
		if _, err := table.Get(context.Background(), key("x")); err == nil {
			t.Errorf("%s is read", item)
		}
		if _, err := table.Query(context.Background(), store.Range{Partition: "p", From: "0", To: "9", Limit: 3}); err == nil {
			t.Errorf("%s is found", item)
		}
	}
}

func TestTheManyWaysOfDynamoDBToSayNoAreTold(t *testing.T) {
	const cancelled = `"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","CancellationReasons"`
	for name, c := range map[string]struct {
		body string
		is   error
	}{
		"a failed condition":        {`{` + cancelled + `:[{"Code":"None"},{"Code":"ConditionalCheckFailed"}]}`, store.ErrConflict},
		"a concurrent transaction":  {`{` + cancelled + `:[{"Code":"TransactionConflict"}]}`, store.ErrConflict},
		"a throttled partition":     {`{` + cancelled + `:[{"Code":"None"},{"Code":"ProvisionedThroughputExceeded"}]}`, store.ErrThrottled},
		"a concurrent write":        {`{"__type":"com.amazonaws.dynamodb.v20120810#TransactionConflictException"}`, store.ErrConflict},
		"itself, not yet done":      {`{"__type":"com.amazonaws.dynamodb.v20120810#TransactionInProgressException"}`, store.ErrConflict},
		"an item that is too large": {`{` + cancelled + `:[{"Code":"ValidationError"}]}`, nil},
		"a throttled transaction":   {`{` + cancelled + `:[{"Code":"ThrottlingError"}]}`, store.ErrThrottled},
		"a throttled request":       {`{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException"}`, store.ErrThrottled},
		"a throttled table":         {`{"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"}`, store.ErrThrottled},
		"a single failed condition": {`{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"}`, store.ErrConflict},
		"anything else":             {`{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException"}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			table := tableOf(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(http.StatusBadRequest)
				fmt.Fprint(w, c.body)
			})
			err := table.Commit(context.Background(), store.Write{Item: store.Item{Key: key("x")}},
				store.Write{Item: store.Item{Key: key("y")}, Check: true})
			if err == nil || errors.Is(err, store.ErrConflict) != (c.is == store.ErrConflict) ||
				errors.Is(err, store.ErrThrottled) != (c.is == store.ErrThrottled) {
				t.Errorf("got %v, want %v", err, c.is)
			}
		})
	}
}
