package operator

import (
	"context"
	"maps"
	"slices"

	"market-data-pipeline/handlers/internal/feed"
)

// Standing is how a feed stands, in the answer of `pipeline feed show`.
type Standing struct {
	Kind    string        `json:"kind"`
	Highest int64         `json:"highest"`
	Cursors feed.PerStage `json:"cursors"`
	Numbers []Number      `json:"numbers"`
}

// Number is a number that is held up, or that an operator touched.
type Number struct {
	Number  int64        `json:"number"`
	File    *string      `json:"file"`
	Status  feed.Status  `json:"status"`
	Parked  []feed.Stage `json:"parked"`
	Skipped *Line        `json:"skipped"`
	Retries []Line       `json:"retries"`
}

// Line says when an operator did something to a number, and why.
type Line struct {
	At     string `json:"at"`
	By     string `json:"by"`
	Reason string `json:"reason"`
}

// Show tells how a feed stands.
func (o Operator) Show(ctx context.Context, id string) (*Standing, error) {
	head, open, err := o.Ledger.Open(ctx, id)
	if err != nil {
		return nil, err
	}
	standing := &Standing{Kind: head.Kind, Highest: head.Highest, Cursors: head.PerStage, Numbers: []Number{}}
	for _, n := range open {
		shown := Number{Number: n.Number, Status: n.Status, Parked: slices.Sorted(maps.Keys(n.Parked)), Retries: []Line{}}
		if n.File != "" {
			shown.File = &n.File
		}
		if n.SkippedAt != "" {
			shown.Skipped = &Line{n.SkippedAt, n.SkippedBy, n.SkipReason}
		}
		for _, retry := range n.Retries {
			shown.Retries = append(shown.Retries, Line(retry))
		}
		standing.Numbers = append(standing.Numbers, shown)
	}
	return standing, nil
}
