package feed

import (
	"context"
	"errors"
	"testing"
)

// What decides whether a feed's files are numbered by their keys or by their arrival.

// refuse receives and rejects an arrival.
func (f *fixture) refuse(a Arrival) Receipt {
	f.t.Helper()
	receipt := f.receive(a)
	f.must(f.ledger.Reject(context.Background(), a, "no trades", nil))
	return receipt
}

func TestARefusedFileDoesNotDecideWhatKindAFeedIs(t *testing.T) {
	for _, c := range []struct {
		junk, valid, kind string
		highest           int64
	}{
		{"junk.csv", "1/x.csv", Sequenced, 1},
		{"5000000/junk.csv", "x.csv", ByArrival, 1},
		{"5000000/junk.csv", "20260105/x.csv", ByArrival, 1},
	} {
		f := newFixture(t)
		f.refuse(arrival(c.junk, "v1", "01"))
		turn := f.accept(arrival(c.valid, "v2", "01"))
		f.admit(turn, Proceed)
		if feed := load[Feed](f, Key(id)); feed.Kind != c.kind || feed.Highest != c.highest || turn.Ticket.Number != 1 {
			t.Errorf("%s behind %s: number %d, the feed is %+v", c.valid, c.junk, turn.Ticket.Number, feed)
		}
		if again := f.receive(arrival(c.junk, "v3", "02")); again.Standing != OtherKind {
			t.Errorf("%s stands at %d once the feed is %s", c.junk, again.Standing, c.kind)
		}
	}
}

func TestTheFirstValidFileDecidesThoughOneOfTheOtherKindCameBeforeIt(t *testing.T) {
	f := newFixture(t)
	first, second := arrival("9/x.csv", "v1", "01"), arrival("x.csv", "v2", "01")
	slow := f.receive(first)
	f.accept(second)
	_, err := f.ledger.Accept(context.Background(), first, slow.Turn, Found{})
	var other *OtherKindError
	if !errors.As(err, &other) || other.Kind != ByArrival {
		t.Errorf("it is answered with %v", err)
	}
	if version := f.version("9/x.csv", "v1"); version.Revision != 0 {
		t.Errorf("it is accepted: %+v", version)
	}
	view, err := f.ledger.Overview(context.Background(), id)
	f.must(err)
	if len(view.Open) != 1 || view.Open[0].File != "x.csv" || view.Highest != 1 {
		t.Errorf("the feed stands at %+v", view)
	}
	_, _, err = f.retry(9)
	f.refused(err, Refusal{Why: NothingHas, Number: 9})
}

func TestARejectedFileOfTheKindThatIsDecidedHoldsItsNumber(t *testing.T) {
	f := newFixture(t)
	f.refuse(arrival("a.csv", "v1", "01"))
	f.admit(f.accept(arrival("b.csv", "v2", "01")), Park)
	if first := load[Number](f, NumberKey(id, 1)); first.Status != Rejected || first.File != "a.csv" {
		t.Errorf("the first number is %+v", first)
	}
	f.must(f.skip(1, 1))
	f.told("a.csv", "v1", Skipped)
	f.successor(Validator, 2)
}

func TestADeclaredOrderDecidesAtOnce(t *testing.T) {
	f := newFixture(t)
	declared := func(name, version, kind string) Arrival {
		a := arrival(name, version, "01")
		a.Kind = kind
		return a
	}
	if got := f.receive(declared("20260105/x.csv", "v1", Sequenced)); got.Standing != Fresh || got.Ticket.Number != 20260105 {
		t.Errorf("where a sequence is declared, it stands at %+v", got)
	}
	if got := f.receive(declared("x.csv", "v2", Sequenced)); got.Standing != OtherKind {
		t.Errorf("a file without sequence stands at %d", got.Standing)
	}
	f = newFixture(t)
	if got := f.receive(declared("7/x.csv", "v1", ByArrival)); got.Standing != OtherKind || got.Kind != ByArrival {
		t.Errorf("a sequence in a feed by arrival stands at %+v", got)
	}
	if got := f.receive(declared("2026/01/05/x.csv", "v2", ByArrival)); got.Standing != Fresh || got.Ticket.Number != 1 {
		t.Errorf("a date in a feed by arrival stands at %+v", got)
	}
}
