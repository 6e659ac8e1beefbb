package declaration

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"market-data-pipeline/handlers/internal/format"
	"market-data-pipeline/handlers/internal/store"
)

// Shelf keeps the bodies of formats in the table, one item per hash, so that whoever
// reads a file again reads it as it was read first. What a process has put there or
// taken from there it does not ask for again.
type Shelf struct {
	Store store.Store

	mu    sync.Mutex
	known map[string]*format.Format
}

// body is the item of a format: its text, which its hash names.
type body struct {
	Body string `dynamodbav:"body"`
}

func key(hash string) store.Key { return store.Key{Partition: "FORMAT", Sort: hash} }

// Put keeps a format, unless it is there.
func (s *Shelf) Put(ctx context.Context, named Named) error {
	if named.Body == nil || s.have(named.Format.Hash) != nil {
		return nil
	}
	tx := store.Begin(s.Store)
	kept, err := store.Load[body](ctx, tx, key(named.Format.Hash))
	if err != nil {
		return err
	}
	if kept.Body == "" {
		kept.Body = string(named.Body)
		if err := tx.Commit(ctx); err != nil && !errors.Is(err, store.ErrConflict) {
			return err
		} else if err != nil { // another process does so, too
			_, err = s.Get(ctx, named.Format.Hash)
			return err
		}
	}
	s.keep(named.Format)
	return nil
}

// Get is the format of a hash; an empty one is the canonical.
func (s *Shelf) Get(ctx context.Context, hash string) (*format.Format, error) {
	if hash == "" || hash == format.Canonical().Hash {
		return format.Canonical(), nil
	}
	if known := s.have(hash); known != nil {
		return known, nil
	}
	item, err := s.Store.Get(ctx, key(hash))
	if err != nil {
		return nil, err
	}
	kept, err := store.Decode[body](item)
	if err != nil {
		return nil, err
	}
	parsed, err := format.Parse([]byte(kept.Body))
	if err != nil {
		return nil, fmt.Errorf("the table's item FORMAT %s is no format: %w", hash, err)
	}
	if parsed.Hash != hash {
		return nil, fmt.Errorf("the table's item FORMAT %s has the hash %s", hash, parsed.Hash)
	}
	s.keep(parsed)
	return parsed, nil
}

func (s *Shelf) have(hash string) *format.Format {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.known[hash]
}

func (s *Shelf) keep(f *format.Format) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil {
		s.known = map[string]*format.Format{}
	}
	s.known[f.Hash] = f
}
