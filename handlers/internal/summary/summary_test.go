package summary

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"market-data-pipeline/handlers/internal/decimal"
	"market-data-pipeline/handlers/internal/trades"
)

// trade is a trade at a second of 2013-10-07.
func trade(t fataler, second int, price, size string) *trades.Trade {
	p, err := decimal.Parse([]byte(price))
	if err != nil {
		t.Fatalf("%s: %v", price, err)
	}
	s, err := decimal.Parse([]byte(size))
	if err != nil {
		t.Fatalf("%s: %v", size, err)
	}
	notional, err := p.Mul(s)
	if err != nil {
		t.Fatalf("%s × %s: %v", price, size, err)
	}
	return &trades.Trade{Time: (1381104000 + int64(second)) * 1_000_000_000, Price: p, Size: s, Notional: notional}
}

type fataler interface{ Fatalf(string, ...any) }

func TestATimesDateIsInUTC(t *testing.T) {
	const day = 24 * 60 * 60 * 1_000_000_000
	for ns, want := range map[Time]string{-1: "1969-12-31", 0: "1970-01-01", day - 1: "1970-01-01", day: "1970-01-02"} {
		if got := ns.Date(); got != want {
			t.Errorf("%d is on %s, want %s", ns, got, want)
		}
	}
}

func TestMicrosecondsAreRoundedDown(t *testing.T) {
	for ns, want := range map[Time]int64{0: 0, 999: 0, 1000: 1, -1: -1, -1000: -1, -1001: -2} {
		if got := ns.Microseconds(); got != want {
			t.Errorf("%d ns are %d µs, want %d", ns, got, want)
		}
	}
}

func TestStatisticsStayAsTheyWereWhereASumDoesNotFit(t *testing.T) {
	one := trade(t, 1, "1", "1")
	var volume decimal.Decimal
	var notional decimal.Notional
	if err := errors.Join(volume.UnmarshalText([]byte(strings.Repeat("9", 20))), notional.UnmarshalText([]byte(strings.Repeat("9", 20)))); err != nil {
		t.Fatal(err)
	}
	for name, full := range map[string]Stats{"volume": {Volume: volume, Trades: 1}, "notional": {Notional: notional, Trades: 1}} {
		var later Stats
		if err := later.Add(one); err != nil {
			t.Fatal(err)
		}
		added, appended := full, full
		if err := added.Add(one); err != decimal.ErrRange || added != full {
			t.Errorf("%s: Add: %v, %+v", name, err, added)
		}
		if err := appended.Append(&later); err != decimal.ErrRange || appended != full {
			t.Errorf("%s: Append: %v, %+v", name, err, appended)
		}
	}
}

func TestHighAndLowAreTheExtremes(t *testing.T) {
	var s Stats
	for i, price := range []string{"2", "3", "1", "2.5"} {
		if err := s.Add(trade(t, i, price, "1")); err != nil {
			t.Fatal(err)
		}
	}
	if s.High.String() != "3" || s.Low.String() != "1" {
		t.Errorf("%+v", s)
	}
}

func TestOpenIsTheEarliestTradeAndCloseTheLatest(t *testing.T) {
	var first, second Stats
	for _, err := range []error{
		first.Add(trade(t, 10, "5", "1")), first.Add(trade(t, 20, "6", "1")),
		second.Add(trade(t, 5, "4", "1")), second.Add(trade(t, 15, "9", "1")),
		first.Append(&second),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if int64(first.OpenTime) != trade(t, 5, "4", "1").Time || first.Open.String() != "4" || first.Close.String() != "6" ||
		first.High.String() != "9" || first.Low.String() != "4" || first.Trades != 4 {
		t.Errorf("%+v", first)
	}
}

func TestOfEqualTimesTheEarlierFileOpensAndTheLaterCloses(t *testing.T) {
	var first, second Stats
	for _, err := range []error{
		first.Add(trade(t, 10, "1", "1")), first.Add(trade(t, 10, "2", "1")),
		second.Add(trade(t, 10, "3", "1")), second.Add(trade(t, 10, "4", "1")),
		first.Append(&second),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if first.Open.String() != "1" || first.Close.String() != "4" {
		t.Errorf("open %s, close %s", first.Open, first.Close)
	}
}

func TestStatisticsThatDoNotFitStayAsTheyWere(t *testing.T) {
	var greatest decimal.Decimal
	if err := greatest.UnmarshalText([]byte(strings.Repeat("9", 20))); err != nil {
		t.Fatal(err)
	}
	for what, late := range map[string]*trades.Trade{
		"volume":   {Price: trade(t, 1, "1", "1").Price, Size: greatest},
		"notional": {Size: trade(t, 1, "1", "1").Size, Notional: trade(t, 1, "9000000000", "9000000000").Notional},
	} {
		for round := range 2 {
			s := new(Stats)
			if err := s.Add(late); err != nil {
				t.Fatal(err)
			}
			before, err := *s, error(nil)
			if round == 0 {
				err = s.Add(late)
			} else {
				err = s.Append(&before)
			}
			if !errors.Is(err, decimal.ErrRange) || *s != before {
				t.Errorf("%s: %v leaves %+v", what, err, s)
			}
		}
	}
}

func TestMergingStatisticsIsAssociative(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(label string) (s Stats) {
			for range rapid.IntRange(0, 3).Draw(t, label) {
				var one Stats
				second := rapid.IntRange(0, 3).Draw(t, "second")
				if err := one.Add(trade(t, second, rapid.SampledFrom([]string{"1", "2", "3"}).Draw(t, "price"), "1")); err != nil {
					t.Fatalf("%v", err)
				}
				if err := s.Append(&one); err != nil {
					t.Fatalf("%v", err)
				}
			}
			return s
		}
		a, b, c := draw("a"), draw("b"), draw("c")
		merge := func(x, y Stats) Stats {
			if err := x.Append(&y); err != nil {
				t.Fatalf("%v", err)
			}
			return x
		}
		if left, right := merge(merge(a, b), c), merge(a, merge(b, c)); left != right {
			t.Fatalf("%+v, %+v", left, right)
		}
	})
}
