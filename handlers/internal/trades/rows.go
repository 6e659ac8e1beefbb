package trades

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"market-data-pipeline/handlers/internal/decimal"
)

// The columns in their order; the first four must be there.
var allColumns = []string{"timestamp", "symbol", "price", "size", "exchange", "conditions"}

const requiredColumns = 4

// header checks the first record, which data begins with. A faulty header stops
// the scan, for nothing behind it could be told right from wrong.
func (s *scanner) header(data []byte) {
	s.stopped = true
	r := &s.record
	if r.fault != "" {
		s.reject("", firstLine(data), BadHeader)
		return
	}
	if r.count == 1 && len(r.fields[0]) == 0 {
		s.reject("", nil, NoHeader)
		return
	}
	text := firstLine(data)
	var names []string
	for _, field := range r.fields[:r.count] {
		name := string(field)
		switch {
		case slices.Contains(names, name):
			s.reject(shown(field), text, RepeatedColumn)
		case !slices.Contains(allColumns, name):
			s.reject(shown(field), text, UnknownColumn)
		}
		names = append(names, name)
	}
	for _, name := range allColumns[:requiredColumns] {
		if !slices.Contains(names, name) {
			s.reject(name, text, MissingColumn)
		}
	}
	inOrder := slices.IsSortedFunc(names, func(a, b string) int {
		return slices.Index(allColumns, a) - slices.Index(allColumns, b)
	})
	if s.result.Valid() && !inOrder {
		s.reject("", text, ColumnOrder)
	}
	if s.result.Valid() {
		s.columns = names
		s.stopped = false
	}
}

// row checks the record of a row, which data begins with.
func (s *scanner) row(data []byte) error {
	s.result.Rows++
	r := &s.record
	switch {
	case r.fault != "":
		column := ""
		if r.column < len(s.columns) {
			column = s.columns[r.column]
		}
		s.reject(column, firstLine(data), r.fault)
		return nil
	case r.count == 1 && len(r.fields[0]) == 0:
		s.reject("", nil, BlankLine)
		return nil
	case r.count != len(s.columns):
		s.reject("", firstLine(data), FieldCount)
		return nil
	}

	before := s.result.Rejects.Count
	check := func(i int, fault Reason) {
		if !utf8.Valid(r.fields[i]) {
			fault = NotUTF8
		}
		if fault != "" {
			s.reject(s.columns[i], r.fields[i], fault)
		}
	}
	time, fault := parseTime(r.fields[0])
	if fault == "" {
		if time < s.last {
			fault = TimestampOrder
		}
		s.last = time
	}
	check(0, fault)
	name := r.fields[1]
	fault = ""
	if !isSymbol(name) {
		fault = SymbolSyntax
	}
	check(1, fault)
	price, fault := parseNumber(r.fields[2])
	if fault == "" && price.Sign() <= 0 && !s.options.AllowNonPositivePrice {
		fault = PriceSign
	}
	check(2, fault)
	size, fault := parseNumber(r.fields[3])
	if fault == "" && size.Sign() <= 0 {
		fault = SizeSign
	}
	check(3, fault)
	for i := requiredColumns; i < r.count; i++ {
		fault = ""
		if slices.ContainsFunc(r.fields[i], isControl) {
			fault = ControlCharacter
		}
		check(i, fault)
	}
	if s.result.Rejects.Count > before {
		return nil
	}

	notional, err := price.Mul(size)
	if err != nil {
		s.reject(s.columns[2], r.fields[2], NotionalRange)
		return nil
	}

	k := keyOf(name)
	id := s.symbols.find(k)
	if id < 0 {
		id = s.symbols.add(k, name)
	}
	return s.accept(time, id, price, size, notional)
}

// accept is the end of every row without a fault of its own.
func (s *scanner) accept(time int64, id int, price, size decimal.Decimal, notional decimal.Notional) error {
	symbol := &s.symbols.known[id]
	if time > s.dayEnd || s.day == noDay {
		s.day = floorDay(time)
		s.dayEnd = s.day + (dayNanoseconds - 1)
	}
	if symbol.lastDay != s.day {
		symbol.lastDay = s.day
		if s.symbolDays++; s.symbolDays > MaxSymbolDays {
			s.stopped = true
			s.reject("symbol", []byte(symbol.name), TooManySymbols)
			return nil
		}
	}
	volume, volumeErr := s.volume.Add(size)
	total, totalErr := s.notional.Add(notional.Abs())
	if volumeErr != nil || totalErr != nil {
		s.stopped = true
		s.reject("size", []byte(size.String()), TotalTooLarge)
		return nil
	}
	s.volume, s.notional = volume, total
	if s.visit == nil || !s.result.Valid() {
		return nil
	}
	t := &s.trade // field by field: a literal would be built elsewhere and copied
	t.Time, t.Symbol, t.SymbolID = time, symbol.name, id
	t.Price, t.Size, t.Notional = price, size, notional
	t.Row = s.result.Rows
	return s.visit(t)
}

// reject counts a fault and keeps it if it is among the first.
func (s *scanner) reject(column string, value []byte, reason Reason) {
	rejects := &s.result.Rejects
	rejects.Count++
	rejects.ByReason[reason]++
	if len(rejects.First) < MaxRejections {
		rejects.First = append(rejects.First, Rejection{s.line, column, shown(value), reason})
	}
}

// shown is the beginning of a value as valid UTF-8.
func shown(value []byte) string {
	if len(value) > MaxValueBytes {
		end := MaxValueBytes
		for end > MaxValueBytes-utf8.UTFMax && !utf8.RuneStart(value[end]) {
			end--
		}
		value = value[:end]
	}
	text := strings.ToValidUTF8(string(value), "\uFFFD")
	for len(text) > MaxValueBytes { // the replacement is longer than what it replaces
		_, size := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-size]
	}
	return text
}

func firstLine(data []byte) []byte {
	line, _, _ := bytes.Cut(data[:min(len(data), shownBytes)], []byte("\n"))
	return bytes.TrimSuffix(line, []byte("\r"))
}

func parseNumber(text []byte) (decimal.Decimal, Reason) {
	d, err := decimal.Parse(text)
	switch err {
	case nil:
		return d, ""
	case decimal.ErrRange:
		return d, NumberRange
	case decimal.ErrPrecision:
		return d, NumberPrecision
	}
	return d, NumberSyntax
}

// isControl finds the control characters of ASCII that no text column may have;
// tabs may stand anywhere and line ends, by the grammar, within quotes only.
func isControl(c byte) bool {
	return c < ' ' && c != '\t' && c != '\n' && c != '\r' || c == 0x7f
}

// floorDay is the first nanosecond of the UTC day, before 1970 too.
func floorDay(ns int64) int64 {
	rest := ns % dayNanoseconds
	if rest < 0 {
		rest += dayNanoseconds
	}
	return ns - rest
}
