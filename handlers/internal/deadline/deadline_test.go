package deadline

import (
	"context"
	"testing"
	"time"
)

func TestWorkEndsByAMarginBeforeItsFunction(t *testing.T) {
	end := time.Now().Add(time.Hour)
	function, cancel := context.WithDeadline(context.Background(), end)
	defer cancel()
	work, done := Before(function, Margin)
	defer done()
	if got, limited := work.Deadline(); !limited || !got.Equal(end.Add(-Margin)) {
		t.Errorf("it ends at %v, want %v", got, end.Add(-Margin))
	}
}

func TestWorkWithoutADeadlineHasNone(t *testing.T) {
	work, done := Before(context.Background(), Margin)
	if _, limited := work.Deadline(); limited || work.Err() != nil {
		t.Error("it ends")
	}
	if done(); work.Err() == nil {
		t.Error("it cannot be ended")
	}
}
