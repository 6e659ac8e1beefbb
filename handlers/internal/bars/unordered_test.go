package bars

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"market-data-pipeline/handlers/internal/decimal"
	"market-data-pipeline/handlers/internal/format"
	"market-data-pipeline/handlers/internal/trades"
)

// random are the trades of a file of any order, by their rows.
func random(t testing.TB, rows int, seed uint64, minutes, symbols int) []trades.Trade {
	t.Helper()
	source := rand.New(rand.NewPCG(seed, 1))
	all := make([]trades.Trade, rows)
	for i := range all {
		id := source.IntN(symbols)
		price, err := decimal.Parse(fmt.Appendf(nil, "%d.%0*d", source.IntN(50), 1+source.IntN(18), source.IntN(10)))
		if err != nil {
			t.Fatal(err)
		}
		size := decimal.New(uint64(1+source.IntN(5)) * 1_000_000_000)
		notional, err := price.Mul(size)
		if err != nil {
			t.Fatal(err)
		}
		excluded := format.Counts(0)
		if source.IntN(3) == 0 {
			excluded = format.Counts(source.IntN(int(format.All) + 1))
		}
		all[i] = trades.Trade{
			Excluded: excluded,
			Time:     int64(source.IntN(minutes*6)) * 10_000_000_000, Symbol: fmt.Sprintf("S%d", id), SymbolID: id,
			Price: price, Size: size, Notional: notional, Row: int64(i + 1),
		}
	}
	return all
}

// result is what a builder makes of trades: the bars and the day.
func result(t testing.TB, all []trades.Trade, limit int) (bars, day []byte) {
	t.Helper()
	out := newMemory()
	b := NewBuilder(7, out)
	take, finish := b.Add, func(bool) error { return nil }
	if limit > 0 {
		u := &unordered{builder: b, limit: limit}
		take, finish = u.add, u.finish
	}
	for i := range all {
		if err := take(&all[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := finish(true); err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if out.bars["1970-01-01"] == nil { // no trade counts for anything
		return nil, nil
	}
	return out.bars["1970-01-01"].Bytes(), out.days["1970-01-01"].Bytes()
}

// byTime are the rows in the order of time, and of equal times in their own.
func byTime(all []trades.Trade) []trades.Trade {
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(a, b trades.Trade) int { return int(min(max(a.Time-b.Time, -1), 1)) })
	return sorted
}

func TestBarsDoNotDependOnTheOrderOfRows(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	rapid.Check(t, func(rt *rapid.T) {
		all := random(t, rapid.IntRange(0, 60).Draw(rt, "rows"), rapid.Uint64().Draw(rt, "seed"), 5, 4)
		wantBars, wantDay := result(t, byTime(all), 0)
		for _, limit := range []int{1, 3, 1000} { // a file for every bar, for a few, none
			gotBars, gotDay := result(t, all, limit)
			if !bytes.Equal(gotBars, wantBars) || !bytes.Equal(gotDay, wantDay) {
				rt.Fatalf("%d held: other files", limit)
			}
		}
	})
	if left, _ := filepath.Glob(filepath.Join(os.TempDir(), "bars-*")); len(left) > 0 {
		t.Errorf("files are left: %v", left)
	}
}

func TestOnlyFilesOutOfTheOrderOfTimeAreHeld(t *testing.T) {
	f := *format.Canonical()
	for order, want := range map[string]bool{format.ByTime: false, format.ByTimeWithinSymbol: true, format.AnyOrder: true} {
		f.Order = order
		b := NewBuilder(7, newMemory())
		take, finish := InOrder(b, &f)
		one := trades.Trade{Symbol: "A"}
		if err := take(&one); err != nil {
			t.Fatal(err)
		}
		if held := len(b.minute.traded) == 0; held != want {
			t.Errorf("%s: held %v", order, held)
		}
		if err := finish(false); err != nil {
			t.Error(err)
		}
	}
}

func TestFilesOfAFileThatIsGivenUpAreRemoved(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	u := &unordered{builder: NewBuilder(7, newMemory()), limit: 1}
	for _, trade := range random(t, 50, 1, 10, 3) {
		if err := u.add(&trade); err != nil {
			t.Fatal(err)
		}
	}
	if err := u.finish(false); err != nil {
		t.Error(err)
	}
	if left, _ := filepath.Glob(filepath.Join(os.TempDir(), "*")); len(left) > 0 {
		t.Errorf("files are left: %v", left)
	}
}

func TestAFolderThatIsFullIsAnError(t *testing.T) {
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "missing"))
	u := &unordered{builder: NewBuilder(7, newMemory()), limit: 1}
	all := random(t, 50, 1, 10, 3)
	var err error
	for i := 0; i < len(all) && err == nil; i++ {
		err = u.add(&all[i])
	}
	if err == nil {
		t.Error("bars that cannot be written are forgotten")
	}
}
