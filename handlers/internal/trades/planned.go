package trades

import (
	"bytes"
	"math/bits"

	"market-data-pipeline/handlers/internal/decimal"
	"market-data-pipeline/handlers/internal/format"
)

// Usual rows of any format: the fields that mean something are read where they stand,
// in the forms that most files have; the rest is skipped eight bytes at a time.

// planned is what a usual row says.
type planned struct {
	time     int64
	id       int
	price    amount
	size     amount
	reason   int // 1 + the rule that leaves the row out; 0: none
	excluded format.Counts
	bytes    int // with the line end
}

// amount is a price or a size: short ones as their coefficient in billionths.
type amount struct {
	short uint64
	long  decimal.Decimal // where short is 0
}

func (n amount) value() decimal.Decimal {
	if n.short > 0 {
		return decimal.New(n.short)
	}
	return n.long
}

// plannedRows is usualRows for any format.
func (s *scanner) plannedRows(data []byte) (consumed int, err error) {
	window := data[:len(data)+padding]
	byTime, withinSymbol := s.format.Order == format.ByTime, s.format.Order == format.ByTimeWithinSymbol
	for consumed < len(data) && err == nil && !s.stopped {
		if s.lines.special && s.lines.starts[window[consumed]] {
			break
		}
		row, ok := s.plannedRow(window[consumed:])
		if !ok {
			plain, size := s.withoutQuotes(data[consumed:])
			if size == 0 {
				break
			}
			if row, ok = s.plannedRow(plain); !ok {
				break
			}
			row.bytes = size
		}
		if row.reason > 0 {
			s.result.Rows++
			s.countLeftOut(row.reason - 1)
			consumed += row.bytes
			s.line++
			continue
		}
		if byTime {
			if row.time < s.last {
				break
			}
			s.last = row.time
		} else if symbol := &s.symbols.known[row.id]; withinSymbol {
			if row.time < symbol.lastTime {
				break
			}
			symbol.lastTime = row.time
		}
		price, size := row.price.value(), row.size.value()
		var notional decimal.Notional
		if row.price.short > 0 && row.size.short > 0 {
			notional = decimal.Product(row.price.short, row.size.short)
		} else if notional, err = price.Mul(size); err != nil {
			err = nil
			break
		}
		consumed += row.bytes
		s.result.Rows++
		s.trade.Excluded = row.excluded
		err = s.accept(row.time, row.id, price, size, notional)
		s.line++
	}
	return consumed, err
}

// plannedRow parses the row that text begins with, if it is a usual one.
func (s *scanner) plannedRow(text []byte) (row planned, ok bool) {
	delimiter := s.format.Delimiter
	at, length, unread := 0, 0, false
	var date []byte
	s.fast.nextTime = 0
	row.reason = len(s.format.LeaveOut) + 1
	for i := range s.fast.plan {
		p := &s.fast.plan[i]
		if p.skip > 0 {
			if length = s.skip(text[at:], p.skip); length == 0 {
				return row, false
			}
			at += length
		}
		if s.format.Trim {
			at += blanks(text[at:])
		}
		field := text[at:]
		whole := p.rules != nil || p.counted || p.date || p.time > 0 && len(s.format.Timestamp.Columns) > 1 || p.symbol > 0 && len(s.format.Symbol.Parts) > 1
		if whole {
			if length = s.skipQuoted(field, 0); length > 0 {
				field = field[1 : length-1]
			} else if length = s.fieldEnd(field); length >= 0 {
				field = field[:length]
			} else {
				return row, false
			}
			if s.format.Trim && length == len(field) {
				field = bytes.TrimRight(field, " \t")
			}
			for _, rule := range p.rules {
				r := &s.format.LeaveOut[rule]
				if rule < row.reason-1 && r.Values[string(field)] != r.Not {
					row.reason = rule + 1
				}
			}
			if p.counted && length > 0 {
				if row.excluded, ok = s.usualConditions(field); !ok {
					return row, false
				}
			}
			if p.date {
				date = field
			}
			if p.symbol > 0 {
				s.fast.parts[p.symbol-1] = field
			}
		}
		if row.reason <= len(s.format.LeaveOut) && !whole { // it will not be read
			if length = s.fieldEnd(field); length < 0 {
				return row, false
			}
		} else if row.reason > len(s.format.LeaveOut) {
			switch {
			case p.time > 0:
				row.time, length, ok = s.plannedTime(p.time, text[at:], date)
			case p.price:
				row.price, length, ok = s.plannedNumber(text[at:], &s.format.Price, s.options.AllowNonPositivePrice)
			case p.size:
				row.size, length, ok = s.plannedNumber(text[at:], &s.format.Size, false)
			case p.symbol > 0 && !whole:
				if row.id, length = s.usualSymbol(text[at:], delimiter); length == 0 {
					if length = s.fieldEnd(text[at:]); length < 0 {
						return row, false
					}
					row.id = s.symbols.look(text[at : at+length])
				}
				ok = row.id >= 0
			default:
				ok = true
			}
			if !ok { // what cannot be read may be left out by a field behind it
				if length = s.fieldEnd(text[at:]); length < 0 || len(s.format.LeaveOut) == 0 {
					return row, false
				}
				unread = true
			}
		}
		at += length
		if s.format.Trim {
			at += blanks(text[at:])
		}
		if !p.last {
			if text[at] != delimiter {
				return row, false
			}
			at++
		}
	}
	if row.reason > len(s.format.LeaveOut) {
		if unread {
			return row, false
		}
		row.reason = 0
		if s.fast.constant || len(s.format.Symbol.Parts) > 1 {
			if row.id = s.plannedSymbol(); row.id < 0 {
				return row, false
			}
		}
	}
	if s.fast.rest > 0 || s.columns.more && text[at] == delimiter {
		delimiters, length := s.restOfLine(text[at:])
		if length < 0 {
			return row, false
		}
		at += length
		if delimiters != s.fast.rest-1 && !(s.columns.more && delimiters >= s.fast.rest) && !s.endsDelimited(text[:at], delimiters) {
			return row, false
		}
	} else if s.format.TrailingDelimiter && text[at] == delimiter {
		at++
	}
	if text[at] == '\r' {
		at++
	}
	row.bytes = at + 1
	return row, text[at] == '\n' && row.bytes <= MaxRecordBytes
}

// endsDelimited says whether there is one delimiter more, at the end, where it may be.
func (s *scanner) endsDelimited(row []byte, delimiters int) bool {
	return s.format.TrailingDelimiter && delimiters == s.fast.rest && row[len(row)-1] == s.format.Delimiter
}

// plannedTime reads a timestamp, or remembers a part of it.
func (s *scanner) plannedTime(part int, text, date []byte) (time int64, length int, ok bool) {
	columns := len(s.format.Timestamp.Columns)
	if columns == 1 {
		return s.oneTime(text, date)
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
	time, _, ok = s.oneTime(joined[:len(joined)+padding], date)
	return time, length, ok
}

// oneTime reads the timestamp in front of a delimiter or line end.
func (s *scanner) oneTime(text, date []byte) (time int64, length int, ok bool) {
	if s.fast.epoch && isDigit(text[0]) {
		if time, length, ok = s.usualEpoch(text); ok {
			return time, length, true
		}
	}
	switch {
	case s.fast.rfc3339 && isDigit(text[0]):
		if time, length = s.usualTime(text, s.format.Delimiter); length > 0 {
			return time, length - 1, true
		}
	case s.fast.shaped:
		if time, length, ok = s.shapedTime(text); ok {
			return time, length, true
		}
	}
	if length = s.fieldEnd(text); length < 0 {
		return 0, 0, false
	}
	time, fault := s.clock.read(text[:length], date)
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

// plannedNumber reads a price or a size, with its sign judged.
func (s *scanner) plannedNumber(text []byte, n *format.Number, anySign bool) (value amount, length int, ok bool) {
	point := byte('.')
	if n.Comma {
		point = ','
	}
	if n.Scale == nil {
		if value.short, length = usualNumber(text, point); value.short > 0 && s.isEnd(text[length]) {
			return value, length, true
		}
	} else if value.short, length = usualScaled(text, n); value.short > 0 && s.isEnd(text[length]) {
		return value, length, true
	} else if n.ScaleIntegers {
		value.short, length = usualNumber(text, point)
		if value.short > 0 && s.isEnd(text[length]) && bytes.IndexByte(text[:length], point) >= 0 {
			return value, length, true
		}
	}
	if length = s.fieldEnd(text); length < 0 {
		return value, 0, false
	}
	field := text[:length]
	if s.format.Trim {
		field = bytes.TrimRight(field, " \t")
	}
	var fault Reason
	value.short = 0
	value.long, fault = readNumber(field, n)
	return value, length, fault == "" && (value.long.Sign() > 0 || anySign)
}

// usualScaled reads a whole number of units of a power of ten, such as 1e-9.
func usualScaled(text []byte, n *format.Number) (coefficient uint64, length int) {
	if n.Scale.Factor != 1 || n.Scale.Digits < 0 || n.Scale.Digits > 9 {
		return 0, 0
	}
	x := word(text) ^ '0'*ones
	length = countDigits(x)
	coefficient = digitsValue(x, length)
	if length == 8 {
		x = word(text[8:]) ^ '0'*ones
		more := countDigits(x)
		if more == 8 {
			return 0, 0
		}
		if more > 0 {
			coefficient = coefficient*tens[more] + digitsValue(x, more)
			length += more
		}
	}
	if length == 0 || text[length] == '.' || text[length] == ',' || length+9-n.Scale.Digits > 17 {
		return 0, 0
	}
	return coefficient * powers[n.Scale.Digits], length
}

// plannedSymbol is the number of a symbol of several parts or of none, or -1.
func (s *scanner) plannedSymbol() int {
	s.name = s.name[:0]
	for i := range s.format.Symbol.Parts {
		part := &s.format.Symbol.Parts[i]
		value := s.constants[i]
		if s.columns.symbol[i] >= 0 {
			value = string(s.fast.parts[i])
		}
		if value != "" {
			s.name = append(append(append(s.name, part.Prefix...), value...), part.Suffix...)
		}
	}
	return s.symbols.look(s.name)
}

// maxConditions is how many values of conditions are remembered.
const maxConditions = 1 << 12

func (s *scanner) usualConditions(value []byte) (format.Counts, bool) {
	if counts, known := s.fast.counts[string(value)]; known {
		return counts, true
	}
	counts, fault := s.excluded(value)
	if fault != "" {
		return 0, false
	}
	if len(s.fast.counts) < maxConditions {
		s.fast.counts[string(value)] = counts
	}
	return counts, true
}

// notUsual marks the bytes of w that end what is usual: those that are no printable
// ASCII, and quotes; marks behind the first may be wrong.
func (s *scanner) notUsual(w uint64) uint64 {
	marks := (w-0x20*ones)&^w | equalBytes(w, 0x7f) | w
	if s.format.Quote != 0 {
		marks |= equalBytes(w, s.format.Quote)
	}
	return marks & highBits
}

// exactly marks the bytes of w that are c.
func exactly(w uint64, c byte) uint64 {
	x := w ^ uint64(c)*ones
	return ^((x&^highBits + ^uint64(highBits)) | x | ^uint64(highBits))
}

// fieldEnd is the length of the field that text begins with, or -1 if it is no usual
// one.
func (s *scanner) fieldEnd(text []byte) int {
	for at := 0; ; at += 8 {
		w := word(text[at:])
		delimiters := exactly(w, s.format.Delimiter)
		end := s.notUsual(w) | delimiters
		if end == 0 {
			continue
		}
		at += bits.TrailingZeros64(end) / 8
		if s.isEnd(text[at]) {
			return at
		}
		return -1
	}
}

// skip is how long so many fields are with the delimiters behind them, or 0.
func (s *scanner) skip(text []byte, fields int) int {
	for at := 0; ; {
		w := word(text[at:])
		found := exactly(w, s.format.Delimiter)
		end := s.notUsual(w) &^ found
		found &= end&-end - 1
		if count := bits.OnesCount64(found); count < fields {
			fields -= count
		} else {
			for range fields - 1 {
				found &= found - 1
			}
			return at + bits.TrailingZeros64(found)/8 + 1
		}
		if end == 0 {
			at += 8
			continue
		}
		at += bits.TrailingZeros64(end) / 8
		length := s.skipQuoted(text, at)
		if length == 0 {
			return 0
		}
		at += length
	}
}

// restOfLine is what is left of a row: its delimiters and its length, or -1.
func (s *scanner) restOfLine(text []byte) (delimiters, length int) {
	for {
		w := word(text[length:])
		found := exactly(w, s.format.Delimiter)
		end := s.notUsual(w) &^ found
		delimiters += bits.OnesCount64(found & (end&-end - 1))
		length += bits.TrailingZeros64(end) / 8
		if end == 0 {
			continue
		}
		if c := text[length]; c == '\n' || c == '\r' {
			return delimiters, length
		}
		quoted := s.skipQuoted(text, length)
		if quoted == 0 {
			return 0, -1
		}
		length += quoted
	}
}

// skipQuoted is the length of a quoted field of printable ASCII at a place, or 0.
func (s *scanner) skipQuoted(text []byte, at int) int {
	quote := s.format.Quote
	if quote == 0 || text[at] != quote || at > 0 && text[at-1] != s.format.Delimiter {
		return 0
	}
	for end := at + 1; end < len(text); end++ {
		switch c := text[end]; {
		case c == quote:
			if s.isEnd(text[end+1]) {
				return end + 1 - at
			}
			return 0
		case c < ' ' || c > '~':
			return 0
		}
	}
	return 0
}
