package trades

import (
	"bytes"

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
