package validator

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"market-data-pipeline/handlers/internal/deadline"
	"market-data-pipeline/handlers/internal/feed"
)

func TestTheValidatorEndsBeforeItsTimeDoes(t *testing.T) {
	f := newFixture(t)
	ctx, cancel := context.WithTimeout(context.Background(), deadline.Margin)
	defer cancel()
	ctx = lambdacontext.NewContext(ctx, &lambdacontext.LambdaContext{AwsRequestID: "request"})
	f.bucket.Put("uploads/"+id+"/x.csv", "v1", []byte(good))
	if err := f.validator.Handle(ctx, event("uploads/"+id+"/x.csv", "v1", "01")); !errors.Is(err, context.DeadlineExceeded) || ctx.Err() != nil {
		t.Errorf("got %v, %v", err, ctx.Err())
	}
	if status := f.status("x.csv"); status != feed.Received {
		t.Errorf("it is %s", status)
	}
}

func TestWhatIsReadInTimeIsProcessedInTime(t *testing.T) {
	if function := 900 * time.Second; maxRead*3/2 > function-deadline.Margin {
		t.Errorf("a file may be read for %s", maxRead)
	}
}
