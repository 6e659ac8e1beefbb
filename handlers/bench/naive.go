package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go"
	"github.com/shopspring/decimal"
)

var symbolRule = regexp.MustCompile(`^[A-Z0-9./-]{1,24}$`)

type naiveBar struct {
	open, high, low, close, volume, notional decimal.Decimal
	trades                                   int64
	first, last                              time.Time
}

// naiveRow is a row of the bars' file.
type naiveRow struct {
	Minute    int64    `parquet:"minute,timestamp(nanosecond:utc)"`
	Symbol    string   `parquet:"symbol,dict"`
	Open      [16]byte `parquet:"open,decimal(18:38)"`
	High      [16]byte `parquet:"high,decimal(18:38)"`
	Low       [16]byte `parquet:"low,decimal(18:38)"`
	Close     [16]byte `parquet:"close,decimal(18:38)"`
	VWAP      [16]byte `parquet:"vwap,decimal(18:38)"`
	Volume    [16]byte `parquet:"volume,decimal(18:38)"`
	Notional  [16]byte `parquet:"notional,decimal(18:38)"`
	Trades    int64    `parquet:"trades"`
	OpenTime  int64    `parquet:"open_time,timestamp(nanosecond:utc)"`
	CloseTime int64    `parquet:"close_time,timestamp(nanosecond:utc)"`
}

// naive does what trades.Scan and bars.Builder do, the content hash and the
// Parquet file included, with the libraries one would reach for.
func naive(plain []byte, withBars bool) error {
	hash := sha256.New()
	in := csv.NewReader(io.TeeReader(bytes.NewReader(plain), hash))
	in.ReuseRecord = true
	header, err := in.Read()
	if err != nil {
		return err
	}
	if !slices.Equal(header, []string{"timestamp", "symbol", "price", "size", "exchange", "conditions"}) {
		return errors.New("unexpected header")
	}
	out := parquet.NewGenericWriter[naiveRow](io.Discard, parquet.Compression(&parquet.Snappy))
	current := map[string]*naiveBar{}
	known := map[string]bool{} // checking a symbol once is enough
	var last, minute time.Time
	for row := 1; ; row++ {
		fields, err := in.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		at, err := time.Parse(time.RFC3339Nano, fields[0])
		if err != nil || at.Before(last) {
			return fmt.Errorf("row %d: timestamp", row)
		}
		last = at
		symbol := fields[1]
		if !known[symbol] {
			if !symbolRule.MatchString(symbol) {
				return fmt.Errorf("row %d: symbol", row)
			}
			known[symbol] = true
		}
		price, err := decimal.NewFromString(fields[2])
		if err != nil || !price.IsPositive() || price.Exponent() < -9 {
			return fmt.Errorf("row %d: price", row)
		}
		size, err := decimal.NewFromString(fields[3])
		if err != nil || !size.IsPositive() || size.Exponent() < -9 {
			return fmt.Errorf("row %d: size", row)
		}
		if !utf8.ValidString(fields[4]) || !utf8.ValidString(fields[5]) {
			return fmt.Errorf("row %d: not UTF-8", row)
		}
		if !withBars {
			continue
		}
		if start := at.Truncate(time.Minute); !start.Equal(minute) {
			if err := writeMinute(out, minute, current); err != nil {
				return err
			}
			minute = start
		}
		bar := current[symbol]
		if bar == nil {
			bar = &naiveBar{open: price, high: price, low: price, first: at}
			current[symbol] = bar
		}
		if price.GreaterThan(bar.high) {
			bar.high = price
		}
		if price.LessThan(bar.low) {
			bar.low = price
		}
		bar.close, bar.last = price, at
		bar.volume = bar.volume.Add(size)
		bar.notional = bar.notional.Add(price.Mul(size))
		bar.trades++
	}
	hash.Sum(nil)
	if err := writeMinute(out, minute, current); err != nil {
		return err
	}
	return out.Close()
}

func writeMinute(out *parquet.GenericWriter[naiveRow], minute time.Time, current map[string]*naiveBar) error {
	names := make([]string, 0, len(current))
	for name := range current {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		bar := current[name]
		row := naiveRow{Minute: minute.UnixNano(), Symbol: name, Trades: bar.trades, OpenTime: bar.first.UnixNano(), CloseTime: bar.last.UnixNano()}
		for to, value := range map[*[16]byte]decimal.Decimal{
			&row.Open: bar.open.Shift(18), &row.High: bar.high.Shift(18), &row.Low: bar.low.Shift(18), &row.Close: bar.close.Shift(18),
			&row.Volume: bar.volume.Shift(18), &row.Notional: bar.notional.Shift(18),
			&row.VWAP: bar.notional.DivRound(bar.volume, 30).RoundBank(18).Shift(18),
		} {
			value.BigInt().FillBytes(to[:])
		}
		if _, err := out.Write([]naiveRow{row}); err != nil {
			return err
		}
	}
	clear(current)
	return nil
}
