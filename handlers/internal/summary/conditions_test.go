package summary

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"market-data-pipeline/handlers/internal/format"
	"market-data-pipeline/handlers/internal/trades"
)

// counting is a trade that counts for some things only.
func counting(t testing.TB, second int, price, size string, counts format.Counts) *trades.Trade {
	one := *trade(t, second, price, size)
	one.Excluded = format.All &^ counts
	return &one
}

func summed(t testing.TB, all ...*trades.Trade) *Stats {
	t.Helper()
	var s Stats
	for _, one := range all {
		if err := s.Add(one); err != nil {
			t.Fatal(err)
		}
	}
	return &s
}

func told(s *Stats) string {
	return fmt.Sprintf("o=%s h=%s l=%s c=%s v=%s n=%s t=%d %s", s.Open, s.High, s.Low, s.Close, s.Volume, s.Notional, s.Trades, strings.Join(s.Uncounted.Names(), ","))
}

func TestATradeCountsForWhatItsConditionsSay(t *testing.T) {
	oddLot := func(second int, price string) *trades.Trade { return counting(t, second, price, "1", format.Volume) }
	usual := func(second int, price string) *trades.Trade {
		return counting(t, second, price, "100", format.All)
	}
	for _, c := range []struct {
		trades []*trades.Trade
		want   string
	}{
		{[]*trades.Trade{oddLot(0, "9"), usual(1, "5"), usual(2, "6"), oddLot(3, "1")}, "o=5 h=6 l=5 c=6 v=202 n=1110 t=4 "},
		{[]*trades.Trade{usual(1, "5"), counting(t, 2, "7", "1", format.High|format.Low|format.Volume)}, "o=5 h=7 l=5 c=5 v=101 n=507 t=2 "},
		{[]*trades.Trade{usual(1, "5"), counting(t, 2, "7", "1", format.All&^format.Volume)}, "o=5 h=7 l=5 c=7 v=100 n=500 t=2 "},
		{[]*trades.Trade{usual(1, "5"), counting(t, 2, "7", "1", 0)}, "o=5 h=5 l=5 c=5 v=100 n=500 t=1 "},
		// Where no trade counts for a price, it is that of those that do not.
		{[]*trades.Trade{oddLot(1, "9"), oddLot(2, "8")}, "o=9 h=9 l=8 c=8 v=2 n=17 t=2 open,high,low,close"},
		{[]*trades.Trade{oddLot(1, "9"), counting(t, 2, "7", "1", format.Close)}, "o=9 h=9 l=7 c=7 v=1 n=9 t=2 open,high,low"},
	} {
		if got := told(summed(t, c.trades...)); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
}

// TestAddingUpIsAssociativeWhateverCounts: a day is the sum of its files' sums.
func TestAddingUpIsAssociativeWhateverCounts(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var all []*trades.Trade
		for i := range rapid.IntRange(0, 8).Draw(rt, "trades") {
			all = append(all, counting(t, i/2, fmt.Sprint(1+rapid.IntRange(0, 3).Draw(rt, "price")), "1",
				format.Counts(rapid.IntRange(0, int(format.All)).Draw(rt, "counts"))))
		}
		cut := rapid.IntRange(0, len(all)).Draw(rt, "cut")
		whole, parts := summed(t, all...), summed(t, all[:cut]...)
		if err := parts.Append(summed(t, all[cut:]...)); err != nil {
			rt.Fatal(err)
		}
		if told(whole) != told(parts) {
			rt.Fatalf("%s, in parts %s", told(whole), told(parts))
		}
	})
}
