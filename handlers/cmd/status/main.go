// Command status is the function behind the status API.
package main

import (
	"context"
	"log"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"

	"market-data-pipeline/handlers/internal/aws"
	"market-data-pipeline/handlers/internal/logging"
	"market-data-pipeline/handlers/internal/status"
	"market-data-pipeline/handlers/internal/store"
)

func main() {
	config, err := aws.Config()
	if err != nil {
		log.Fatal(err)
	}
	variables, err := aws.Variables("TABLE_NAME", "ALLOWED_ORIGINS")
	if err != nil {
		log.Fatal(err)
	}
	handler := status.Status{
		Store:   store.DynamoDB{Client: aws.DynamoDB(config), Table: variables[0]},
		Origins: strings.Split(variables[1], ","),
		Now:     time.Now,
	}
	logger := logging.New(os.Stdout, "status", os.Getenv("AWS_LAMBDA_LOG_LEVEL"))
	lambda.Start(func(ctx context.Context, request events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
		return handler.Handle(logging.Into(ctx, logger), request)
	})
}
