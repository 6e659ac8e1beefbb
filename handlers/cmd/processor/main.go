// Command processor is the function that makes the bars and days of files.
package main

import (
	"context"
	"log"
	"os"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"

	"market-data-pipeline/handlers/internal/aws"
	"market-data-pipeline/handlers/internal/declaration"
	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/logging"
	"market-data-pipeline/handlers/internal/objects"
	"market-data-pipeline/handlers/internal/processor"
	"market-data-pipeline/handlers/internal/queue"
	"market-data-pipeline/handlers/internal/store"
	"market-data-pipeline/handlers/internal/worker"
)

func main() {
	config, err := aws.Config()
	if err != nil {
		log.Fatal(err)
	}
	variables, err := aws.Variables("TABLE_NAME", "BUCKET_NAME", "PROCESSOR_QUEUE_URL", "AGGREGATOR_QUEUE_URL")
	if err != nil {
		log.Fatal(err)
	}
	lease, err := aws.Seconds("LEASE_SECONDS")
	if err != nil {
		log.Fatal(err)
	}
	queues := aws.SQS(config)
	table := store.DynamoDB{Client: aws.DynamoDB(config), Table: variables[0]}
	ledger := feed.NewLedger(table)
	do := processor.Processor{
		Bucket:  objects.S3{Client: aws.S3(config), Name: variables[1]},
		Formats: &declaration.Shelf{Store: table},
	}.Do
	handler := worker.Worker{
		Stage:  feed.Processor,
		Ledger: ledger,
		Own:    queue.SQS{Client: queues, URL: variables[2]},
		Next:   queue.SQS{Client: queues, URL: variables[3]},
		Lease:  lease, Repeat: worker.Repeat,
		Do: do,
	}
	logger := logging.New(os.Stdout, "processor", os.Getenv("AWS_LAMBDA_LOG_LEVEL"))
	lambda.Start(func(ctx context.Context, event events.SQSEvent) (events.SQSEventResponse, error) {
		return handler.Handle(logging.Into(ctx, logger), event)
	})
}
