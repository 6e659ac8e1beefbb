package store

import (
	"context"
	"errors"
	"testing"
)

type document struct {
	N int `dynamodbav:"n"`
}

// counting is a store that counts what is asked of it, and fails as long as it is to.
type counting struct {
	Store
	reads, commits int
	fails          error
}

func (c *counting) Get(ctx context.Context, key Key) (Item, error) {
	if c.reads++; c.fails != nil {
		return Item{}, c.fails
	}
	return c.Store.Get(ctx, key)
}

func (c *counting) Commit(ctx context.Context, writes ...Write) error {
	c.commits++
	return c.Store.Commit(ctx, writes...)
}

func raise(t *testing.T, s Store, key Key) (int, error) {
	t.Helper()
	tx := Begin(s)
	d, err := Load[document](context.Background(), tx, key)
	if err != nil {
		t.Fatal(err)
	}
	d.N++
	return d.N, tx.Commit(context.Background())
}

func TestASessionReadsAnItemOnceAndKnowsWhatItWrote(t *testing.T) {
	beneath := &counting{Store: NewMemory()}
	session := NewSession(beneath)
	for want := 1; want <= 3; want++ {
		if n, err := raise(t, session, Key{"p", "s"}); n != want || err != nil {
			t.Errorf("%d, %v", n, err)
		}
	}
	if beneath.reads != 1 {
		t.Errorf("%d reads", beneath.reads)
	}
}

func TestASessionReadsAnItemOnceThoughItNeverWritesIt(t *testing.T) {
	beneath := &counting{Store: NewMemory()}
	session := NewSession(beneath)
	for range 3 {
		tx := Begin(session)
		if _, err := Load[document](context.Background(), tx, Key{"p", "s"}); err != nil {
			t.Fatal(err)
		}
		if err := tx.Commit(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	if beneath.reads != 1 || beneath.commits != 0 {
		t.Errorf("%d reads, %d commits of nothing", beneath.reads, beneath.commits)
	}
}

func TestASessionDoesNotRememberAReadThatFailed(t *testing.T) {
	beneath := &counting{Store: NewMemory()}
	if _, err := raise(t, beneath, Key{"p", "s"}); err != nil {
		t.Fatal(err)
	}
	beneath.fails = errors.New("broken")
	session := NewSession(beneath)
	if _, err := session.Get(context.Background(), Key{"p", "s"}); !errors.Is(err, beneath.fails) {
		t.Errorf("got %v", err)
	}
	beneath.fails = nil
	if n, err := raise(t, session, Key{"p", "s"}); n != 2 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
}

func TestASessionDoesNotOverwriteWhatOthersWroteMeanwhile(t *testing.T) {
	beneath := NewMemory()
	session, key := NewSession(beneath), Key{"p", "s"}
	for range 2 {
		if _, err := raise(t, session, key); err != nil {
			t.Fatal(err)
		}
		if _, err := raise(t, beneath, key); err != nil {
			t.Fatal(err)
		}
		if _, err := raise(t, session, key); !errors.Is(err, ErrConflict) {
			t.Errorf("%v", err)
		}
	}
	if n, err := raise(t, session, key); n != 5 || err != nil {
		t.Errorf("after the conflict it goes on with %d, %v", n, err)
	}
}

func TestWhatIsForgottenIsReadAnew(t *testing.T) {
	beneath := NewMemory()
	session, key := NewSession(beneath), Key{"p", "s"}
	for range 2 {
		if _, err := raise(t, session, key); err != nil {
			t.Fatal(err)
		}
		if _, err := raise(t, beneath, key); err != nil {
			t.Fatal(err)
		}
		session.Forget(key)
	}
	if n, err := raise(t, session, key); n != 5 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
}
