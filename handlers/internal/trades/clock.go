package trades

import (
	"bytes"
	"math/bits"
	"strings"
	"time"

	"market-data-pipeline/handlers/internal/format"
)

// clock reads timestamps as a format declares them.
type clock struct {
	*format.Timestamp
	date    int64 // that the file's name says, as its first second without a zone
	zones   map[string]*time.Location
	stretch stretch
}

// stretch is a piece of local time in which a zone has one offset, and which no
// other piece overlaps: a few hours around a value, in which the next ones lie.
type stretch struct {
	zone     *time.Location
	from, to int64 // local seconds; to is the first behind it
	offset   int64
}

// maxZones is how many zones the values of a file may name.
const maxZones = 100

// read is the time that a value means; date is the value of the date's column.
func (c *clock) read(value, date []byte) (int64, Reason) {
	if c.SinceMidnight != 0 {
		return c.sinceMidnight(value, date)
	}
	if c.Epoch != nil && isNumber(value) {
		return c.epoch(value)
	}
	fault := TimestampForm
	if c.RFC3339 != "" {
		at, wrong := parseTime(value, c.RFC3339 == "any")
		if wrong == "" || wrong != TimestampSyntax && c.Layouts == nil {
			return at, wrong
		}
		if c.Layouts == nil && c.Epoch == nil {
			fault = TimestampSyntax
		}
	}
	for i := range c.Layouts {
		var f format.Fields
		if !c.Layouts[i].Match(value, &f) {
			continue
		}
		return c.written(&f, date)
	}
	return 0, fault
}

// written is the time of what a layout found.
func (c *clock) written(f *format.Fields, date []byte) (int64, Reason) {
	if c.Date != nil {
		day, fault := c.day(date)
		if fault != "" {
			return 0, fault
		}
		seconds, fault := civil(1970, 1, 1, f.Hour, f.Minute, f.Second)
		if fault != "" {
			return 0, fault
		}
		return c.zoned(day+seconds, int64(f.Nanosecond), f)
	}
	seconds, fault := civil(f.Year, f.Month, f.Day, f.Hour, f.Minute, f.Second)
	if fault != "" {
		return 0, fault
	}
	return c.zoned(seconds, int64(f.Nanosecond), f)
}

// day is the first second of the date, without a zone.
func (c *clock) day(value []byte) (int64, Reason) {
	if c.Date.Column < 0 {
		return c.date, ""
	}
	var f format.Fields
	if !c.Date.Layout.Match(value, &f) {
		return 0, TimestampForm
	}
	return civil(f.Year, f.Month, f.Day, 0, 0, 0)
}

func (c *clock) zoned(local, nanoseconds int64, f *format.Fields) (int64, Reason) {
	if f.HasOffset {
		return instant(local-int64(f.Offset), nanoseconds)
	}
	zone := c.Zone
	if f.Zone != "" {
		if zone = c.zone(f.Zone); zone == nil {
			return 0, TimestampZone
		}
	}
	seconds, fault := c.inZone(zone, local)
	if fault != "" {
		return 0, fault
	}
	return instant(seconds, nanoseconds)
}

func (c *clock) zone(name string) *time.Location {
	zone, known := c.zones[name]
	if !known && len(c.zones) < maxZones {
		if c.zones == nil {
			c.zones = map[string]*time.Location{}
		}
		if loaded, err := time.LoadLocation(name); err == nil && name != "Local" {
			zone = loaded
		}
		c.zones[strings.Clone(name)] = zone
	}
	return zone
}

// inZone is the second since 1970 at which the clocks of a zone show a local one.
func (c *clock) inZone(zone *time.Location, local int64) (int64, Reason) {
	if s := &c.stretch; s.zone == zone && local >= s.from && local < s.to {
		return local - s.offset, ""
	}
	if local < firstSecond-2*daySeconds || local > lastSecond+2*daySeconds {
		return 0, TimestampRange
	}
	const reach = 30 * 60 * 60 // farther than any offset
	type piece struct{ begin, end, offset int64 }
	var pieces []piece
	for at := local - reach; at <= local+reach; {
		t := time.Unix(at, 0).In(zone)
		_, offset := t.Zone()
		begin, end := t.ZoneBounds()
		p := piece{local - 10*reach, local + 10*reach, int64(offset)}
		if !begin.IsZero() && begin.Unix() > p.begin {
			p.begin = begin.Unix()
		}
		if !end.IsZero() && end.Unix() < p.end {
			p.end = end.Unix()
		}
		pieces = append(pieces, p)
		at = p.end
	}
	var fits []int
	for i, p := range pieces {
		if at := local - p.offset; at >= p.begin && at < p.end {
			fits = append(fits, i)
		}
	}
	switch len(fits) {
	case 1:
		p := pieces[fits[0]]
		// No farther than where a change beyond reach could overlap.
		s := stretch{zone, max(p.begin+p.offset, local-4*3600), min(p.end+p.offset, local+4*3600), p.offset}
		for i, other := range pieces {
			if i < fits[0] {
				s.from = max(s.from, other.end+other.offset)
			} else if i > fits[0] {
				s.to = min(s.to, other.begin+other.offset)
			}
		}
		c.stretch = s
		return local - p.offset, ""
	case 0:
		for i := 1; i < len(pieces); i++ {
			before, after := pieces[i-1], pieces[i]
			if local-before.offset < before.end || local-after.offset >= after.begin {
				continue
			}
			switch c.SkippedTimes {
			case "offset-before":
				return local - before.offset, ""
			case "offset-after":
				return local - after.offset, ""
			}
		}
		return 0, TimestampSkipped
	}
	switch c.RepeatedTimes {
	case "first":
		return local - pieces[fits[0]].offset, ""
	case "second":
		return local - pieces[fits[len(fits)-1]].offset, ""
	}
	return 0, TimestampRepeated
}

// isNumber says whether a value has the form of a number: digits, perhaps behind
// a minus, perhaps with a point among them.
func isNumber(value []byte) bool {
	value = bytes.TrimPrefix(value, []byte("-"))
	integer, fraction, pointed := bytes.Cut(value, []byte("."))
	return len(integer) > 0 && (!pointed || len(fraction) > 0) && digitsOnly(integer) && digitsOnly(fraction)
}

func digitsOnly(text []byte) bool {
	for _, c := range text {
		if !isDigit(c) {
			return false
		}
	}
	return true
}

// epoch reads a number of units since 1970.
func (c *clock) epoch(value []byte) (int64, Reason) {
	digits := bytes.TrimPrefix(value, []byte("-"))
	integer, _, _ := bytes.Cut(digits, []byte("."))
	unit := c.Epoch[0]
	if len(c.Epoch) > 1 {
		if unit = unitOf(len(integer)); !contains(c.Epoch, unit) {
			return 0, TimestampUnit
		}
	}
	seconds, nanoseconds, fault := units(digits, unit)
	if fault != "" {
		return 0, fault
	}
	if len(digits) < len(value) {
		seconds, nanoseconds = -seconds, -nanoseconds
	}
	return instant(seconds, nanoseconds)
}

func contains(units []format.Unit, unit format.Unit) bool {
	for _, u := range units {
		if u == unit {
			return true
		}
	}
	return false
}

// unitOf is the unit in which a time of this age has so many digits.
func unitOf(digits int) format.Unit {
	switch {
	case digits <= 10:
		return format.Seconds
	case digits <= 13:
		return format.Milliseconds
	case digits <= 16:
		return format.Microseconds
	}
	return format.Nanoseconds
}

// units reads digits[.digits] of a unit as seconds and nanoseconds.
func units(text []byte, unit format.Unit) (seconds, nanoseconds int64, fault Reason) {
	integer, fraction, _ := bytes.Cut(text, []byte("."))
	integer = bytes.TrimLeft(integer, "0")
	if len(integer) > 19 {
		return 0, 0, TimestampRange
	}
	n := uint64(0)
	for _, c := range integer {
		n = 10*n + uint64(c-'0') // below 10^19
	}
	hi, lo := bits.Mul64(n, uint64(unit))
	if hi >= second {
		return 0, 0, TimestampRange
	}
	whole, rest := bits.Div64(hi, lo, second)
	if whole > 1<<40 {
		return 0, 0, TimestampRange
	}
	step := int64(unit)
	nanoseconds = int64(rest)
	for _, c := range bytes.TrimRight(fraction, "0") {
		if step%10 != 0 {
			return 0, 0, TimestampPrecision
		}
		step /= 10
		nanoseconds += step * int64(c-'0')
	}
	return int64(whole), nanoseconds, ""
}

func (c *clock) sinceMidnight(value, date []byte) (int64, Reason) {
	if !isNumber(value) || value[0] == '-' {
		return 0, TimestampForm
	}
	seconds, nanoseconds, fault := units(value, c.SinceMidnight)
	if fault == "" && seconds >= daySeconds {
		fault = TimestampDate
	}
	if fault != "" {
		return 0, fault
	}
	day, fault := c.day(date)
	if fault != "" {
		return 0, fault
	}
	return c.zoned(day+seconds, nanoseconds, &format.Fields{})
}
