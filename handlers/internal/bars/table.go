package bars

import (
	"io"

	"market-data-pipeline/handlers/internal/decimal"
	"market-data-pipeline/handlers/internal/parquet"
	"market-data-pipeline/handlers/internal/summary"
)

// table is the Parquet file: a row per minute and symbol that traded in it.
type table struct {
	file   *parquet.Writer
	of     int64 // the file's number
	minute parquet.Int64s
	symbol parquet.Strings

	open, high, low, close, vwap, volume, notional parquet.Decimals

	trades, notionalRest, uncounted, number parquet.Int64s
	// The times of the trades that opened and closed the bar.
	openTime, closeTime, openTimeNS, closeTimeNS parquet.Int64s
}

func newTable(out io.Writer, number int64) table {
	file := parquet.NewWriter(out, parquet.RowsPerGroup)
	return table{
		file:         file,
		of:           number,
		minute:       file.Timestamp("minute"),
		symbol:       file.String("symbol"),
		open:         file.Decimal("open", decimal.Scale),
		high:         file.Decimal("high", decimal.Scale),
		low:          file.Decimal("low", decimal.Scale),
		close:        file.Decimal("close", decimal.Scale),
		vwap:         file.Decimal("vwap", decimal.Scale),
		volume:       file.Decimal("volume", decimal.Scale),
		notional:     file.Decimal("notional", decimal.Scale),
		trades:       file.Int64("trades"),
		openTime:     file.Timestamp("open_time"),
		closeTime:    file.Timestamp("close_time"),
		openTimeNS:   file.Int64("open_time_ns"),
		closeTimeNS:  file.Int64("close_time_ns"),
		notionalRest: file.Int64("notional_rest"),
		uncounted:    file.Int64("uncounted"),
		number:       file.Int64("number"),
	}
}

// write adds the bar of a minute, given by its first nanosecond.
func (t *table) write(minute int64, symbol string, s *summary.Stats) error {
	t.minute.Append(minute / 1000)
	t.symbol.Append(symbol)
	t.open.Append(s.Open.Bytes())
	t.high.Append(s.High.Bytes())
	t.low.Append(s.Low.Bytes())
	t.close.Append(s.Close.Bytes())
	t.vwap.Append(s.VWAP().Bytes())
	t.volume.Append(s.Volume.Bytes())
	t.notional.Append(s.Notional.Bytes())
	t.trades.Append(s.Trades)
	t.openTime.Append(s.OpenTime.Microseconds())
	t.closeTime.Append(s.CloseTime.Microseconds())
	t.openTimeNS.Append(int64(s.OpenTime))
	t.closeTimeNS.Append(int64(s.CloseTime))
	t.notionalRest.Append(s.Notional.Rest())
	t.uncounted.Append(int64(s.Uncounted))
	t.number.Append(t.of)
	return t.file.EndRow()
}
