// Package store keeps the items of the status table.
//
// One idea carries every write: an item has a generation, raised by each write,
// and Commit takes effect only if every item it names still has the generation
// at which it was read. A reader that commits all it has read therefore acts on
// a snapshot, and no write rests on something that has changed meanwhile.
package store

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

var (
	// ErrConflict says that an item moved on since it was read: read again.
	ErrConflict = errors.New("an item changed since it was read")
	// ErrThrottled says that the table takes no more requests for the moment.
	ErrThrottled = errors.New("the table is throttled")
)

// Key is an item's primary key.
type Key struct {
	Partition string // {partner}/{feed}
	Sort      string
}

// Item is one item. Its attributes are shared between readers: never change one.
type Item struct {
	Key        Key
	Generation int64 // 0: the item is not in the table
	Attributes map[string]types.AttributeValue
}

// Write is one part of a Commit.
type Write struct {
	// Item carries the generation that was read and the attributes to write.
	Item Item
	// Check writes nothing: it only demands that the generation still holds.
	Check bool
}

// Range is a run of items of one partition, by their sort keys in bytewise
// order, both ends included.
type Range struct {
	Partition string
	From, To  string
	Limit     int // > 0
	// Consistent asks for what is there now, and not for what was a moment ago.
	Consistent bool
}

// Store is the table.
type Store interface {
	// Get reads one item, strongly consistent.
	Get(ctx context.Context, key Key) (Item, error)
	// Commit writes all or nothing; ErrConflict when a generation has moved.
	Commit(ctx context.Context, writes ...Write) error
	// Query reads the first Limit items of a range; eventually consistent, unless it
	// asks for more.
	Query(ctx context.Context, r Range) ([]Item, error)
}

// MaxSort ends a range that takes in every sort key with the prefix, whatever
// comes behind it: the prefix with its last byte raised.
func MaxSort(prefix string) string {
	last := len(prefix) - 1
	return prefix[:last] + string(prefix[last]+1)
}
