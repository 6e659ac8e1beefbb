// Package bars makes one-minute bars of a file's trades, as Parquet, and on the
// way the file's summary per date. docs/architecture.md, "Bars", fixes the schema.
package bars

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/parquet-go/parquet-go"

	"market-data-pipeline/handlers/internal/summary"
	"market-data-pipeline/handlers/internal/trades"
)

// Row is a row of the Parquet file: a symbol in a minute in which it traded.
// Decimals are big-endian two's complement coefficients.
type Row struct {
	Minute   int64    `parquet:"minute,timestamp(nanosecond:utc)"` // its first nanosecond since 1970
	Symbol   string   `parquet:"symbol,dict"`
	Open     [16]byte `parquet:"open,decimal(9:38)"`
	High     [16]byte `parquet:"high,decimal(9:38)"`
	Low      [16]byte `parquet:"low,decimal(9:38)"`
	Close    [16]byte `parquet:"close,decimal(9:38)"`
	VWAP     [16]byte `parquet:"vwap,decimal(9:38)"`
	Volume   [16]byte `parquet:"volume,decimal(9:38)"`
	Notional [16]byte `parquet:"notional,decimal(18:38)"`
	Trades   int64    `parquet:"trades"`
	// The times of the trades that opened and closed the bar.
	OpenTime  int64 `parquet:"open_time,timestamp(nanosecond:utc)"`
	CloseTime int64 `parquet:"close_time,timestamp(nanosecond:utc)"`
}

const (
	minute       = 60 * 1_000_000_000 // nanoseconds
	rowsPerWrite = 256
	// rowsPerGroup bounds what the Parquet writer keeps before it writes on.
	rowsPerGroup = 1 << 15
)

// Builder makes the bars of one file. Its memory is bounded by the symbols of a
// minute, a row group and the summary.
type Builder struct {
	out  *parquet.GenericWriter[Row]
	rows []Row // of finished minutes, not yet given to out

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
	return &Builder{
		out: parquet.NewGenericWriter[Row](w,
			parquet.Compression(&parquet.Snappy),
			parquet.MaxRowsPerRowGroup(rowsPerGroup)),
		rows: make([]Row, 0, rowsPerWrite),
		days: summary.Days{},
	}
}

// Add takes the next trade: a visitor for trades.Scan.
func (b *Builder) Add(t *trades.Trade) error {
	if t.Time >= b.nextMin || len(b.traded) == 0 {
		if err := b.finishMinute(); err != nil {
			return err
		}
		b.nextMin = floorMinute(t.Time) + minute
	}
	for t.SymbolID >= len(b.bars) {
		b.bars = append(b.bars, bar{})
	}
	current := &b.bars[t.SymbolID]
	if current.stats.Trades == 0 {
		current.symbol = t.Symbol
		b.traded = append(b.traded, t.SymbolID)
	}
	if err := current.stats.Add(t); err != nil {
		return fmt.Errorf("the bar of %s with row %d: %w", t.Symbol, t.Row, err)
	}
	return nil
}

// Close writes the last minute and the end of the file and returns the summary.
// A file without trades becomes a Parquet file without rows.
func (b *Builder) Close() (summary.Days, error) {
	if err := b.finishMinute(); err != nil {
		return nil, err
	}
	if err := b.write(); err != nil {
		return nil, err
	}
	return b.days, b.out.Close()
}

// finishMinute turns the current minute's bars into rows, by symbol, and adds
// them to the summary.
func (b *Builder) finishMinute() error {
	if len(b.traded) == 0 {
		return nil
	}
	slices.SortFunc(b.traded, func(i, j int) int { return strings.Compare(b.bars[i].symbol, b.bars[j].symbol) })
	start := b.nextMin - minute
	date := summary.Time(start).Date()
	for _, id := range b.traded {
		current := &b.bars[id]
		if err := b.days.Append(date, current.symbol, &current.stats); err != nil {
			return fmt.Errorf("the day %s of %s: %w", date, current.symbol, err)
		}
		b.rows = append(b.rows, row(start, current.symbol, &current.stats))
		current.stats = summary.Stats{}
		if len(b.rows) == rowsPerWrite {
			if err := b.write(); err != nil {
				return err
			}
		}
	}
	b.traded = b.traded[:0]
	return nil
}

func (b *Builder) write() error {
	_, err := b.out.Write(b.rows)
	b.rows = b.rows[:0]
	return err
}

func row(start int64, symbol string, s *summary.Stats) Row {
	return Row{
		Minute: start, Symbol: symbol,
		Open: s.Open.Bytes(), High: s.High.Bytes(), Low: s.Low.Bytes(), Close: s.Close.Bytes(),
		VWAP: s.VWAP().Bytes(), Volume: s.Volume.Bytes(), Notional: s.Notional.Bytes(),
		Trades:   s.Trades,
		OpenTime: int64(s.OpenTime), CloseTime: int64(s.CloseTime),
	}
}

// floorMinute is the minute's first nanosecond, before 1970 too.
func floorMinute(ns int64) int64 {
	rest := ns % minute
	if rest < 0 {
		rest += minute
	}
	return ns - rest
}
