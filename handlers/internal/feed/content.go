package feed

import (
	"context"
	"fmt"

	"market-data-pipeline/handlers/internal/store"
)

// Content is the item CONTENT#…: the numbers of a feed by arrival that have the same
// content, as a list in the order of the numbers that runs through their items
// (Number.Before, Number.Behind). The first counts and no other: see decision 0003.
type Content struct {
	First int64 `dynamodbav:"first"`
	Last  int64 `dynamodbav:"last"`
}

// ContentKey is the key of a content, by its hash.
func ContentKey(id, hash string) store.Key { return store.Key{Partition: id, Sort: "CONTENT#" + hash} }

// Claim records, before anything of it is written, what content a number of a feed by
// arrival has, and tells whether it counts. Where another number counts from now on, or
// no longer does, that one gets a new revision of the same version, which Again names.
func (l Ledger) Claim(ctx context.Context, id string, ticket Ticket) (counts bool, err error) {
	err = l.transact(ctx, func(tx *store.Transaction) error {
		c := contents{l, ctx, tx, id}
		number, err := c.number(ticket.Number)
		if err != nil {
			return err
		}
		if max(number.Writing, number.Processor) > ticket.Revision {
			return fmt.Errorf("%s number %d revision %d: %w", id, ticket.Number, ticket.Revision, ErrReplaced)
		}
		version, err := loadVersion(ctx, tx, id, ticket)
		if err != nil {
			return err
		}
		if counts = number.Kind == Sequenced; counts {
			return nil
		}
		number.Writing = ticket.Revision
		if number.Content != version.ContentHash {
			if err := c.forgetDone(number); err != nil {
				return err
			}
			if err := c.leave(number, number); err != nil {
				return err
			}
			if err := c.join(number, version.ContentHash); err != nil {
				return err
			}
		}
		if number.Content == "" {
			counts = true
			return nil
		}
		list, err := c.list(number.Content)
		counts = list != nil && list.First == number.Number
		return err
	})
	return counts, err
}

// Again are the tickets that the processor must take again since what counts has
// changed with a number. Sending them twice does no harm.
func (l Ledger) Again(ctx context.Context, id string, number int64) ([]Ticket, error) {
	document, err := read[Number](ctx, l, NumberKey(id, number))
	if err != nil {
		return nil, err
	}
	return document.Again, nil
}

// void gives a number a revision that brings nothing and is complete, so that whoever
// still has an earlier one is outdone: part of a skip.
func (l Ledger) void(ctx context.Context, tx *store.Transaction, id string, number *Number) error {
	number.Revision++
	for _, stage := range Stages {
		*number.At(stage) = number.Revision
	}
	return contents{l, ctx, tx, id}.leave(number, number)
}

// anew gives a number a new revision of the same version, which the validator is done
// with.
func (l Ledger) anew(ctx context.Context, tx *store.Transaction, id string, number *Number, stage Stage, reason string) error {
	version, err := loadVersion(ctx, tx, id, number.Ticket)
	if err != nil {
		return err
	}
	number.Revision++
	number.Validator = number.Revision
	version.File, version.VersionID, version.Revision = number.File, number.VersionID, number.Revision
	return l.writeSettled(ctx, tx, Turn{Stage: stage, Feed: id, Ticket: number.Ticket}, number, Validated, reason)
}

// contents are the lists of one feed in one transaction.
type contents struct {
	ledger Ledger
	ctx    context.Context
	tx     *store.Transaction
	id     string
}

func (c contents) list(hash string) (*Content, error) {
	return store.Load[Content](c.ctx, c.tx, ContentKey(c.id, hash))
}

func (c contents) number(n int64) (*Number, error) {
	return store.Load[Number](c.ctx, c.tx, NumberKey(c.id, n))
}

// leave takes a number out of its list. by is the number on whose account that is.
func (c contents) leave(number, by *Number) error {
	if number.Content == "" {
		return nil
	}
	list, err := c.list(number.Content)
	if err != nil {
		return err
	}
	if number.Before > 0 {
		before, err := c.number(number.Before)
		if err != nil {
			return err
		}
		before.Behind = number.Behind
	} else {
		list.First = number.Behind
	}
	if number.Behind > 0 {
		behind, err := c.number(number.Behind)
		if err != nil {
			return err
		}
		behind.Before = number.Before
		if number.Before == 0 {
			if err := c.again(behind, by); err != nil {
				return err
			}
		}
	} else {
		list.Last = number.Before
	}
	number.Content, number.Before, number.Behind = "", 0, 0
	return nil
}

// join puts a number into a list. Nearly always that is at its end.
func (c contents) join(number *Number, hash string) error {
	number.Content = hash
	if hash == "" {
		return nil
	}
	list, err := c.list(hash)
	if err != nil {
		return err
	}
	var behind *Number
	for number.Before = list.Last; number.Before > number.Number; number.Before = behind.Before {
		if behind, err = c.number(number.Before); err != nil {
			return err
		}
	}
	if behind == nil {
		list.Last = number.Number
	} else {
		behind.Before, number.Behind = number.Number, behind.Number
	}
	if number.Before > 0 {
		before, err := c.number(number.Before)
		if err != nil {
			return err
		}
		before.Behind = number.Number
		return nil
	}
	list.First = number.Number
	if behind == nil {
		return nil
	}
	return c.again(behind, number)
}

// again gives a number that has been processed a new revision of the same version. One
// that has not been will find out for itself.
func (c contents) again(number, by *Number) error {
	if number.Revision > number.Processor {
		return nil
	}
	reason := fmt.Sprintf("number %d, which had or has the same content, was corrected or skipped", by.Number)
	if err := c.ledger.anew(c.ctx, c.tx, c.id, number, Processor, reason); err != nil {
		return err
	}
	by.Again = append(by.Again, number.Ticket)
	return nil
}

// forgetDone drops the tickets that have been taken again.
func (c contents) forgetDone(number *Number) error {
	var left []Ticket
	for _, ticket := range number.Again {
		other, err := c.number(ticket.Number)
		if err != nil {
			return err
		}
		if other.Processor < ticket.Revision {
			left = append(left, ticket)
		}
	}
	number.Again = left
	return nil
}
