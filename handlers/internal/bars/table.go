package bars

import (
	"io"

	"market-data-pipeline/handlers/internal/parquet"
	"market-data-pipeline/handlers/internal/summary"
)

// table is the Parquet file: a row per minute and symbol that traded in it.
type table struct {
	file   *parquet.Writer
	minute parquet.Int64s // the minute's first nanosecond
	symbol parquet.Strings

	open, high, low, close, vwap, volume, notional parquet.Decimals

	trades parquet.Int64s
	// The times of the trades that opened and closed the bar.
	openTime, closeTime parquet.Int64s
}

func newTable(out io.Writer) table {
	file := parquet.NewWriter(out)
	return table{
		file:      file,
		minute:    file.Timestamp("minute"),
		symbol:    file.String("symbol"),
		open:      file.Decimal("open", 18),
		high:      file.Decimal("high", 18),
		low:       file.Decimal("low", 18),
		close:     file.Decimal("close", 18),
		vwap:      file.Decimal("vwap", 18),
		volume:    file.Decimal("volume", 18),
		notional:  file.Decimal("notional", 18),
		trades:    file.Int64("trades"),
		openTime:  file.Timestamp("open_time"),
		closeTime: file.Timestamp("close_time"),
	}
}

func (t *table) write(minute int64, symbol string, s *summary.Stats) error {
	t.minute.Append(minute)
	t.symbol.Append(symbol)
	t.open.Append(s.Open.Bytes())
	t.high.Append(s.High.Bytes())
	t.low.Append(s.Low.Bytes())
	t.close.Append(s.Close.Bytes())
	t.vwap.Append(s.VWAP().Bytes())
	t.volume.Append(s.Volume.Bytes())
	t.notional.Append(s.Notional.Bytes())
	t.trades.Append(s.Trades)
	t.openTime.Append(int64(s.OpenTime))
	t.closeTime.Append(int64(s.CloseTime))
	return t.file.EndRow()
}
