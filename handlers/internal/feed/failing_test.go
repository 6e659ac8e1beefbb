package feed

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"market-data-pipeline/handlers/internal/logging"
	"market-data-pipeline/handlers/internal/store"
)

var errBroken = errors.New("broken")

// failing is a store of which the effect number fails fails.
type failing struct {
	store.Store
	effects, fails int
}

func (s *failing) effect() error {
	if s.effects++; s.effects == s.fails {
		return errBroken
	}
	return nil
}

func (s *failing) Get(ctx context.Context, key store.Key) (store.Item, error) {
	if err := s.effect(); err != nil {
		return store.Item{}, err
	}
	return s.Store.Get(ctx, key)
}

func (s *failing) Query(ctx context.Context, r store.Range) ([]store.Item, error) {
	if err := s.effect(); err != nil {
		return nil, err
	}
	return s.Store.Query(ctx, r)
}

func (s *failing) Commit(ctx context.Context, writes ...store.Write) error {
	if err := s.effect(); err != nil {
		return err
	}
	return s.Store.Commit(ctx, writes...)
}

// A read that fails silently would decide by the zero item, a write would be taken
// for written.
func TestWhateverFailsIsToldAndCountsNothing(t *testing.T) {
	correction, other := arrival("2/x.csv", "v2", "02"), arrival("2/x.csv", "v1", "01")
	for name, c := range map[string]struct {
		given func(f *fixture) Turn
		when  func(ctx context.Context, l Ledger, turn Turn) error
	}{
		"an arrival": {
			func(f *fixture) Turn { return Turn{} },
			func(ctx context.Context, l Ledger, _ Turn) error { _, err := l.Receive(ctx, other); return err },
		},
		"a last attempt": {
			func(f *fixture) Turn { f.receive(other); f.receive(other); return Turn{} },
			func(ctx context.Context, l Ledger, _ Turn) error { _, err := l.Receive(ctx, other); return err },
		},
		"an acceptance": {
			func(f *fixture) Turn { f.receive(other); return Turn{Stage: Validator, Feed: id, Attempt: 1} },
			func(ctx context.Context, l Ledger, turn Turn) error {
				_, err := l.Accept(ctx, other, turn, Found{Rows: 1, Symbols: 1})
				return err
			},
		},
		"a rejection": {
			func(f *fixture) Turn { f.receive(other); return Turn{} },
			func(ctx context.Context, l Ledger, _ Turn) error { return l.Reject(ctx, other, "why", nil) },
		},
		"parking in the place of another": {
			func(f *fixture) Turn {
				f.admit(f.accept(other), Park)
				return f.accept(correction)
			},
			func(ctx context.Context, l Ledger, turn Turn) error { _, err := l.Admit(ctx, turn); return err },
		},
		"parking behind what was skipped": {
			func(f *fixture) Turn { f.skipNumbers(1, 1); return f.accept(arrival("3/x.csv", "v3", "01")) },
			func(ctx context.Context, l Ledger, turn Turn) error { _, err := l.Admit(ctx, turn); return err },
		},
		"finding that it is replaced": {
			func(f *fixture) Turn {
				turn := f.accept(other)
				f.admit(f.accept(correction), Park)
				return turn
			},
			func(ctx context.Context, l Ledger, turn Turn) error { _, err := l.Admit(ctx, turn); return err },
		},
		"completing what replaces a parked one": {
			func(f *fixture) Turn {
				f.admit(f.accept(other), Park)
				f.complete(f.accept(arrival("1/x.csv", "v0", "01")))
				return f.accept(correction)
			},
			func(ctx context.Context, l Ledger, turn Turn) error {
				return l.Complete(ctx, turn, Outcome{Status: Validated})
			},
		},
		"completing what replaces what counted": {
			func(f *fixture) Turn {
				f.complete(f.accept(arrival("1/x.csv", "v0", "01")).at(Aggregator))
				f.complete(f.accept(other).at(Aggregator))
				return f.accept(correction).at(Aggregator)
			},
			func(ctx context.Context, l Ledger, turn Turn) error {
				return l.Complete(ctx, turn, Outcome{Status: Aggregated})
			},
		},
		"completing what is replaced": {
			func(f *fixture) Turn {
				f.skipNumbers(1, 1)
				turn := f.accept(other).at(Aggregator)
				f.successor(Aggregator, 0)
				f.complete(f.accept(correction).at(Aggregator))
				return turn
			},
			func(ctx context.Context, l Ledger, turn Turn) error {
				return l.Complete(ctx, turn, Outcome{Status: Aggregated})
			},
		},
		"the successor behind what was skipped": {
			func(f *fixture) Turn { f.skipNumbers(1, 1); return f.accept(other) },
			func(ctx context.Context, l Ledger, turn Turn) error {
				_, _, err := l.Successor(ctx, id, Validator)
				return err
			},
		},
		"a failure": {
			func(f *fixture) Turn { return f.accept(other) },
			func(ctx context.Context, l Ledger, turn Turn) error { return l.Fail(ctx, turn, "why") },
		},
		"settling": {
			func(f *fixture) Turn {
				turn := f.accept(other)
				f.must(f.ledger.Fail(context.Background(), turn, "why"))
				return turn
			},
			func(ctx context.Context, l Ledger, turn Turn) error { return l.Settle(ctx, turn) },
		},
		"the days": {
			func(f *fixture) Turn { return Turn{} },
			func(ctx context.Context, l Ledger, _ Turn) error { _, err := l.Days(ctx, id, 1); return err },
		},
	} {
		t.Run(name, func(t *testing.T) {
			for fails := 1; ; fails++ {
				f := newFixture(t)
				turn := c.given(f)
				broken := &failing{Store: f.ledger.Store, fails: fails}
				f.ledger.Store = broken
				var log bytes.Buffer
				err := c.when(logging.Into(context.Background(), logging.New(&log, "validator", "")), f.ledger, turn)
				if broken.effects < fails {
					f.must(err)
					return
				}
				f.ledger.Store = broken.Store
				over := len(load[Number](f, NumberKey(id, 1)).Since) == 0 && strings.Contains(log.String(), `"WaitingFilesChange":-1`)
				if !errors.Is(err, errBroken) || log.Len() > 0 && !over {
					t.Errorf("effect %d fails, and the answer is %v; counted: %s", fails, err, &log)
				}
			}
		})
	}
}

func TestALedgerWaitsNoLongerThanItsFunction(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	ledger := NewLedger(&refusing{store.NewMemory(), 1, store.ErrConflict})
	if _, err := ledger.Receive(ctx, arrival("x.csv", "v1", "01")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestTheKeysAreAsTheSeamHasThem(t *testing.T) {
	for want, key := range map[string]store.Key{
		"FEED":                      Key(id),
		"NUMBER#000000000000000007": NumberKey(id, 7),
		"FILE#7/x.csv":              FileKey(id, "7/x.csv"),
		"VERSION#7/x.csv#v1":        VersionKey(id, "7/x.csv", "v1"),
	} {
		if key != (store.Key{Partition: id, Sort: want}) {
			t.Errorf("%v, want %s", key, want)
		}
	}
}
