package store

import (
	"context"
	"maps"
)

// Session is a Store that reads an item once. It serves one piece of work, which
// comes back to the same few items in one transaction after the other.
//
// What it remembers may be out of date. That does no harm to what is written, for
// Commit demands that all is as it was read, and after a conflict everything is
// read anew. What is decided without a write must hold all the more later on.
type Session struct {
	store Store
	items map[Key]Item
}

// NewSession begins a session. It is not safe for concurrent use.
func NewSession(s Store) *Session { return &Session{store: s, items: map[Key]Item{}} }

// Get implements Store.
func (s *Session) Get(ctx context.Context, key Key) (Item, error) {
	if item, known := s.items[key]; known {
		return item, nil
	}
	item, err := s.store.Get(ctx, key)
	if err == nil {
		s.items[key] = item
	}
	return item, err
}

// Commit implements Store.
func (s *Session) Commit(ctx context.Context, writes ...Write) error {
	if err := s.store.Commit(ctx, writes...); err != nil {
		clear(s.items)
		return err
	}
	for _, w := range writes {
		if !w.Check {
			w.Item.Generation++
			w.Item.Attributes = maps.Clone(w.Item.Attributes)
		}
		s.items[w.Item.Key] = w.Item
	}
	return nil
}

// Query implements Store. It looks past the session.
func (s *Session) Query(ctx context.Context, r Range) ([]Item, error) { return s.store.Query(ctx, r) }

// Forget reads an item anew the next time, because others have had the time to
// write it.
func (s *Session) Forget(key Key) { delete(s.items, key) }
