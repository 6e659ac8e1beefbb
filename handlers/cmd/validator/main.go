// Command validator is the function that S3 tells of new files.
package main

import (
	"context"
	"encoding/json"
	"log"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"market-data-pipeline/handlers/internal/aws"
	"market-data-pipeline/handlers/internal/declaration"
	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/logging"
	"market-data-pipeline/handlers/internal/objects"
	"market-data-pipeline/handlers/internal/queue"
	"market-data-pipeline/handlers/internal/store"
	"market-data-pipeline/handlers/internal/validator"
)

func main() {
	config, err := aws.Config()
	if err != nil {
		log.Fatal(err)
	}
	variables, err := aws.Variables("TABLE_NAME", "PROCESSOR_QUEUE_URL")
	if err != nil {
		log.Fatal(err)
	}
	feeds, err := declaration.Load(os.Getenv("LAMBDA_TASK_ROOT"))
	if err != nil {
		log.Fatal(err)
	}
	bucket := aws.S3(config)
	table := store.DynamoDB{Client: aws.DynamoDB(config), Table: variables[0]}
	handler := validator.Validator{
		Ledger:    feed.NewLedger(table),
		Feeds:     feeds,
		Formats:   &declaration.Shelf{Store: table},
		Bucket:    func(name string) objects.Bucket { return objects.S3{Client: bucket, Name: name} },
		Processor: queue.SQS{Client: aws.SQS(config), URL: variables[1]},
	}
	logger := logging.New(os.Stdout, "validator", os.Getenv("AWS_LAMBDA_LOG_LEVEL"))
	lambda.Start(func(ctx context.Context, event json.RawMessage) error {
		return handler.Handle(logging.Into(ctx, logger), event)
	})
}
