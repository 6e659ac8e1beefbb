package trades

import (
	"bytes"

	"market-data-pipeline/handlers/internal/format"
)

// plannedTime reads a timestamp, or remembers a part of it.
func (s *scanner) plannedTime(part int, text []byte) (time int64, length int, ok bool) {
	columns := len(s.format.Timestamp.Columns)
	if columns == 1 {
		return s.oneTime(text)
	}
	if length = s.fieldEnd(text); length < 0 {
		return 0, 0, false
	}
	if part != s.fast.nextTime+1 { // in another order than they are joined
		return 0, 0, false
	}
	if part == 1 {
		s.joined = s.joined[:0]
	} else {
		s.joined = append(s.joined, ' ')
	}
	s.joined = append(s.joined, text[:length]...)
	if s.fast.nextTime = part % columns; part < columns {
		return 0, length, true
	}
	if len(s.joined) > MaxValueBytes {
		return 0, 0, false
	}
	joined := append(append(s.fast.padded[:0], s.joined...), s.format.Delimiter)
	time, _, ok = s.oneTime(joined[:len(joined)+padding])
	return time, length, ok
}

// oneTime reads the timestamp in front of a delimiter or line end.
func (s *scanner) oneTime(text []byte) (time int64, length int, ok bool) {
	if s.fast.epoch && isDigit(text[0]) {
		if time, length, ok = s.usualEpoch(text); ok {
			return time, length, true
		}
	}
	if s.fast.rfc3339 && isDigit(text[0]) && text[10]|0x20 == 't' {
		if time, length = s.usualInstant(text); length > 0 && s.isEnd(text[length]) {
			return time, length, true
		}
	}
	if s.fast.shaped {
		if time, length, ok = s.shapedTime(text); ok {
			return time, length, true
		}
	}
	if length = s.fieldEnd(text); length < 0 {
		return 0, 0, false
	}
	time, fault := s.clock.read(text[:length], s.fast.date)
	if fault == "" && s.fast.shaped {
		s.remember(text[:length], time)
	}
	return time, length, fault == ""
}

// usualEpoch reads a number of units since 1970 of at most 19 digits.
func (s *scanner) usualEpoch(text []byte) (time int64, length int, ok bool) {
	x := word(text) ^ '0'*ones
	length = countDigits(x)
	n := digitsValue(x, length)
	for length == 8 || length == 16 {
		x = word(text[length:]) ^ '0'*ones
		more := countDigits(x)
		if more == 0 {
			break
		}
		if length == 16 && more > 3 {
			return 0, 0, false
		}
		n = n*tens[more] + digitsValue(x, more)
		length += more
	}
	unit := unitOf(length)
	if !contains(s.clock.Epoch, unit) || n > uint64(lastSecond)*second/uint64(unit) || n > 1<<63/uint64(unit) {
		return 0, 0, false
	}
	time = int64(n) * int64(unit)
	if text[length] == '.' && unit == format.Seconds {
		fraction, digits := usualFraction(text[length+1:])
		time += int64(fraction)
		length += 1 + digits
		if digits == 0 {
			return 0, 0, false
		}
	}
	return time, length, s.isEnd(text[length])
}

var tens = [9]uint64{1, 10, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8}

// isEnd says whether a field ends in front of a byte.
func (s *scanner) isEnd(c byte) bool { return c == s.format.Delimiter || c == '\n' || c == '\r' }

// shapedMinute is what the timestamps before have in common with this one, mostly:
// all but the seconds.
type shapedMinute struct {
	before [40]byte // the seconds
	behind [40]byte // the fraction
	rest   int      // bytes of behind; -1: nothing is remembered
	minute int64    // the first nanosecond
}

// shapedTime reads a timestamp of the minute that is remembered.
func (s *scanner) shapedTime(text []byte) (time int64, length int, ok bool) {
	shape, m := &s.fast.shape, &s.fast.minute
	at := shape.Seconds
	if m.rest < 0 || len(text) < at+padding || !bytes.Equal(text[:at], m.before[:at]) {
		return 0, 0, false
	}
	high, low := text[at]-'0', text[at+1]-'0'
	if high > 5 || low > 9 {
		return 0, 0, false
	}
	time = m.minute + int64(high*10+low)*second
	at += 2
	if shape.Digits >= 0 {
		pointed := shape.Point == 0 || text[at] == shape.Point || shape.Optional && text[at] == ',' && s.format.Delimiter != ','
		if pointed {
			if shape.Point != 0 {
				at++
			}
			fraction, digits := usualFraction(text[at:])
			if digits == 0 || shape.Digits > 0 && digits != shape.Digits {
				return 0, 0, false
			}
			time += int64(fraction)
			at += digits
		} else if !shape.Optional {
			return 0, 0, false
		}
	}
	if m.rest > 0 {
		if len(text) < at+m.rest || !bytes.Equal(text[at:at+m.rest], m.behind[:m.rest]) {
			return 0, 0, false
		}
		at += m.rest
	}
	return time, at, s.isEnd(text[at])
}

// remember takes a timestamp that was read otherwise as the pattern of the next.
func (s *scanner) remember(value []byte, time int64) {
	shape, m := &s.fast.shape, &s.fast.minute
	m.rest = -1
	var fields format.Fields
	at := shape.Seconds
	if at > len(m.before) || len(value) < at+2 || time < 0 || !s.clock.Layouts[0].Match(value, &fields) {
		return
	}
	copy(m.before[:], value[:at])
	m.minute = time - int64(fields.Second)*second - int64(fields.Nanosecond)
	if m.minute%minuteNanoseconds != 0 {
		return // a zone of long ago, whose offset has seconds
	}
	rest := value[at+2:]
	if shape.Digits >= 0 {
		if shape.Point != 0 && len(rest) > 0 && (rest[0] == shape.Point || shape.Optional && rest[0] == ',') {
			rest = rest[1:]
		}
		for len(rest) > 0 && isDigit(rest[0]) {
			rest = rest[1:]
		}
	}
	if len(rest) <= len(m.behind) {
		m.rest = copy(m.behind[:], rest)
	}
}
