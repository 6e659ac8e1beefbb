// Package tradingday tells on which trading day a trade was: the days of a market
// begin at a time of day in its own zone.
package tradingday

import (
	"fmt"
	"time"
	_ "time/tzdata" // zones are the same wherever this runs
)

// Declared is a trading day as a feed declares it. The zero value is the UTC date.
type Declared struct {
	Zone   string `json:"zone,omitempty" dynamodbav:"zone,omitempty"`     // IANA; empty: UTC
	Begins string `json:"begins,omitempty" dynamodbav:"begins,omitempty"` // HH:MM; empty: 00:00
}

// Days tells trading days. It remembers the last, and is not safe for concurrent use.
type Days struct {
	zone         *time.Location
	hour, minute int
	// ahead is 1 where a day that begins in the evening is named for the next date.
	ahead int

	from, to int64 // the last day that was told, in nanoseconds; to is behind it
	date     string
}

// New checks what is declared.
func New(d Declared) (*Days, error) {
	days := &Days{zone: time.UTC}
	if d.Zone != "" {
		zone, err := time.LoadLocation(d.Zone)
		if err != nil || d.Zone == "Local" {
			return nil, fmt.Errorf("day.zone: %q: is no zone of the IANA time zone database, such as America/New_York", d.Zone)
		}
		days.zone = zone
	}
	if d.Begins != "" {
		at, err := time.Parse("15:04", d.Begins)
		if err != nil || len(d.Begins) != len("15:04") {
			return nil, fmt.Errorf("day.begins: %q: must be a time of day such as 18:00", d.Begins)
		}
		if days.hour, days.minute = at.Hour(), at.Minute(); days.hour >= 12 {
			days.ahead = 1
		}
	}
	return days, nil
}

// Date is the trading day of a time in nanoseconds since 1970, such as 2013-10-07.
// Later times never have earlier days: a day begins once, whatever the clocks do.
func (d *Days) Date(ns int64) string {
	if ns >= d.from && ns < d.to {
		return d.date
	}
	year, month, day := time.Unix(0, ns).In(d.zone).Date()
	for d.begins(year, month, day) > ns {
		day--
	}
	for d.begins(year, month, day+1) <= ns {
		day++
	}
	d.from, d.to = d.begins(year, month, day), d.begins(year, month, day+1)
	d.date = time.Date(year, month, day+d.ahead, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
	return d.date
}

// begins is when the clocks of a date first show the time of day, or, where they skip
// it, when they do so.
func (d *Days) begins(year int, month time.Month, day int) int64 {
	at := time.Date(year, month, day, d.hour, d.minute, 0, 0, d.zone)
	since, until := at.ZoneBounds()
	if at.Hour() != d.hour || at.Minute() != d.minute { // skipped: at is just before or behind
		if !until.IsZero() && until.Sub(at) < 3*time.Hour {
			return until.UnixNano()
		}
		return since.UnixNano()
	}
	if !since.IsZero() { // shown a second time, perhaps
		_, offset := at.Zone()
		_, before := since.Add(-1).Zone()
		if first := at.Add(time.Duration(offset-before) * time.Second); first.Before(since) && before > offset {
			return first.UnixNano()
		}
	}
	return at.UnixNano()
}
