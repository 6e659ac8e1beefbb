package store_test

import (
	"context"
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

func TestTheManyWaysOfDynamoDBToSayNoAreTold(t *testing.T) {
	const cancelled = `"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","CancellationReasons"`
	for name, c := range map[string]struct {
		body string
		is   error
	}{
		"a failed condition":        {`{` + cancelled + `:[{"Code":"None"},{"Code":"ConditionalCheckFailed"}]}`, store.ErrConflict},
		"a concurrent transaction":  {`{` + cancelled + `:[{"Code":"TransactionConflict"}]}`, store.ErrConflict},
		"a throttled transaction":   {`{` + cancelled + `:[{"Code":"ThrottlingError"}]}`, store.ErrThrottled},
		"a throttled request":       {`{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException"}`, store.ErrThrottled},
		"a throttled table":         {`{"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"}`, store.ErrThrottled},
		"a single failed condition": {`{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"}`, store.ErrConflict},
		"anything else":             {`{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException"}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/x-amz-json-1.0")
				w.WriteHeader(http.StatusBadRequest)
				fmt.Fprint(w, c.body)
			}))
			defer server.Close()
			table := store.DynamoDB{Table: "table", Client: dynamodb.New(dynamodb.Options{
				Region: "us-east-1", BaseEndpoint: aws.String(server.URL), Retryer: aws.NopRetryer{},
				Credentials: credentials.NewStaticCredentialsProvider("key", "secret", ""),
			})}
			err := table.Commit(context.Background(), store.Write{Item: store.Item{Key: key("x")}},
				store.Write{Item: store.Item{Key: key("y")}, Check: true})
			if err == nil || errors.Is(err, store.ErrConflict) != (c.is == store.ErrConflict) ||
				errors.Is(err, store.ErrThrottled) != (c.is == store.ErrThrottled) {
				t.Errorf("got %v, want %v", err, c.is)
			}
		})
	}
}
