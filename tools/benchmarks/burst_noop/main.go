// Command burst_noop stands in for a function of the pipeline and does nothing but
// pass its event on to the next queue, in the same group: what is left is the time
// of the cloud underneath, and of nothing else.
package main

import (
	"context"
	"encoding/json"
	"log"
	"os"
	"strings"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

// next names the variable with the queue behind each function; the last has none.
var next = map[string]string{"validator": "PROCESSOR_QUEUE_URL", "processor": "AGGREGATOR_QUEUE_URL"}

func main() {
	client := sqs.New(sqs.Options{
		Region:       os.Getenv("AWS_REGION"),
		BaseEndpoint: aws.String(os.Getenv("AWS_ENDPOINT_URL")),
		Credentials: credentials.NewStaticCredentialsProvider(
			os.Getenv("AWS_ACCESS_KEY_ID"), os.Getenv("AWS_SECRET_ACCESS_KEY"), os.Getenv("AWS_SESSION_TOKEN")),
	})
	name, _, _ := strings.Cut(os.Getenv("AWS_LAMBDA_FUNCTION_NAME"), "-")
	url := os.Getenv(next[name])
	lambda.Start(func(ctx context.Context, event json.RawMessage) (events.SQSEventResponse, error) {
		answer := events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}}
		if url == "" {
			return answer, nil
		}
		group, err := groupOf(event)
		if err != nil {
			log.Fatal(err)
		}
		lambda, _ := lambdacontext.FromContext(ctx)
		_, err = client.SendMessage(ctx, &sqs.SendMessageInput{
			QueueUrl: &url, MessageBody: &group, MessageGroupId: &group, MessageDeduplicationId: &lambda.AwsRequestID,
		})
		return answer, err
	})
}

// groupOf is the feed that an upload or a message belongs to.
func groupOf(event json.RawMessage) (string, error) {
	var told struct {
		Records []struct {
			S3         events.S3Entity
			Attributes map[string]string
		}
	}
	if err := json.Unmarshal(event, &told); err != nil {
		return "", err
	}
	record := told.Records[0]
	if group := record.Attributes["MessageGroupId"]; group != "" {
		return group, nil
	}
	folders := strings.Split(record.S3.Object.Key, "/") // uploads/{partner}/{feed}/…
	return folders[1] + "/" + folders[2], nil
}
