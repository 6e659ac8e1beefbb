// Package days keeps trading days: what a file, or a run of files, comes to per symbol,
// as Parquet in the order of symbols, and the tree of them that a day is.
// docs/architecture.md, "Days", fixes the schema, and decision 0070 explains the tree.
package days

import (
	"io"

	"market-data-pipeline/handlers/internal/decimal"
	"market-data-pipeline/handlers/internal/format"
	"market-data-pipeline/handlers/internal/parquet"
	"market-data-pipeline/handlers/internal/summary"
)

// rowsPerGroup bounds what is kept of each of the files that are merged: 100 bytes a row.
const rowsPerGroup = 1 << 12

// Row is what the trades of one symbol come to.
type Row struct {
	Symbol string
	summary.Stats
}

// Writer writes rows in the order of their symbols.
type Writer struct {
	first  int64
	file   *parquet.Writer
	number parquet.Int64s
	symbol parquet.Strings

	open, high, low, close, volume, notional parquet.Decimals

	notionalRest, uncounted, trades              parquet.Int64s
	openTime, closeTime, openTimeNS, closeTimeNS parquet.Int64s
}

// NewWriter begins a file of what the numbers from first on come to.
func NewWriter(out io.Writer, first int64) *Writer {
	file := parquet.NewWriter(out, rowsPerGroup)
	return &Writer{
		first: first, file: file,
		number:       file.Int64("number"),
		symbol:       file.String("symbol"),
		open:         file.Decimal("open", decimal.Scale),
		high:         file.Decimal("high", decimal.Scale),
		low:          file.Decimal("low", decimal.Scale),
		close:        file.Decimal("close", decimal.Scale),
		volume:       file.Decimal("volume", decimal.Scale),
		notional:     file.Decimal("notional", decimal.Scale),
		notionalRest: file.Int64("notional_rest"),
		uncounted:    file.Int64("uncounted"),
		trades:       file.Int64("trades"),
		openTime:     file.Timestamp("open_time"),
		closeTime:    file.Timestamp("close_time"),
		openTimeNS:   file.Int64("open_time_ns"),
		closeTimeNS:  file.Int64("close_time_ns"),
	}
}

// Write adds a row.
func (w *Writer) Write(symbol string, s *summary.Stats) error {
	w.number.Append(w.first)
	w.symbol.Append(symbol)
	w.open.Append(s.Open.Bytes())
	w.high.Append(s.High.Bytes())
	w.low.Append(s.Low.Bytes())
	w.close.Append(s.Close.Bytes())
	w.volume.Append(s.Volume.Bytes())
	w.notional.Append(s.Notional.Bytes())
	w.notionalRest.Append(s.Notional.Rest())
	w.uncounted.Append(int64(s.Uncounted))
	w.trades.Append(s.Trades)
	w.openTime.Append(s.OpenTime.Microseconds())
	w.closeTime.Append(s.CloseTime.Microseconds())
	w.openTimeNS.Append(int64(s.OpenTime))
	w.closeTimeNS.Append(int64(s.CloseTime))
	return w.file.EndRow()
}

// Close ends the file.
func (w *Writer) Close() error { return w.file.Close() }

// reader reads what Writer wrote.
type reader struct {
	Row
	file *parquet.Reader
	take func(*Row)
}

func newReader(in io.Reader) *reader {
	file := parquet.NewReader(in)
	_, symbol := file.Int64(), file.String()
	open, high, low, close := file.Decimal(), file.Decimal(), file.Decimal(), file.Decimal()
	volume, notional, rest := file.Decimal(), file.Decimal(), file.Int64()
	uncounted, trades := file.Int64(), file.Int64()
	_, _, openTime, closeTime := file.Int64(), file.Int64(), file.Int64(), file.Int64()
	return &reader{file: file, take: func(r *Row) {
		r.Symbol = symbol()
		r.Open, r.High = decimal.FromBytes(open()), decimal.FromBytes(high())
		r.Low, r.Close = decimal.FromBytes(low()), decimal.FromBytes(close())
		r.Volume, r.Notional = decimal.FromBytes(volume()), decimal.NotionalFromBytes(notional(), rest())
		r.Trades, r.Uncounted = trades(), format.Counts(uncounted())
		r.OpenTime, r.CloseTime = summary.Time(openTime()), summary.Time(closeTime())
	}}
}

// next takes the next row; false behind the last.
func (r *reader) next() (bool, error) {
	found, err := r.file.Next()
	if found && err == nil {
		r.take(&r.Row)
	}
	return found, err
}
