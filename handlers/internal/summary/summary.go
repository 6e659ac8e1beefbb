// Package summary adds up trades: the statistics of a symbol over an interval.
package summary

import (
	"time"

	"market-data-pipeline/handlers/internal/decimal"
	"market-data-pipeline/handlers/internal/format"
	"market-data-pipeline/handlers/internal/trades"
)

// Time is nanoseconds since 1970-01-01T00:00:00Z.
type Time int64

// Date is the UTC date, the trading day of decision 0002, such as 2013-10-07.
func (t Time) Date() string { return time.Unix(0, int64(t)).UTC().Format(time.DateOnly) }

// Microseconds is the time in whole microseconds since 1970, rounded down.
func (t Time) Microseconds() int64 {
	us := int64(t) / 1000
	if int64(t)%1000 < 0 {
		us--
	}
	return us
}

// Stats is what the trades of one symbol over an interval come to. The zero
// value is the statistics of no trade.
type Stats struct {
	Open      decimal.Decimal
	OpenTime  Time
	High      decimal.Decimal
	Low       decimal.Decimal
	Close     decimal.Decimal
	CloseTime Time
	Volume    decimal.Decimal
	Notional  decimal.Notional
	Trades    int64
	// Uncounted are those of open, high, low and close that no trade counts for by its
	// conditions; they are then those of the trades that do not count.
	Uncounted format.Counts
}

// Add takes a trade that comes after those of s in the order of the feed. Of equal
// times the earlier in that order opens and the later closes. On decimal.ErrRange s
// is unchanged.
func (s *Stats) Add(t *trades.Trade) error {
	if t.Excluded == format.All {
		return nil
	}
	if t.Excluded != 0 {
		one := Stats{t.Price, Time(t.Time), t.Price, t.Price, t.Price, Time(t.Time), t.Size, t.Notional, 1, t.Excluded &^ format.Volume}
		if t.Excluded&format.Volume != 0 {
			one.Volume, one.Notional = decimal.Decimal{}, decimal.Notional{}
		}
		return s.Append(&one)
	}
	if s.Uncounted != 0 {
		return s.Append(&Stats{t.Price, Time(t.Time), t.Price, t.Price, t.Price, Time(t.Time), t.Size, t.Notional, 1, 0})
	}
	volume, err := s.Volume.Add(t.Size)
	if err != nil || !s.Notional.Include(&t.Notional) {
		return decimal.ErrRange
	}
	s.Volume = volume
	if s.Trades == 0 {
		s.Open, s.OpenTime = t.Price, Time(t.Time)
		s.High, s.Low = t.Price, t.Price
		s.CloseTime = Time(t.Time)
	}
	// Where conditions exclude trades from one of them, the high may be below the low.
	if s.High.Less(t.Price) {
		s.High = t.Price
	}
	if t.Price.Less(s.Low) {
		s.Low = t.Price
	}
	if Time(t.Time) < s.OpenTime {
		s.Open, s.OpenTime = t.Price, Time(t.Time)
	}
	if Time(t.Time) >= s.CloseTime {
		s.Close, s.CloseTime = t.Price, Time(t.Time)
	}
	s.Trades++
	return nil
}

// Append merges the statistics of trades that come after s's in the order of the
// feed. Of equal times the earlier in that order opens and the later closes, so
// that merging is associative. On decimal.ErrRange s is unchanged.
func (s *Stats) Append(later *Stats) error {
	if s.Trades == 0 {
		*s = *later
		return nil
	}
	if later.Trades == 0 {
		return nil
	}
	volume, err := s.Volume.Add(later.Volume)
	if err != nil {
		return err
	}
	notional, err := s.Notional.Add(later.Notional)
	if err != nil {
		return err
	}
	if s.prefers(later, format.Open, later.OpenTime < s.OpenTime) {
		s.Open, s.OpenTime = later.Open, later.OpenTime
	}
	if s.prefers(later, format.Close, later.CloseTime >= s.CloseTime) {
		s.Close, s.CloseTime = later.Close, later.CloseTime
	}
	if s.prefers(later, format.High, s.High.Less(later.High)) {
		s.High = later.High
	}
	if s.prefers(later, format.Low, later.Low.Less(s.Low)) {
		s.Low = later.Low
	}
	s.Uncounted &= later.Uncounted
	s.Volume, s.Notional = volume, notional
	s.Trades += later.Trades
	return nil
}

// prefers says whether a price of later goes before that of s: one that a trade counts
// for before one that none does, and of the same kind the better.
func (s *Stats) prefers(later *Stats, price format.Counts, better bool) bool {
	own, other := s.Uncounted&price == 0, later.Uncounted&price == 0
	if own != other {
		return other
	}
	return better
}

// VWAP is notional / volume rounded half to even at 18 digits; 0 of no trade.
func (s *Stats) VWAP() decimal.Decimal {
	vwap, err := s.Notional.Div(s.Volume)
	if err != nil { // the volume is zero
		return decimal.Decimal{}
	}
	return vwap
}
