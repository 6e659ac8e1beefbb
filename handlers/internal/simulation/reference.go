package simulation

import (
	"bytes"
	"context"
	"fmt"
	"math/big"
	"reflect"
	"slices"
	"strings"

	daytree "market-data-pipeline/handlers/internal/days"
	"market-data-pipeline/handlers/internal/decimal"
	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/objects"
	"market-data-pipeline/handlers/internal/parquet"
	"market-data-pipeline/handlers/internal/summary"
)

// fanout is as small as can be, so that a few files make a tree of several levels.
const fanout = 2

type (
	dayTree = daytree.Tree
	dayRow  = daytree.Row
)

// contribution is a version that stands at a number in the end.
type contribution struct {
	number int64
	place
}

// days are the figures per symbol as text, by trading day.
type days map[string]map[string]string

const figures = "open %s high %s low %s close %s volume %s notional %s trades %d vwap %s"

// reference calculates the days anew from the trades, in whole numbers.
func reference(contributions []contribution, sequenced bool) days {
	type row struct {
		trade
		number int64
	}
	found := days{}
	rows := map[string]map[string][]row{}
	bodies := map[string]bool{}
	for _, c := range contributions {
		body := string(c.version.body())
		if !sequenced && bodies[body] {
			continue
		}
		bodies[body] = true
		for _, t := range c.version.trades {
			date := fmt.Sprintf("2024-01-%02d", 2+t.second/86400)
			if rows[date] == nil {
				rows[date] = map[string][]row{}
			}
			rows[date][t.symbol] = append(rows[date][t.symbol], row{t, c.number})
		}
	}
	for date, symbols := range rows {
		found[date] = map[string]string{}
		for symbol, all := range symbols {
			slices.SortStableFunc(all, func(a, b row) int { return int(a.second - b.second) })
			high, low, volume, notional := all[0].price, all[0].price, int64(0), int64(0)
			for _, r := range all {
				high, low = max(high, r.price), min(low, r.price)
				volume, notional = volume+r.size, notional+r.size*r.price
			}
			found[date][symbol] = fmt.Sprintf(figures, text(all[0].price), text(high), text(low), text(all[len(all)-1].price),
				text(volume), text(notional), len(all), ratio(notional, volume))
		}
	}
	return found
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

// checkData demands that the data set is what the reference says: as the nodes and
// files that a day's item names, as the files of the table of days alone, and as bars.
func (w *world) checkData(id string, want days) {
	var byItem, byFiles, byBars = days{}, days{}, days{}
	for d := 2; d <= 9; d++ {
		date := fmt.Sprintf("2024-01-%02d", d)
		tree := dayTree{Bucket: w.bucket, Fanout: fanout, Feed: id, Date: date}
		day := load[feed.Day](w, feed.DayKey(id, date))
		w.read(byItem, date, func(visit func(*dayRow) error) error { return tree.Read(context.Background(), *day, visit) })
		keys := w.bucket.Keys(strings.TrimSuffix(objects.DaysKey(id, date, 0), fmt.Sprintf("%018d.parquet", 0)))
		w.read(byFiles, date, func(visit func(*dayRow) error) error { return tree.Merge(context.Background(), keys, visit) })
		bars := w.bucket.Keys(strings.TrimSuffix(objects.BarsKey(id, date, 0), fmt.Sprintf("%018d.parquet", 0)))
		w.read(byBars, date, func(visit func(*dayRow) error) error { return w.readBars(bars, visit) })
		if objects := len(tree.Objects(*day)); objects > 3*fanout*len(day.Open) {
			w.broken(fmt.Errorf("%s %s consists of %d objects", id, date, objects))
		}
	}
	for what, got := range map[string]days{"nodes": byItem, "days": byFiles, "bars": byBars} {
		if w.failure == nil && !reflect.DeepEqual(want, got) {
			w.broken(fmt.Errorf("%s: the %s are\n%v\nand should be\n%v", id, what, got, want))
		}
	}
}

func (w *world) read(to days, date string, rows func(func(*dayRow) error) error) {
	err := rows(func(r *dayRow) error {
		if to[date] == nil {
			to[date] = map[string]string{}
		}
		to[date][r.Symbol] = fmt.Sprintf(figures, r.Open, r.High, r.Low, r.Close, r.Volume, r.Notional, r.Trades, r.VWAP())
		return nil
	})
	if err != nil {
		w.broken(err)
	}
}

// readBars adds bars up per symbol, in the order of their numbers.
func (w *world) readBars(keys []string, visit func(*dayRow) error) error {
	sums := map[string]*dayRow{}
	for _, key := range keys {
		body, _, err := w.bucket.Read(context.Background(), key)
		if err != nil {
			return err
		}
		file := parquet.NewReader(bytes.NewReader(body))
		_, symbol := file.Int64(), file.String()
		open, high, low, close, _ := file.Decimal(), file.Decimal(), file.Decimal(), file.Decimal(), file.Decimal()
		volume, notional, trades := file.Decimal(), file.Decimal(), file.Int64()
		_, _, openTime, closeTime := file.Int64(), file.Int64(), file.Int64(), file.Int64()
		rest, _, number := file.Int64(), file.Int64(), file.Int64()
		for {
			found, err := file.Next()
			if err != nil {
				return err
			}
			if !found {
				break
			}
			if !strings.Contains(key, fmt.Sprintf("%018d", number())) {
				return fmt.Errorf("%s has a bar of number %d", key, number())
			}
			sum := sums[symbol()]
			if sum == nil {
				sum = &dayRow{Symbol: symbol()}
				sums[symbol()] = sum
			}
			err = sum.Append(&summary.Stats{
				Open: decimal.FromBytes(open()), High: decimal.FromBytes(high()), Low: decimal.FromBytes(low()), Close: decimal.FromBytes(close()),
				Volume: decimal.FromBytes(volume()), Notional: decimal.NotionalFromBytes(notional(), rest()), Trades: trades(),
				OpenTime: summary.Time(openTime()), CloseTime: summary.Time(closeTime()),
			})
			if err != nil {
				return err
			}
		}
	}
	for _, sum := range sums {
		if err := visit(sum); err != nil {
			return err
		}
	}
	return nil
}
