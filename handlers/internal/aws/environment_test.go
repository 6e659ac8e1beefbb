package aws

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

func environment(t *testing.T, endpoint string) {
	for name, value := range map[string]string{
		"AWS_REGION": "eu-north-1", "AWS_ENDPOINT_URL": endpoint,
		"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "token",
	} {
		t.Setenv(name, value)
	}
}

func TestEveryClientSpeaksAsItsFunctionToTheEndpointOfItsEnvironment(t *testing.T) {
	var asked *http.Request
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { asked = r }))
	t.Cleanup(server.Close)
	environment(t, server.URL)
	config, err := Config()
	if err != nil {
		t.Fatal(err)
	}
	if !S3(config).Options().UsePathStyle {
		t.Error("a bucket has a host of its own on an endpoint that need not have one")
	}
	ctx := context.Background()
	for service, call := range map[string]func() error{
		"s3": func() error {
			_, err := S3(config).GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String("bucket"), Key: aws.String("key")})
			return err
		},
		"dynamodb": func() error { _, err := DynamoDB(config).ListTables(ctx, &dynamodb.ListTablesInput{}); return err },
		"sqs":      func() error { _, err := SQS(config).ListQueues(ctx, &sqs.ListQueuesInput{}); return err },
	} {
		asked = nil
		if err := call(); asked == nil {
			t.Errorf("%s: nothing was asked: %v", service, err)
			continue
		}
		signature := asked.Header.Get("Authorization")
		if !strings.Contains(signature, "Credential=key/") || !strings.Contains(signature, "/eu-north-1/"+service+"/") ||
			asked.Header.Get("X-Amz-Security-Token") != "token" {
			t.Errorf("%s is asked by %v", service, asked.Header)
		}
		if service == "s3" && (asked.URL.Path != "/bucket/key" || asked.TransferEncoding != nil) {
			t.Errorf("asked for %s with a body that is %q", asked.URL, asked.TransferEncoding)
		}
	}
}

func TestOnAmazonABucketHasAHostOfItsOwn(t *testing.T) {
	environment(t, "")
	config, err := Config()
	if err != nil {
		t.Fatal(err)
	}
	if config.BaseEndpoint != nil || S3(config).Options().UsePathStyle {
		t.Errorf("endpoint %v, a path per bucket: %v", config.BaseEndpoint, S3(config).Options().UsePathStyle)
	}
}

func TestWhatIsNotSetIsNamed(t *testing.T) {
	environment(t, "")
	t.Setenv("AWS_REGION", "")
	if _, err := Config(); err == nil || !strings.Contains(err.Error(), "AWS_REGION is not set") {
		t.Errorf("got %v", err)
	}
	t.Setenv("TABLE_NAME", "table")
	t.Setenv("BUCKET_NAME", "bucket")
	if values, err := Variables("TABLE_NAME", "BUCKET_NAME"); err != nil || !slices.Equal(values, []string{"table", "bucket"}) {
		t.Errorf("got %q, %v", values, err)
	}
	t.Setenv("BUCKET_NAME", "")
	if values, err := Variables("TABLE_NAME", "BUCKET_NAME"); err == nil || !strings.Contains(err.Error(), "BUCKET_NAME") {
		t.Errorf("got %q, %v", values, err)
	}
}

func TestATimeIsAWholeNumberOfSeconds(t *testing.T) {
	t.Setenv("LEASE_SECONDS", "120")
	if lease, err := Seconds("LEASE_SECONDS"); err != nil || lease != 2*time.Minute {
		t.Errorf("got %v, %v", lease, err)
	}
	for _, value := range []string{"", "0", "-1", "1.5", "2m", "99999999999"} {
		t.Setenv("LEASE_SECONDS", value)
		if _, err := Seconds("LEASE_SECONDS"); err == nil || !strings.Contains(err.Error(), "LEASE_SECONDS") {
			t.Errorf("%q: got %v", value, err)
		}
	}
}
