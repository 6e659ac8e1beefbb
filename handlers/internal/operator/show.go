package operator

import (
	"context"
	"maps"
	"slices"

	"market-data-pipeline/handlers/internal/feed"
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
		Numbers: []Number{},
	}
	for _, n := range found.Open {
		shown.Numbers = append(shown.Numbers, Number{
			Number: n.Number, File: n.File, Status: n.Status, Parked: slices.Sorted(maps.Keys(n.Parked)),
		})
	}
	return shown, nil
}
