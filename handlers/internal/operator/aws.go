package operator

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	metrics "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	invocations "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	clients "market-data-pipeline/handlers/internal/aws"
	"market-data-pipeline/handlers/internal/days"
	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/logging"
	"market-data-pipeline/handlers/internal/objects"
	"market-data-pipeline/handlers/internal/queue"
	"market-data-pipeline/handlers/internal/store"
)

// Stack is the flat outputs of a deployed stack.
type Stack map[string]string

// New makes the operator of a stack, under the rights that config carries.
func New(config aws.Config, stack Stack) Operator {
	queues, functions := sqs.NewFromConfig(config), lambda.NewFromConfig(config)
	o := Operator{
		Ledger: feed.NewLedger(store.DynamoDB{Client: dynamodb.NewFromConfig(config), Table: stack["tableName"]}),
		Bucket: stack["bucketName"],
		Queues: map[feed.Stage]queue.Queue{},
		Invoke: func(ctx context.Context, event []byte) error {
			_, err := functions.Invoke(ctx, &lambda.InvokeInput{
				FunctionName:   aws.String(stack[string(feed.Validator)+"FunctionName"]),
				InvocationType: invocations.InvocationTypeEvent, Payload: event,
			})
			if err != nil {
				return fmt.Errorf("invoke the validator: %w", err)
			}
			return nil
		},
		Uncount: counter{cloudwatch.NewFromConfig(config), stack}.uncount,
	}
	o.Withdraw = func(ctx context.Context, work queue.Work) error {
		bucket := objects.S3{Client: clients.S3(config), Name: o.Bucket}
		return Withdraw(ctx, bucket, o.Ledger, days.Fanout, work)
	}
	for _, stage := range feed.Stages {
		if url, fed := stack[string(stage)+"QueueUrl"]; fed {
			o.Queues[stage] = queue.SQS{Client: queues, URL: url}
		}
	}
	return o
}

// DeadLetters is a function's dead-letter queue in a stack.
func (s Stack) DeadLetters(config aws.Config, function string) DeadLetters {
	return deadLetters{client: sqs.NewFromConfig(config), url: s[function+"DlqUrl"]}
}

type counter struct {
	client *cloudwatch.Client
	stack  Stack
}

// remembered is how far back CloudWatch takes a count, two weeks, less a day.
const remembered = 13 * 24 * time.Hour

// mostCounts is what CloudWatch takes in one request.
const mostCounts = 1000

// uncount takes away what the functions added, each at the very time that they added it
// for (decision 0015).
func (c counter) uncount(ctx context.Context, waits []feed.Wait) error {
	var data []metrics.MetricDatum
	for _, wait := range waits {
		due, err := wait.Due()
		if err != nil {
			return err
		}
		if time.Since(due) > remembered {
			continue
		}
		data = append(data, metrics.MetricDatum{
			MetricName: aws.String(feed.WaitingFiles), Timestamp: &due, Value: aws.Float64(-1), Unit: metrics.StandardUnitCount,
			Dimensions: []metrics.Dimension{{
				Name: aws.String("FunctionName"), Value: aws.String(c.stack[string(wait.Stage)+"FunctionName"]),
			}},
		})
	}
	for len(data) > 0 {
		some := data[:min(len(data), mostCounts)]
		data = data[len(some):]
		_, err := c.client.PutMetricData(ctx, &cloudwatch.PutMetricDataInput{
			Namespace: aws.String(logging.Namespace), MetricData: some,
		})
		if err != nil {
			return fmt.Errorf("count the files that wait no more: %w", err)
		}
	}
	return nil
}

type deadLetters struct {
	client *sqs.Client
	url    string
}

// held is how long a message is kept from others while it is looked at, in seconds.
const held = 60

func (d deadLetters) Receive(ctx context.Context) ([]Message, error) {
	answer, err := d.client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
		QueueUrl: &d.url, MaxNumberOfMessages: 10, VisibilityTimeout: held,
		WaitTimeSeconds: 1, // without, SQS asks some of its servers only
	})
	if err != nil {
		return nil, fmt.Errorf("read the dead-letter queue: %w", err)
	}
	messages := make([]Message, len(answer.Messages))
	for i, m := range answer.Messages {
		messages[i] = Message{ID: aws.ToString(m.MessageId), Receipt: aws.ToString(m.ReceiptHandle), Body: aws.ToString(m.Body)}
	}
	return messages, nil
}

func (d deadLetters) Release(ctx context.Context, messages []Message) error {
	for len(messages) > 0 {
		var entries []types.ChangeMessageVisibilityBatchRequestEntry
		for i, m := range messages[:min(len(messages), 10)] {
			entries = append(entries, types.ChangeMessageVisibilityBatchRequestEntry{
				Id: aws.String(strconv.Itoa(i)), ReceiptHandle: &m.Receipt,
			})
		}
		messages = messages[len(entries):]
		_, err := d.client.ChangeMessageVisibilityBatch(ctx, &sqs.ChangeMessageVisibilityBatchInput{
			QueueUrl: &d.url, Entries: entries,
		})
		if err != nil {
			return fmt.Errorf("let go of dead letters: %w", err)
		}
	}
	return nil
}

func (d deadLetters) Delete(ctx context.Context, message Message) error {
	_, err := d.client.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: &d.url, ReceiptHandle: &message.Receipt})
	if err != nil {
		return fmt.Errorf("delete a dead letter that was sent: %w", err)
	}
	return nil
}

func (d deadLetters) Count(ctx context.Context) (int, error) {
	names := []types.QueueAttributeName{
		types.QueueAttributeNameApproximateNumberOfMessages, types.QueueAttributeNameApproximateNumberOfMessagesNotVisible,
	}
	answer, err := d.client.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: &d.url, AttributeNames: names})
	if err != nil {
		return 0, fmt.Errorf("count the dead letters: %w", err)
	}
	total := 0
	for _, name := range names {
		count, err := strconv.Atoi(answer.Attributes[string(name)])
		if err != nil {
			return 0, fmt.Errorf("the queue's %s is %q", name, answer.Attributes[string(name)])
		}
		total += count
	}
	return total, nil
}
