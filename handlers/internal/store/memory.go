package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// maxSortBytes is how long a sort key may be.
const maxSortBytes = 1024

// Memory is a Store in memory.
type Memory struct {
	mutex sync.Mutex
	items map[Key]Item
}

// NewMemory makes an empty store.
func NewMemory() *Memory { return &Memory{items: map[Key]Item{}} }

// Get implements Store.
func (m *Memory) Get(_ context.Context, key Key) (Item, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if item, found := m.items[key]; found {
		return item, nil
	}
	return Item{Key: key}, nil
}

// Commit implements Store.
func (m *Memory) Commit(_ context.Context, writes ...Write) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	for _, w := range writes {
		if m.items[w.Item.Key].Generation != w.Item.Generation {
			return ErrConflict
		}
	}
	for _, w := range writes {
		if !w.Check {
			w.Item.Generation++
			w.Item.Attributes = maps.Clone(w.Item.Attributes)
			m.items[w.Item.Key] = w.Item
		}
	}
	return nil
}

// Query implements Store. It refuses a range that DynamoDB refuses.
func (m *Memory) Query(_ context.Context, r Range) ([]Item, error) {
	if r.From > r.To || len(r.From) > maxSortBytes || len(r.To) > maxSortBytes {
		return nil, fmt.Errorf("no range of sort keys: %q to %q", r.From, r.To)
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	var found []Item
	for key, item := range m.items {
		if key.Partition == r.Partition && r.From <= key.Sort && key.Sort <= r.To {
			found = append(found, item)
		}
	}
	slices.SortFunc(found, func(a, b Item) int { return strings.Compare(a.Key.Sort, b.Key.Sort) })
	return found[:min(len(found), r.Limit)], nil
}
