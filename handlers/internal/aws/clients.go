// Package aws makes the functions' clients out of their environment.
//
// A function has its region and its credentials in its environment, so nothing is
// asked for at start: no profile, no metadata service, none of the packages that
// know how.
package aws

import (
	"fmt"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

// Config reads the environment that Lambda gives a function. AWS_ENDPOINT_URL
// sends every call to another endpoint, such as an emulator's.
func Config() (aws.Config, error) {
	config := aws.Config{Region: os.Getenv("AWS_REGION")}
	if config.Region == "" {
		return config, fmt.Errorf("AWS_REGION is not set: these programs run as Lambda functions")
	}
	config.Credentials = aws.NewCredentialsCache(credentials.NewStaticCredentialsProvider(
		os.Getenv("AWS_ACCESS_KEY_ID"), os.Getenv("AWS_SECRET_ACCESS_KEY"), os.Getenv("AWS_SESSION_TOKEN")))
	if endpoint := os.Getenv("AWS_ENDPOINT_URL"); endpoint != "" {
		config.BaseEndpoint = &endpoint
	}
	return config, nil
}

// Variable reads a variable of the environment that must be set.
func Variable(name string) (string, error) {
	value := os.Getenv(name)
	if value == "" {
		return "", fmt.Errorf("the variable %s is not set", name)
	}
	return value, nil
}

// Variables reads variables that must be set.
func Variables(names ...string) ([]string, error) {
	values := make([]string, len(names))
	for i, name := range names {
		value, err := Variable(name)
		if err != nil {
			return nil, err
		}
		values[i] = value
	}
	return values, nil
}

// S3 makes a client. Another endpoint than Amazon's has no host name per bucket.
func S3(config aws.Config) *s3.Client {
	return s3.NewFromConfig(config, func(o *s3.Options) { o.UsePathStyle = config.BaseEndpoint != nil })
}

// DynamoDB makes a client.
func DynamoDB(config aws.Config) *dynamodb.Client { return dynamodb.NewFromConfig(config) }

// SQS makes a client.
func SQS(config aws.Config) *sqs.Client { return sqs.NewFromConfig(config) }
