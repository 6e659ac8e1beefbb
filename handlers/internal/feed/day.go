package feed

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"market-data-pipeline/handlers/internal/store"
)

// Day is the item DAY#…: which objects a trading day of a feed consists of. It does not
// grow with the day's files: see package days.
type Day struct {
	// Last is the highest number that has trades on the day.
	Last int64 `dynamodbav:"last"`
	// Open holds, for each level of the tree from 1, which children the node has that
	// Last will be below, a bit for each: of level 1 numbers, above it nodes.
	Open []uint32 `dynamodbav:"open"`
}

// At points to the children of the open node of a level.
func (d *Day) At(level int) *uint32 {
	for len(d.Open) < level {
		d.Open = append(d.Open, 0)
	}
	return &d.Open[level-1]
}

// DayKey is the key of a trading day (YYYY-MM-DD).
func DayKey(id, date string) store.Key { return store.Key{Partition: id, Sort: "DAY#" + date} }

// ChangeDay lets a trading day be changed. change is repeated where another changes the
// day meanwhile.
func (l Ledger) ChangeDay(ctx context.Context, id, date string, change func(*Day) error) error {
	return l.transact(ctx, func(tx *store.Transaction) error {
		day, err := store.Load[Day](ctx, tx, DayKey(id, date))
		if err != nil {
			return err
		}
		return change(day)
	})
}

// ErrReplaced says that a newer revision of the number is being written, or was.
var ErrReplaced = errors.New("a newer revision of the number is being written")

// Intend records, before anything of it is written, that a revision has trades on a
// trading day, or, with no date, that it is being written. It returns the days on which
// some revision may have written before. A revision that a newer one has overtaken here
// intends nothing any more: so the newer one knows all that it has to take away.
func (l Ledger) Intend(ctx context.Context, id string, ticket Ticket, date string) (before []string, err error) {
	err = l.transact(ctx, func(tx *store.Transaction) error {
		number, err := store.Load[Number](ctx, tx, NumberKey(id, ticket.Number))
		if err != nil {
			return err
		}
		if max(number.Writing, number.Processor) > ticket.Revision {
			return fmt.Errorf("%s number %d revision %d: %w", id, ticket.Number, ticket.Revision, ErrReplaced)
		}
		before = number.Days
		number.Writing = ticket.Revision
		if date != "" && !slices.Contains(number.Days, date) {
			number.Days = union(number.Days, []string{date})
		}
		return nil
	})
	return before, err
}
