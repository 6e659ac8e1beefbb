// Command aggregator is the function that keeps the trading days of a feed.
package main

import (
	"context"
	"log"
	"os"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"

	"market-data-pipeline/handlers/internal/aggregator"
	"market-data-pipeline/handlers/internal/aws"
	"market-data-pipeline/handlers/internal/days"
	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/logging"
	"market-data-pipeline/handlers/internal/objects"
	"market-data-pipeline/handlers/internal/queue"
	"market-data-pipeline/handlers/internal/store"
	"market-data-pipeline/handlers/internal/worker"
)

func main() {
	config, err := aws.Config()
	if err != nil {
		log.Fatal(err)
	}
	variables, err := aws.Variables("TABLE_NAME", "BUCKET_NAME", "AGGREGATOR_QUEUE_URL")
	if err != nil {
		log.Fatal(err)
	}
	lease, err := aws.Seconds("LEASE_SECONDS")
	if err != nil {
		log.Fatal(err)
	}
	ledger := feed.NewLedger(store.DynamoDB{Client: aws.DynamoDB(config), Table: variables[0]})
	bucket := objects.S3{Client: aws.S3(config), Name: variables[1]}
	handler := worker.Worker{
		Stage:  feed.Aggregator,
		Ledger: ledger,
		Own:    queue.SQS{Client: aws.SQS(config), URL: variables[2]},
		Lease:  lease, Repeat: worker.Repeat,
		Do: aggregator.Aggregator{Bucket: bucket, Fanout: days.Fanout}.Do,
	}
	logger := logging.New(os.Stdout, "aggregator", os.Getenv("AWS_LAMBDA_LOG_LEVEL"))
	lambda.Start(func(ctx context.Context, event events.SQSEvent) (events.SQSEventResponse, error) {
		return handler.Handle(logging.Into(ctx, logger), event)
	})
}
