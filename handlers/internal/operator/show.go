package operator

import (
	"context"
	"maps"
	"slices"

	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/store"
)

// Shown is how a feed stands, in the answer of `pipeline feed show`.
type Shown struct {
	Kind    string        `json:"kind"`
	Highest int64         `json:"highest"`
	Cursors feed.PerStage `json:"cursors"`
	// Unfinished are numbers whose skip was cut short: it is to be repeated.
	Unfinished []feed.Interval `json:"unfinished"`
	Operator   []feed.Act      `json:"operator"`
	Numbers    []Number        `json:"numbers"`
	More       bool            `json:"more"` // there are more numbers
	// Attempts are what the stages are at, or failed on: see feed.Attempt.
	Attempts []Attempt `json:"attempts"`
}

// Attempt is an attempt at a message that has not been done since.
type Attempt struct {
	Stage   feed.Stage `json:"stage"`
	Number  int64      `json:"number"`
	Message string     `json:"messageId"`
	Attempt int        `json:"attempt"`
	At      string     `json:"at"`
	DueAt   string     `json:"dueAt"` // when it comes again; empty when it is dead
	Reason  string     `json:"reason"`
}

// Number is a number that something has come for, and that some stage has not passed.
type Number struct {
	Number int64        `json:"number"`
	File   string       `json:"file"`
	Status feed.Status  `json:"status"`
	Parked []feed.Stage `json:"parked"`
}

// Show tells how a feed stands.
func (o Operator) Show(ctx context.Context, id string) (*Shown, error) {
	found, err := o.Ledger.Overview(ctx, id)
	if err != nil {
		return nil, err
	}
	shown := &Shown{
		Kind: found.Kind, Highest: found.Highest, Cursors: found.PerStage, More: found.More,
		Unfinished: append([]feed.Interval{}, found.Skipping...), Operator: append([]feed.Act{}, found.Acts...),
		Numbers: []Number{}, Attempts: []Attempt{},
	}
	for _, n := range found.Open {
		shown.Numbers = append(shown.Numbers, Number{
			Number: n.Number, File: n.File, Status: n.Status, Parked: slices.Sorted(maps.Keys(n.Parked)),
		})
	}
	for _, stage := range []feed.Stage{feed.Processor, feed.Aggregator} {
		item, err := o.Ledger.Store.Get(ctx, feed.AttemptKey(id, stage))
		if err != nil {
			return nil, err
		}
		a, err := store.Decode[feed.Attempt](item)
		if err != nil {
			return nil, err
		}
		for _, n := range found.Open {
			if n.Number == a.Number && !a.Done(stage, &n) {
				shown.Attempts = append(shown.Attempts, Attempt{stage, a.Number, a.Message, a.Attempt, a.At, a.DueAt, a.Reason})
			}
		}
	}
	return shown, nil
}
