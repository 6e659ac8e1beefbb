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
	window, row := data[:len(data)+padding], &s.fast.row
	byTime, withinSymbol := s.format.Order == format.ByTime, s.format.Order == format.ByTimeWithinSymbol
	for consumed < len(data) && err == nil && !s.stopped {
		if s.lines.special && s.lines.starts[window[consumed]] {
			break
		}
		if !s.plannedRow(window[consumed:], row) {
			plain, size := s.withoutQuotes(data[consumed:])
			if size == 0 || !s.plannedRow(plain, row) {
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
func (s *scanner) plannedRow(text []byte, row *planned) bool {
	delimiter, trim := s.format.Delimiter, s.format.Trim
	at, length, unread, ok := 0, 0, false, false
	kept := len(s.format.LeaveOut) + 1
	s.fast.nextTime = 0
	row.reason, row.excluded = kept, 0
	for i := range s.fast.plan {
		p := &s.fast.plan[i]
		if p.skip > 0 {
			if length = s.skip(text[at:], p.skip); length == 0 {
				return false
			}
			at += length
		}
		if trim {
			at += blanks(text[at:])
		}
		length = 0
		if p.whole {
			if length, ok = s.wholeField(p, text[at:], row); !ok {
				return false
			}
		}
		if row.reason == kept {
			switch p.kind {
			case readsTime:
				row.time, length, ok = s.plannedTime(p.time, text[at:])
			case readsPrice:
				length, ok = s.plannedNumber(text[at:], &s.format.Price, s.options.AllowNonPositivePrice, &row.price)
			case readsSize:
				length, ok = s.plannedNumber(text[at:], &s.format.Size, false, &row.size)
			case readsSymbol:
				end := delimiter
				if p.last { // and hardly ever quoted, as one that holds a delimiter has to be
					end = '\n'
				}
				row.id, length = s.usualSymbol(text[at:], end)
				if length == 0 || p.last && bytes.IndexByte(text[at:at+length], delimiter) >= 0 {
					if length = s.fieldEnd(text[at:]); length < 0 {
						return false
					}
					row.id = s.symbols.look(text[at : at+length])
				}
				ok = row.id >= 0
			}
			if !ok { // what cannot be read may be left out by a field behind it
				if length = s.fieldEnd(text[at:]); length < 0 || kept == 1 {
					return false
				}
				unread = true
			}
		} else if !p.whole { // it will not be read
			if length = s.fieldEnd(text[at:]); length < 0 {
				return false
			}
		}
		at += length
		if trim {
			at += blanks(text[at:])
		}
		if !p.last {
			if text[at] != delimiter {
				return false
			}
			at++
		}
	}
	if row.reason != kept {
		return s.endOfRow(text, at, row)
	}
	row.reason = 0
	if s.fast.joined {
		row.id = s.plannedSymbol()
		unread = unread || row.id < 0
	}
	return !unread && s.endOfRow(text, at, row)
}

// endOfRow checks what is behind the last place of a row.
func (s *scanner) endOfRow(text []byte, at int, row *planned) bool {
	if s.fast.rest > 0 || s.columns.more && text[at] == s.format.Delimiter {
		delimiters, length := s.restOfLine(text[at:])
		if length < 0 {
			return false
		}
		at += length
		if delimiters != s.fast.rest-1 && !(s.columns.more && delimiters >= s.fast.rest) && !s.endsDelimited(text[:at], delimiters) {
			return false
		}
	} else if s.format.TrailingDelimiter && text[at] == s.format.Delimiter {
		at++
	}
	if text[at] == '\r' {
		at++
	}
	row.bytes = at + 1
	return text[at] == '\n' && row.bytes <= MaxRecordBytes
}

// wholeField takes a field of which the text counts: for the rules that leave rows
// out, the conditions, and what is joined.
func (s *scanner) wholeField(p *place, text []byte, row *planned) (length int, ok bool) {
	field := text
	if length = s.skipQuoted(text, 0); length > 0 {
		field = text[1 : length-1]
	} else if length = s.fieldEnd(text); length >= 0 {
		if field = text[:length]; s.format.Trim {
			field = bytes.TrimRight(field, " \t")
		}
	} else {
		return 0, false
	}
	for _, rule := range p.rules {
		if rule < row.reason-1 && s.fast.judged[rule].of(&s.format.LeaveOut[rule], field) {
			row.reason = rule + 1
		}
	}
	if p.counted && len(field) > 0 {
		if row.excluded, ok = s.usualConditions(field); !ok {
			return 0, false
		}
	}
	if p.date {
		s.fast.date = field
	}
	if p.symbol > 0 {
		s.fast.parts[p.symbol-1] = field
	}
	return length, true
}

// endsDelimited says whether there is one delimiter more, at the end, where it may be.
func (s *scanner) endsDelimited(row []byte, delimiters int) bool {
	return s.format.TrailingDelimiter && delimiters == s.fast.rest && row[len(row)-1] == s.format.Delimiter
}

// plannedNumber reads a price or a size, with its sign judged.
func (s *scanner) plannedNumber(text []byte, n *format.Number, anySign bool, to *amount) (length int, ok bool) {
	point := byte('.')
	if n.Comma {
		point = ','
	}
	if n.Scale == nil {
		if to.short, length = usualNumber(text, point); to.short > 0 && s.isEnd(text[length]) {
			return length, true
		}
	} else if to.short, length = usualScaled(text, n); to.short > 0 && s.isEnd(text[length]) {
		return length, true
	} else if n.ScaleIntegers {
		to.short, length = usualNumber(text, point)
		if to.short > 0 && s.isEnd(text[length]) && bytes.IndexByte(text[:length], point) >= 0 {
			return length, true
		}
	}
	if length = s.fieldEnd(text); length < 0 {
		return 0, false
	}
	field := text[:length]
	if s.format.Trim {
		field = bytes.TrimRight(field, " \t")
	}
	var fault Reason
	to.short = 0
	to.long, fault = readNumber(field, n)
	return length, fault == "" && (to.long.Sign() > 0 || anySign)
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
	if s.fast.oneSymbol && len(s.symbols.known) > 0 {
		return 0
	}
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
