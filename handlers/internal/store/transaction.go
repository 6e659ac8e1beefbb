package store

import (
	"context"
	"fmt"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Transaction reads documents, lets them be changed, and writes the changed ones
// under the condition that everything it read is as it was.
type Transaction struct {
	store   Store
	entries []*entry
}

type entry struct {
	item     Item
	document any
	before   map[string]types.AttributeValue
}

// Begin starts a transaction.
func Begin(store Store) *Transaction { return &Transaction{store: store} }

// Load reads the document at key once per transaction: the zero document when
// there is none. What is changed in it is written by Commit.
func Load[T any](ctx context.Context, tx *Transaction, key Key) (*T, error) {
	for _, e := range tx.entries {
		if e.item.Key == key {
			document, ok := e.document.(*T)
			if !ok {
				return nil, fmt.Errorf("item %v was read as %T before", key, e.document)
			}
			return document, nil
		}
	}
	item, err := tx.store.Get(ctx, key)
	if err != nil {
		return nil, err
	}
	document, err := Decode[T](item)
	if err != nil {
		return nil, err
	}
	before, err := attributevalue.MarshalMap(document)
	if err != nil {
		return nil, fmt.Errorf("item %v: %w", key, err)
	}
	tx.entries = append(tx.entries, &entry{item: item, document: document, before: before})
	return document, nil
}

// Size is how many items the transaction has read; DynamoDB takes 100.
func (tx *Transaction) Size() int { return len(tx.entries) }

// Decode reads a document out of an item.
func Decode[T any](item Item) (*T, error) {
	document := new(T)
	if err := attributevalue.UnmarshalMap(item.Attributes, document); err != nil {
		return nil, fmt.Errorf("item %v: %w", item.Key, err)
	}
	return document, nil
}

// Commit writes what was changed. It touches nothing when nothing was.
func (tx *Transaction) Commit(ctx context.Context) error {
	writes := make([]Write, 0, len(tx.entries))
	changed := false
	for _, e := range tx.entries {
		after, err := attributevalue.MarshalMap(e.document)
		if err != nil {
			return fmt.Errorf("item %v: %w", e.item.Key, err)
		}
		check := reflect.DeepEqual(e.before, after)
		changed = changed || !check
		writes = append(writes, Write{
			Item:  Item{Key: e.item.Key, Generation: e.item.Generation, Attributes: after},
			Check: check,
		})
	}
	if !changed {
		return nil
	}
	return tx.store.Commit(ctx, writes...)
}
