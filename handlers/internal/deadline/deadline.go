// Package deadline lets a function end before its time does.
package deadline

import (
	"context"
	"time"
)

// Margin is what a function that takes files keeps of its time, to record what has become
// of its work and to hand it back in good order.
const Margin = 15 * time.Second

// Before is a context that ends by a margin before ctx does; like ctx where that does not
// end by itself.
func Before(ctx context.Context, margin time.Duration) (context.Context, context.CancelFunc) {
	end, limited := ctx.Deadline()
	if !limited {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, end.Add(-margin))
}
