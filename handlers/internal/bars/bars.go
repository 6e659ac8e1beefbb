// Package bars makes one-minute bars of a file's trades, as Parquet, and on the
// way the file's summary per date. docs/architecture.md, "Bars", fixes the schema.
package bars

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"market-data-pipeline/handlers/internal/format"
	"market-data-pipeline/handlers/internal/summary"
	"market-data-pipeline/handlers/internal/trades"
)

const minute = 60 * 1_000_000_000 // nanoseconds

// Builder makes the bars of one file. Its memory is bounded by the symbols of a
// minute, a row group and the summary.
type Builder struct {
	// Day is the trading day of a time; the UTC date unless it is set.
	Day func(ns int64) string

	out table

	bars    []bar // by SymbolID; stale but for those in traded
	traded  []int // the SymbolIDs of the current minute
	nextMin int64 // the first nanosecond behind the current minute

	days summary.Days
}

type bar struct {
	symbol string
	stats  summary.Stats // no trades: not in the current minute
}

// NewBuilder writes the Parquet file to w as the minutes pass.
func NewBuilder(w io.Writer) *Builder {
	utc := func(ns int64) string { return summary.Time(ns).Date() }
	return &Builder{Day: utc, out: newTable(w), days: summary.Days{}}
}

// Add takes the next trade: a visitor for trades.Scan.
func (b *Builder) Add(t *trades.Trade) error {
	if t.Excluded == format.All {
		return nil // it touches no bar
	}
	stats, err := b.at(t.Time, t.SymbolID, t.Symbol)
	if err != nil {
		return err
	}
	if err := stats.Add(t); err != nil {
		return fmt.Errorf("the bar of %s with row %d: %w", t.Symbol, t.Row, err)
	}
	return nil
}

// at is the bar of a symbol in the minute of a time, which is not before the one of
// the call before.
func (b *Builder) at(time int64, id int, symbol string) (*summary.Stats, error) {
	if time >= b.nextMin || len(b.traded) == 0 {
		if err := b.finishMinute(); err != nil {
			return nil, err
		}
		b.nextMin = floorMinute(time) + minute
	}
	for id >= len(b.bars) {
		b.bars = append(b.bars, bar{})
	}
	current := &b.bars[id]
	if current.stats.Trades == 0 {
		current.symbol = symbol
		b.traded = append(b.traded, id)
	}
	return &current.stats, nil
}

// Close writes the last minute and the end of the file and returns the summary.
// A file without trades becomes a Parquet file without rows.
func (b *Builder) Close() (summary.Days, error) {
	if err := b.finishMinute(); err != nil {
		return nil, err
	}
	return b.days, b.out.file.Close()
}

// finishMinute turns the current minute's bars into rows, by symbol, and adds
// them to the summary.
func (b *Builder) finishMinute() error {
	if len(b.traded) == 0 {
		return nil
	}
	slices.SortFunc(b.traded, func(i, j int) int { return strings.Compare(b.bars[i].symbol, b.bars[j].symbol) })
	start := b.nextMin - minute
	date := b.Day(start)
	for _, id := range b.traded {
		current := &b.bars[id]
		if err := b.days.Append(date, current.symbol, &current.stats); err != nil {
			return fmt.Errorf("the day %s of %s: %w", date, current.symbol, err)
		}
		if err := b.out.write(start, current.symbol, &current.stats); err != nil {
			return err
		}
		current.stats = summary.Stats{}
	}
	b.traded = b.traded[:0]
	return nil
}

// floorMinute is the minute's first nanosecond, before 1970 too.
func floorMinute(ns int64) int64 {
	rest := ns % minute
	if rest < 0 {
		rest += minute
	}
	return ns - rest
}
