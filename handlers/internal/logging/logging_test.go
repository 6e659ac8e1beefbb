package logging

import (
	"bytes"
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"
)

func TestALineSaysWhoAskedAndAboutWhat(t *testing.T) {
	var out bytes.Buffer
	ctx := lambdacontext.NewContext(context.Background(), &lambdacontext.LambdaContext{AwsRequestID: "r-1"})
	ctx = With(Into(ctx, New(&out, "validator", "")), "partner", "acme")
	From(ctx).Info("event handled", "outcome", "proceed")
	var line map[string]any
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"level": "INFO", "message": "event handled", "function": "validator", "requestId": "r-1",
		"partner": "acme", "outcome": "proceed",
	} {
		if line[name] != want {
			t.Errorf("%s is %v, want %s", name, line[name], want)
		}
	}
	if line["timestamp"] == nil {
		t.Error("the line has no timestamp")
	}
}

func TestTheLevelIsLambdas(t *testing.T) {
	for level, want := range map[string]int{"TRACE": 4, "DEBUG": 4, "": 3, "INFO": 3, "warn": 2, "ERROR": 1, "FATAL": 1} {
		var out bytes.Buffer
		logger := New(&out, "status", level)
		logger.Debug("")
		logger.Info("")
		logger.Warn("")
		logger.Error("")
		if lines := bytes.Count(out.Bytes(), []byte("\n")); lines != want {
			t.Errorf("%q writes %d lines, want %d", level, lines, want)
		}
	}
}

func TestACountIsInTheEmbeddedMetricFormat(t *testing.T) {
	lambdacontext.FunctionName = "validator-function-dev"
	defer func() { lambdacontext.FunctionName = "" }()
	var out bytes.Buffer
	Count(With(Into(context.Background(), New(&out, "validator", "")), "feed", "f"), "WaitingFilesChange", -1, time.UnixMilli(1_700_000_000_123))
	var line struct {
		AWS                embedded `json:"_aws"`
		FunctionName       string
		WaitingFilesChange int
	}
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatal(err)
	}
	metrics := line.AWS.CloudWatchMetrics
	if len(metrics) != 1 || metrics[0].Namespace != "MarketData/Pipeline" || metrics[0].Dimensions[0][0] != "FunctionName" ||
		metrics[0].Metrics[0] != (definition{"WaitingFilesChange", "Count"}) || line.AWS.Timestamp != 1_700_000_000_123 ||
		line.FunctionName != "validator-function-dev" || line.WaitingFilesChange != -1 {
		t.Errorf("%s", out.String())
	}
}

func TestOutsideOfARequestThereIsSilence(t *testing.T) {
	From(context.Background()).Error("unheard")
	if id := RequestID(context.Background()); id != "" {
		t.Errorf("request %q", id)
	}
}
