package simulation

import (
	"context"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"market-data-pipeline/handlers/internal/objects"
)

// contribution is a version that stands at a number in the end.
type contribution struct {
	number   int64
	revision int64
	place
}

// listed is a file in a day's list.
type listed struct {
	number, revision int64
	counted          bool
}

// day is what an aggregate says: per symbol its figures as text, and its files.
type day struct {
	files   []listed
	symbols map[string]string
}

const figures = "open %s high %s low %s close %s volume %s notional %s trades %d vwap %s"

// reference calculates the days anew from the trades, in whole numbers.
func reference(contributions []contribution, sequenced bool) map[string]day {
	type row struct {
		trade
		number int64
	}
	days := map[string]day{}
	rows := map[string]map[string][]row{}
	bodies := map[string]bool{}
	for _, c := range contributions {
		body := string(c.version.body())
		counted := sequenced || !bodies[body]
		bodies[body] = true
		var dates []string
		for _, t := range c.version.trades {
			date := fmt.Sprintf("2024-01-%02d", 2+t.second/86400)
			if !slices.Contains(dates, date) {
				dates = append(dates, date)
			}
			if !counted {
				continue
			}
			if rows[date] == nil {
				rows[date] = map[string][]row{}
			}
			rows[date][t.symbol] = append(rows[date][t.symbol], row{t, c.number})
		}
		for _, date := range dates {
			d := days[date]
			d.files = append(d.files, listed{c.number, c.revision, counted})
			days[date] = d
		}
	}
	for date, d := range days {
		d.symbols = map[string]string{}
		for symbol, all := range rows[date] {
			slices.SortStableFunc(all, func(a, b row) int { return int(a.second - b.second) })
			high, low, volume, notional := all[0].price, all[0].price, int64(0), int64(0)
			for _, r := range all {
				high, low = max(high, r.price), min(low, r.price)
				volume, notional = volume+r.size, notional+r.size*r.price
			}
			d.symbols[symbol] = fmt.Sprintf(figures, text(all[0].price), text(high), text(low), text(all[len(all)-1].price),
				text(volume), text(notional), len(all), ratio(notional, volume))
		}
		days[date] = d
	}
	return days
}

func text(n int64) string { return fmt.Sprint(n) }

// ratio is a / b rounded half to even at 18 digits, without trailing zeros.
func ratio(a, b int64) string {
	scaled := new(big.Int).Mul(big.NewInt(a), big.NewInt(1_000_000_000_000_000_000))
	quotient, rest := new(big.Int).QuoRem(scaled, big.NewInt(b), new(big.Int))
	switch rest.Lsh(rest, 1).Cmp(big.NewInt(b)) {
	case 1:
		quotient.Add(quotient, big.NewInt(1))
	case 0:
		quotient.Add(quotient, big.NewInt(int64(quotient.Bit(0))))
	}
	digits := fmt.Sprintf("%019s", quotient)
	point := len(digits) - 18
	return strings.TrimSuffix(strings.TrimRight(digits[:point]+"."+digits[point:], "0"), ".")
}

// aggregates reads the days as the aggregator left them; a day that its last file
// has left is no day.
func (w *world) aggregates(id string) map[string]day {
	days := map[string]day{}
	for d := 2; d <= 9; d++ {
		date := fmt.Sprintf("2024-01-%02d", d)
		body, _, err := w.bucket.Read(context.Background(), objects.AggregateKey(id, date))
		if err != nil {
			continue
		}
		var document struct {
			Files []struct {
				Number, Revision int64
				Counted          bool
			}
			Symbols map[string]struct {
				Open, High, Low, Close, Volume, Notional, VWAP string
				Trades                                         int
			}
		}
		if err := json.Unmarshal(body, &document); err != nil {
			w.broken(err)
			continue
		}
		if len(document.Files) == 0 && len(document.Symbols) == 0 {
			continue
		}
		found := day{symbols: map[string]string{}}
		for _, f := range document.Files {
			found.files = append(found.files, listed{f.Number, f.Revision, f.Counted})
		}
		for name, s := range document.Symbols {
			found.symbols[name] = fmt.Sprintf(figures, s.Open, s.High, s.Low, s.Close, s.Volume, s.Notional, s.Trades, s.VWAP)
		}
		days[date] = found
	}
	return days
}
