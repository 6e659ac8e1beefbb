package trades

import (
	"bytes"
	"math/bits"
	"slices"

	"market-data-pipeline/handlers/internal/decimal"
	"market-data-pipeline/handlers/internal/format"
)

// The usual row is parsed here, eight bytes at a time: fields that need no quotes, in
// printable ASCII, a known symbol and numbers that are positive. Any other row, and
// every faulty one, is left untouched for split and row, which alone say what is
// right; a test holds the two to each other.

// fast is how the rows of a file are read that are usual.
type fast struct {
	ready     bool
	off       bool // for tests of the rest
	canonical bool // the columns of the project's own format, in its order
	plan      []place
	rest      int // fields behind the last place
	epoch     bool
	rfc3339   bool
	joined    bool // the symbol is not that of one column
	oneSymbol bool // it is the same in all rows
	shape     format.Shape
	shaped    bool
	minute    shapedMinute
	nextTime  int      // the part of the timestamp that comes next
	padded    []byte   // for a timestamp of several parts, with room behind it
	parts     [][]byte // of the symbol
	date      []byte   // the value of its column
	row       planned
	counts    map[string]format.Counts // of conditions that came before: what they exclude
	judged    []judgement              // by the rules that leave rows out
}

// judgement is what a rule said of the value before, which is mostly that of the next
// row too.
type judgement struct {
	value  [16]byte
	length int
	fits   bool
}

// of says whether the rule leaves out rows of the value.
func (j *judgement) of(rule *format.Rule, value []byte) bool {
	if j.length == len(value) && string(j.value[:j.length]) == string(value) {
		return j.fits
	}
	fits := rule.Values[string(value)] != rule.Not
	if len(value) <= len(j.value) {
		j.length, j.fits = copy(j.value[:], value), fits
	}
	return fits
}

// place is a field that is read.
type place struct {
	kind    reads
	skip    int  // fields in front of it that are not
	last    bool // of the row
	time    int  // 1 + which part of the timestamp; 0: none
	whole   bool // its text counts, for one of these:
	rules   []int
	counted bool // by its conditions
	date    bool
	symbol  int // 1 + which part of a symbol of several
}

// reads is what is read of a place.
type reads uint8

const (
	readsNothing reads = iota
	readsTime
	readsPrice
	readsSize
	readsSymbol
)

// compile plans how usual rows are read, now that the columns are known.
func (s *scanner) compile() {
	f, c := s.format, &s.columns
	if s.fast.off || c.more && f.TrailingDelimiter {
		return
	}
	s.fast.ready = true
	s.fast.canonical = f.Hash == format.Canonical().Hash && c.at[0] == 0 && c.at[1] == 1 && c.at[2] == 2 && c.at[3] == 3
	if s.fast.canonical {
		return
	}
	s.fast.minute.rest = -1
	s.fast.padded = make([]byte, 0, 2*MaxValueBytes+padding)
	s.fast.parts = make([][]byte, len(f.Symbol.Parts))
	places := make([]place, c.width)
	take := func(column int, kind reads) *place {
		p := &places[c.at[column]]
		if p.kind != readsNothing { // a column that means two things is none for here
			s.fast.ready = false
		}
		p.kind = kind
		return p
	}
	t := &f.Timestamp
	for i, column := range t.Columns {
		take(column, readsTime).time = i + 1
	}
	take(f.Price.Column, readsPrice)
	take(f.Size.Column, readsSize)
	s.fast.joined = len(c.symbol) > 1 || c.symbol[0] < 0
	s.fast.oneSymbol = slices.Max(c.symbol) < 0
	for i, at := range c.symbol {
		switch {
		case at < 0:
		case !s.fast.joined:
			s.fast.ready = s.fast.ready && places[at].kind == readsNothing
			places[at].kind = readsSymbol
		default:
			s.fast.ready = s.fast.ready && places[at].symbol == 0
			places[at].symbol, places[at].whole = i+1, true
		}
	}
	whole := func(at int) *place {
		if at < 0 {
			return new(place)
		}
		places[at].whole = true
		return &places[at]
	}
	if d := t.Date; d != nil && d.Column >= 0 {
		whole(c.at[d.Column]).date = true
		// Where the date stands behind the time, it is not known in time.
		s.fast.ready = s.fast.ready && c.at[d.Column] < c.at[t.Columns[0]]
	}
	s.fast.judged = make([]judgement, len(f.LeaveOut))
	for i, rule := range f.LeaveOut {
		s.fast.judged[i].fits = rule.Values[""] != rule.Not
		p := whole(c.at[rule.Column])
		p.rules = append(p.rules, i)
	}
	if f.Conditions != nil {
		whole(c.at[f.Conditions.Column]).counted = true
		s.fast.counts = map[string]format.Counts{}
	}
	skip := 0
	for i, p := range places {
		if p.kind == readsNothing && !p.whole {
			skip++
			continue
		}
		p.skip, p.last = skip, i == c.width-1
		s.fast.plan = append(s.fast.plan, p)
		skip = 0
	}
	s.fast.rest = skip
	s.fast.epoch, s.fast.rfc3339 = t.Epoch != nil, t.RFC3339 != ""
	if t.Layouts != nil && (t.Date == nil || t.Date.Column < 0) {
		s.fast.shape, s.fast.shaped = t.Layouts[0].Shape()
	}
}

const (
	prefixBytes = len("2013-10-07T08:00:")

	// "00.000Z," as a word, and what added to its difference from a text carries
	// into the high bits unless there are digits and separators where they should be.
	millisecondForm   = '0' | '0'<<8 | '.'<<16 | '0'<<24 | '0'<<32 | '0'<<40 | 'Z'<<48 | ','<<56
	millisecondDigits = 0x7f_7f_76_76_76_7f_76_76
)

// prefix is the part of a timestamp that rarely changes from row to row.
type prefix struct {
	first, second uint64 // its first 16 bytes
	minute        int64  // the first nanosecond of its minute
}

// usualRows parses the usual rows that data begins with and says how many bytes
// they are. data ends with a line feed and its capacity goes on for padding bytes.
func (s *scanner) usualRows(data []byte) (consumed int, err error) {
	if !s.fast.canonical {
		return s.plannedRows(data)
	}
	window := data[:len(data)+padding]
	for consumed < len(data) && err == nil && !s.stopped {
		row, ok := s.usualRow(window[consumed:])
		if !ok {
			plain, size := s.withoutQuotes(data[consumed:])
			if size == 0 {
				break
			}
			if row, ok = s.usualRow(plain); !ok {
				break
			}
			row.size = size
		}
		consumed += row.size
		s.result.Rows++
		s.last = row.time
		price, volume := decimal.New(row.price), decimal.New(row.volume)
		notional := decimal.Product(row.price, row.volume) // fits, for neither has more than 17 digits
		err = s.accept(row.time, row.id, price, volume, notional)
		s.line++
	}
	return consumed, err
}

// usual is what a usual row says.
type usual struct {
	time          int64
	id            int
	price, volume uint64 // coefficients
	size          int    // bytes, with the line end
}

// usualRow parses the row that text begins with, if it is a usual one of the
// canonical format.
func (s *scanner) usualRow(text []byte) (row usual, ok bool) {
	var at, length int
	row.time, at = s.usualTime(text)
	if at == 0 || row.time < s.last {
		return row, false
	}
	row.id, length = s.usualSymbol(text[at:], ',')
	if length == 0 {
		return row, false
	}
	at += length + 1
	row.price, length = usualNumber(text[at:], '.')
	at += length
	if row.price == 0 || text[at] != ',' {
		return row, false
	}
	at++
	row.volume, length = usualNumber(text[at:], '.')
	at += length
	if row.volume == 0 {
		return row, false
	}
	if texts := s.columns.width - 4; texts > 0 {
		if text[at] != ',' {
			return row, false
		}
		at++
		commas, length := usualText(text[at:])
		at += length
		if commas != texts-1 {
			return row, false
		}
	}
	if text[at] == '\r' {
		at++
	}
	row.size = at + 1
	return row, text[at] == '\n' && row.size <= MaxRecordBytes
}

// withoutQuotes copies the line that data begins with, leaving out the quotes,
// and says how long it was; 0 if it is long, or if the quotes are missing, wrong
// or needed for what they hold.
func (s *scanner) withoutQuotes(data []byte) (line []byte, size int) {
	quote, delimiter := s.format.Quote, s.format.Delimiter
	if quote == 0 || s.format.Trim { // blanks within quotes count
		return nil, 0
	}
	line = s.unquoted[:]
	length, inside := 0, false
	for i, c := range data[:min(len(data), len(line)-padding)] {
		if c != quote {
			line[length] = c
			length++
			if c > '\r' && c != delimiter {
				continue
			}
		}
		switch {
		case c == quote && !inside:
			if i > 0 && data[i-1] != delimiter {
				return nil, 0
			}
			inside = true
		case c == quote:
			if next := data[i+1]; next != delimiter && next != '\r' && next != '\n' {
				return nil, 0
			}
			inside = false
		case inside && (c == delimiter || c == '\r' || c == '\n'):
			return nil, 0
		case c == '\n':
			if length > i {
				return nil, 0
			}
			return line, i + 1
		}
	}
	return nil, 0
}

// usualTime reads an RFC 3339 timestamp in Z and the comma behind it and returns
// where they end, or 0.
func (s *scanner) usualTime(row []byte) (int64, int) {
	if !s.inPrefix(row) {
		return 0, 0
	}
	// Milliseconds are so usual that they have a way of their own, in which the
	// place of the next field does not wait for this one to be understood.
	x := word(row[prefixBytes:]) ^ millisecondForm
	if (x+millisecondDigits|x)&highBits == 0 {
		tens, rest := x&0xff, x>>8
		if tens > 5 {
			return 0, 0
		}
		return s.prefix.minute + milliseconds(tens, rest), prefixBytes + 8
	}
	time, at := s.anyFraction(row)
	if at == 0 || row[at] != ',' {
		return 0, 0
	}
	return time, at + 1
}

// usualInstant is usualTime without what is behind the Z.
func (s *scanner) usualInstant(text []byte) (int64, int) {
	if !s.inPrefix(text) {
		return 0, 0
	}
	x := (word(text[prefixBytes:]) ^ millisecondForm) & (1<<56 - 1)
	if (x+millisecondDigits|x)&highBits == 0 && x&0xff <= 5 {
		return s.prefix.minute + milliseconds(x&0xff, x>>8), prefixBytes + 7
	}
	return s.anyFraction(text)
}

// inPrefix says whether a timestamp is of the minute that is remembered, or takes
// its minute to be it.
func (s *scanner) inPrefix(text []byte) bool {
	if text[0] == '"' {
		return false
	}
	return word(text) == s.prefix.first && word(text[8:]) == s.prefix.second && text[16] == ':' || s.usualPrefix(text[:prefixBytes])
}

// milliseconds are those of 00.000 in digits without their '0', as nanoseconds.
func milliseconds(tens, rest uint64) int64 {
	second := tens*10 + rest&0xff
	milliseconds := rest>>16&0xff*100 + rest>>24&0xff*10 + rest>>32&0xff
	return int64(second*1_000_000_000 + milliseconds*1_000_000)
}

// anyFraction reads seconds, a fraction if there is one, and Z, and returns where
// they end, or 0.
func (s *scanner) anyFraction(row []byte) (int64, int) {
	tens, units := row[prefixBytes]-'0', row[prefixBytes+1]-'0'
	if tens > 5 || units > 9 {
		return 0, 0
	}
	time := s.prefix.minute + int64(tens*10+units)*1_000_000_000
	at := prefixBytes + 2
	if row[at] == '.' {
		fraction, digits := usualFraction(row[at+1:])
		if digits == 0 {
			return 0, 0
		}
		time += int64(fraction)
		at += 1 + digits
	}
	if row[at] != 'Z' {
		return 0, 0
	}
	return time, at + 1
}

// usualPrefix remembers the timestamps' first 17 bytes and what they mean.
func (s *scanner) usualPrefix(text []byte) bool {
	minute, fault := parseTime(append(append(s.scratch[:0], text...), "00Z"...), false)
	if fault != "" {
		return false
	}
	s.prefix = prefix{word(text), word(text[8:]), minute}
	return true
}

// usualSymbol reads a known symbol in front of a delimiter and returns its number and
// length, or length 0.
func (s *scanner) usualSymbol(text []byte, delimiter byte) (id, length int) {
	first := word(text)
	var k key
	if delimiters := equalBytes(first, delimiter); delimiters != 0 {
		length = bits.TrailingZeros64(delimiters) / 8
		k.first = first & (1<<(8*length) - 1)
	} else {
		length = bytes.IndexByte(text[:keyBytes+1], delimiter)
		if length < 0 {
			return 0, 0
		}
		k = keyOf(text[:length])
	}
	if length == 0 || text[length-1] == 0 { // a zero would pass for the key's padding
		return 0, 0
	}
	if id = s.symbols.find(k); id < 0 {
		return 0, 0
	}
	return id, length
}

// usualNumber reads a number of at most 8 integer digits as its coefficient in
// billionths and returns its length; the coefficient is 0 if it is anything else.
func usualNumber(text []byte, point byte) (coefficient uint64, length int) {
	x := word(text) ^ '0'*ones
	integer := countDigits(x)
	if integer == 0 {
		return 0, 0
	}
	if text[integer] != point {
		return digitsValue(x, integer) * 1_000_000_000, integer
	}
	// Short numbers are converted in one piece, with the point taken out.
	before := uint64(1)<<(8*integer) - 1
	joined := x&before | x>>8&^before | 0xff<<56
	digits := countDigits(joined)
	if digits < 7 && digits > integer {
		return digitsValue(joined, digits) * powers[digits-integer], digits + 1
	}
	fraction, more := usualFraction(text[integer+1:])
	if more == 0 {
		return 0, 0
	}
	return digitsValue(x, integer)*1_000_000_000 + fraction, integer + 1 + more
}

// usualFraction reads 1–9 digits as billionths and returns how many there are, or
// 0; a tenth is left for the caller to stumble over.
func usualFraction(text []byte) (fraction uint64, digits int) {
	x := word(text) ^ '0'*ones
	digits = countDigits(x)
	fraction = digitsValue(x, digits)
	if last := text[8] - '0'; digits == 8 && last <= 9 {
		return fraction*10 + uint64(last), 9
	}
	return fraction * powers[digits], digits
}

var powers = [10]uint64{1e9, 1e8, 1e7, 1e6, 1e5, 1e4, 1e3, 1e2, 10, 1}

// usualText reads to the first byte that is not printable ASCII or is a quote,
// and counts the commas on the way.
func usualText(text []byte) (commas, length int) {
	for {
		w := word(text[length:])
		// Where a subtraction borrows, marks behind the first may be wrong: a hyphen
		// behind a comma counts as one more, which makes the row an unusual one.
		end := ((w-0x20*ones)&^w | equalBytes(w, '"') | equalBytes(w, 0x7f) | w) & highBits
		found := equalBytes(w, ',') & (end&-end - 1) // below the end, if there is one
		commas += bits.OnesCount64(found)
		length += bits.TrailingZeros64(end) / 8 // 8 if there is none
		if end != 0 {
			return commas, length
		}
	}
}
