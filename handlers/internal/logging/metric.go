package logging

import (
	"context"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"
)

// Namespace is where CloudWatch keeps the functions' own metrics.
const Namespace = "MarketData/Pipeline"

// Count adds to a metric of this function, at any time from two weeks ago to two
// hours ahead. CloudWatch reads it out of the log (the embedded metric format), so
// that it takes no call and no permission.
func Count(ctx context.Context, metric string, change int, at time.Time) {
	From(ctx).Info("counted",
		metric, change,
		"FunctionName", lambdacontext.FunctionName,
		"_aws", embedded{
			Timestamp: at.UnixMilli(),
			CloudWatchMetrics: []directive{{
				Namespace: Namespace, Dimensions: [][]string{{"FunctionName"}},
				Metrics: []definition{{Name: metric, Unit: "Count"}},
			}},
		})
}

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
type embedded struct {
	Timestamp         int64
	CloudWatchMetrics []directive
}

type directive struct {
	Namespace  string
	Dimensions [][]string
	Metrics    []definition
}

type definition struct{ Name, Unit string }
