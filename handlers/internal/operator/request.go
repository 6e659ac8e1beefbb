package operator

import (
	"context"
	"fmt"

	"market-data-pipeline/handlers/internal/feed"
)

// Request is what the command line asks for.
type Request struct {
	Command  string `json:"command"` // skip, retry, show, look, redrive
	Stack    Stack  `json:"stack"`
	Feed     string `json:"feed"`
	Number   int64  `json:"number"`
	Through  int64  `json:"through"`
	By       string `json:"by"`
	Reason   string `json:"reason"`
	Function string `json:"function"`
}

// Answer does what is asked for; a *feed.Refusal is an answer too.
func (o Operator) Answer(ctx context.Context, r Request, dead DeadLetters) (any, error) {
	note := feed.Note{By: r.By, Reason: r.Reason}
	switch r.Command {
	case "skip":
		woken, err := o.Skip(ctx, r.Feed, feed.Interval{From: r.Number, Through: r.Through}, note)
		return map[string][]Sent{"woken": woken}, err
	case "retry":
		return answered(o.Retry(ctx, r.Feed, r.Number, note))
	case "show":
		return answered(o.Show(ctx, r.Feed))
	case "look":
		seen, count, err := o.Look(ctx, r.Function, dead)
		return map[string]any{"seen": seen, "unseen": max(count-len(seen), 0)}, err
	case "redrive":
		moved, err := o.Redrive(ctx, r.Function, dead)
		return map[string][]Letter{"moved": moved}, err
	}
	return nil, fmt.Errorf("%q is no command of the operator", r.Command)
}

func answered[T any](answer T, err error) (any, error) { return answer, err }
