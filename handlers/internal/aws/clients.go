// Package aws makes the functions' clients out of their environment.
//
// A function has its region and its credentials in its environment, so nothing is
// asked for at start: no profile, no metadata service, none of the packages that
// know how.
package aws

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

// Config reads the environment that Lambda gives a function. AWS_ENDPOINT_URL
// sends every call to another endpoint, such as an emulator's.
func Config() (aws.Config, error) {
	config := aws.Config{Region: os.Getenv("AWS_REGION"), HTTPClient: plainBodies{awshttp.NewBuildableClient()}}
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

// plainBodies sends requests whose bodies can only be read.
//
// The SDK's own bodies offer WriteTo as well, which answers io.EOF once the SDK has
// closed them (smithy-go 1.28, transport/http/internal/io). net/http asks a body for
// surplus bytes after the last of its length is on the wire; a server that answers
// faster than that has the SDK close the body first, net/http takes io.EOF for a
// failed write and closes the connection under the answer, and the SDK sends the
// request again after up to seconds: about one request in a thousand, known as "use
// of closed network connection" (aws-sdk-go-v2, issues 1825 and 2737). Read answers
// io.EOF too, where it means no more than that.
type plainBodies struct{ client aws.HTTPClient }

func (p plainBodies) Do(request *http.Request) (*http.Response, error) {
	if request.Body != nil && request.Body != http.NoBody {
		request.Body = struct{ io.ReadCloser }{request.Body}
	}
	return p.client.Do(request)
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

// Seconds reads a variable that holds a whole number of seconds above 0.
func Seconds(name string) (time.Duration, error) {
	value, err := Variable(name)
	if err != nil {
		return 0, err
	}
	seconds, err := strconv.ParseInt(value, 10, 32)
	if err != nil || seconds < 1 {
		return 0, fmt.Errorf("the variable %s is %q: it must be a whole number of seconds, 1 or more", name, value)
	}
	return time.Duration(seconds) * time.Second, nil
}

// S3 makes a client. Another endpoint than Amazon's has no host name per bucket.
func S3(config aws.Config) *s3.Client {
	return s3.NewFromConfig(config, func(o *s3.Options) { o.UsePathStyle = config.BaseEndpoint != nil })
}

// DynamoDB makes a client.
func DynamoDB(config aws.Config) *dynamodb.Client { return dynamodb.NewFromConfig(config) }

// SQS makes a client.
func SQS(config aws.Config) *sqs.Client { return sqs.NewFromConfig(config) }
