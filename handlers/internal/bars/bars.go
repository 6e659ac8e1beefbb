// Package bars makes one-minute bars of a file's trades, and on the way what the file
// comes to per trading day, each day a Parquet file of its own. docs/architecture.md,
// "Bars" and "Days", fixes the schemas.
package bars

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"market-data-pipeline/handlers/internal/days"
	"market-data-pipeline/handlers/internal/format"
	"market-data-pipeline/handlers/internal/summary"
	"market-data-pipeline/handlers/internal/trades"
)

const minute = 60 * 1_000_000_000 // nanoseconds

// Output takes what is made of a file, one trading day after the other.
type Output interface {
	// Begin says where a day's bars and the day itself are to be written.
	Begin(date string) (bars, day io.Writer, err error)
	// End says that they have been.
	End() error
}

// Builder makes the bars and days of one file. Its memory is bounded by the file's
// symbols and a row group.
type Builder struct {
	// Day is the trading day of a time; the UTC date unless it is set.
	Day func(ns int64) string

	number int64
	out    Output

	date    string // of the current day; empty before the first
	table   table
	dayFile io.Writer

	minute, day sums
	nextMin     int64 // the first nanosecond behind the current minute
}

// NewBuilder writes what the file of a number comes to as the minutes pass.
func NewBuilder(number int64, out Output) *Builder {
	utc := func(ns int64) string { return summary.Time(ns).Date() }
	return &Builder{Day: utc, number: number, out: out}
}

// sums are the statistics of the symbols that traded in an interval.
type sums struct {
	bars   []bar // by SymbolID; stale but for those in traded
	traded []int // SymbolIDs
}

type bar struct {
	symbol string
	stats  summary.Stats // no trades: not in the interval
}

// of finds the statistics of a symbol.
func (s *sums) of(id int, symbol string) *summary.Stats {
	for id >= len(s.bars) {
		s.bars = append(s.bars, bar{})
	}
	current := &s.bars[id]
	if current.stats.Trades == 0 {
		current.symbol = symbol
		s.traded = append(s.traded, id)
	}
	return &current.stats
}

// finish visits the interval in the order of symbols and begins another.
func (s *sums) finish(visit func(id int, b *bar) error) error {
	slices.SortFunc(s.traded, func(i, j int) int { return strings.Compare(s.bars[i].symbol, s.bars[j].symbol) })
	for _, id := range s.traded {
		if err := visit(id, &s.bars[id]); err != nil {
			return err
		}
		s.bars[id].stats = summary.Stats{}
	}
	s.traded = s.traded[:0]
	return nil
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
	if time >= b.nextMin || len(b.minute.traded) == 0 {
		if err := b.begin(floorMinute(time)); err != nil {
			return nil, err
		}
	}
	return b.minute.of(id, symbol), nil
}

// Close writes the last minute and the last day. Of a file without trades nothing is
// written.
func (b *Builder) Close() error {
	if err := b.finishMinute(); err != nil {
		return err
	}
	return b.finishDay()
}

// begin begins a minute, and with it perhaps a day.
func (b *Builder) begin(start int64) error {
	if err := b.finishMinute(); err != nil {
		return err
	}
	b.nextMin = start + minute
	date := b.Day(start)
	if date == b.date {
		return nil
	}
	if err := b.finishDay(); err != nil {
		return err
	}
	bars, day, err := b.out.Begin(date)
	b.date, b.table, b.dayFile = date, newTable(bars, b.number), day
	return err
}

// finishMinute turns the current minute's bars into rows and adds them to the day.
func (b *Builder) finishMinute() error {
	return b.minute.finish(func(id int, current *bar) error {
		if err := b.day.of(id, current.symbol).Append(&current.stats); err != nil {
			return fmt.Errorf("the day %s of %s: %w", b.date, current.symbol, err)
		}
		return b.table.write(b.nextMin-minute, current.symbol, &current.stats)
	})
}

func (b *Builder) finishDay() error {
	if b.date == "" {
		return nil
	}
	rows := days.NewWriter(b.dayFile, b.number)
	err := b.day.finish(func(_ int, current *bar) error { return rows.Write(current.symbol, &current.stats) })
	if err != nil {
		return err
	}
	if err := rows.Close(); err != nil {
		return err
	}
	if err := b.table.file.Close(); err != nil {
		return err
	}
	return b.out.End()
}

// WriteNothing writes a day of a number that has no trades on it any more.
func WriteNothing(number int64, bars, day io.Writer) error {
	if err := newTable(bars, number).file.Close(); err != nil {
		return err
	}
	return days.NewWriter(day, number).Close()
}

// floorMinute is the minute's first nanosecond, before 1970 too.
func floorMinute(ns int64) int64 {
	rest := ns % minute
	if rest < 0 {
		rest += minute
	}
	return ns - rest
}
