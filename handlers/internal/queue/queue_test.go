package queue

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/google/go-cmp/cmp"
)

const url = "https://sqs.us-east-1.amazonaws.com/000000000000/processor-queue-dev.fifo"

// queueOf is a queue of a server that says what it was asked for.
func queueOf(t *testing.T, status int) (SQS, *map[string]any) {
	asked := new(map[string]any)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := json.NewDecoder(r.Body).Decode(asked); err != nil {
			t.Error(err)
		}
		body, _ := (*asked)["MessageBody"].(string)
		sum := md5.Sum([]byte(body)) // which the client checks
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]string{"MessageId": "m", "MD5OfMessageBody": hex.EncodeToString(sum[:])})
	}))
	t.Cleanup(server.Close)
	return SQS{URL: url, Client: sqs.New(sqs.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(server.URL), Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider("key", "secret", ""),
	})}, asked
}

func TestAMessageIsSentInItsFeedsGroup(t *testing.T) {
	q, asked := queueOf(t, http.StatusOK)
	if err := q.Send(context.Background(), seventh, "m1-7-1"); err != nil {
		t.Fatal(err)
	}
	body, err := seventh.Encode()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"QueueUrl": url, "MessageBody": body, "MessageGroupId": "acme/us-equities", "MessageDeduplicationId": "m1-7-1",
	}
	if diff := cmp.Diff(want, *asked); diff != "" {
		t.Error(diff)
	}
}

func TestAMessageIsHiddenForSoManySeconds(t *testing.T) {
	q, asked := queueOf(t, http.StatusOK)
	if err := q.Delay(context.Background(), "receipt", 10*time.Second); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"QueueUrl": url, "ReceiptHandle": "receipt", "VisibilityTimeout": 10.0}
	if diff := cmp.Diff(want, *asked); diff != "" {
		t.Error(diff)
	}
}

func TestARefusalOfTheQueueIsAnError(t *testing.T) {
	q, _ := queueOf(t, http.StatusForbidden)
	if err := q.Send(context.Background(), seventh, "m1"); err == nil || !strings.HasPrefix(err.Error(), "send number 7 of acme/us-equities: ") {
		t.Errorf("send: %v", err)
	}
	if err := q.Delay(context.Background(), "receipt", 0); err == nil || !strings.HasPrefix(err.Error(), "delay message: ") {
		t.Errorf("delay: %v", err)
	}
}
