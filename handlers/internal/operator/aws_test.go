package operator

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	metrics "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"market-data-pipeline/handlers/internal/emulatortest"
	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/logging"
)

func must[T any](t *testing.T) func(T, error) T {
	return func(answer T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return answer
	}
}

func TestDeadLettersOfSQSAreHeldReleasedAndDeleted(t *testing.T) {
	ctx, config := context.Background(), emulatortest.Start(t)
	client := sqs.NewFromConfig(config)
	url := must[*sqs.CreateQueueOutput](t)(client.CreateQueue(ctx, &sqs.CreateQueueInput{
		QueueName: aws.String("processor-dlq-dev.fifo"), Attributes: map[string]string{"FifoQueue": "true"},
	})).QueueUrl
	for i := range 12 {
		must[*sqs.SendMessageOutput](t)(client.SendMessage(ctx, &sqs.SendMessageInput{
			QueueUrl: url, MessageBody: aws.String(work(int64(12 - i))), MessageGroupId: aws.String(fmt.Sprint("g", i)),
			MessageDeduplicationId: aws.String(fmt.Sprint(i)),
		}))
	}
	dead := Stack{"processorDlqUrl": *url}.DeadLetters(config, "processor")
	var s sending
	for range 2 { // whoever looks lets go of everything at once
		seen, count, err := s.operator().Look(ctx, "processor", dead)
		if err != nil || len(seen) != 12 || count != 12 || !slices.IsSorted(numbers(seen)) {
			t.Fatalf("seen are %v of %d, %v", numbers(seen), count, err)
		}
	}
	moved, err := s.operator().Redrive(ctx, "processor", dead)
	if err != nil || len(moved) != 12 || len(s.queue.Sent) != 12 {
		t.Errorf("moved are %v, %v", numbers(moved), err)
	}
	if count, err := dead.Count(ctx); err != nil || count != 0 {
		t.Errorf("left are %d, %v", count, err)
	}
}

func TestWaitsThatHaveEndedAreTakenAwayAtTheTimeThatTheyWereAddedFor(t *testing.T) {
	ctx, config := context.Background(), emulatortest.Start(t)
	began := time.Now().Add(-3 * time.Hour).UTC().Truncate(time.Minute)
	long := time.Now().Add(-20 * 24 * time.Hour).UTC() // which CloudWatch has forgotten
	uncount := New(config, Stack{"processorFunctionName": "processor-function-dev"}).Uncount
	err := uncount(ctx, []feed.Wait{{Stage: feed.Processor, Since: began.Format(time.RFC3339)}, {Stage: feed.Processor, Since: long.Format(time.RFC3339)}})
	if err != nil {
		t.Fatal(err)
	}
	found := must[*cloudwatch.GetMetricStatisticsOutput](t)(cloudwatch.NewFromConfig(config).GetMetricStatistics(ctx, &cloudwatch.GetMetricStatisticsInput{
		Namespace: aws.String(logging.Namespace), MetricName: aws.String(feed.WaitingFiles), Period: aws.Int32(60),
		Dimensions: []metrics.Dimension{{Name: aws.String("FunctionName"), Value: aws.String("processor-function-dev")}},
		StartTime:  aws.Time(long), EndTime: aws.Time(time.Now()), Statistics: []metrics.Statistic{metrics.StatisticSum},
	})).Datapoints
	if len(found) != 1 || *found[0].Sum != -1 || !found[0].Timestamp.Equal(began.Add(10*time.Minute)) {
		t.Errorf("counted is %+v", found)
	}
	if err := uncount(ctx, []feed.Wait{{Stage: feed.Processor, Since: "yesterday"}}); err == nil {
		t.Error("a time that is none is counted")
	}
}
