package trades

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"market-data-pipeline/handlers/internal/decimal"
	"market-data-pipeline/handlers/internal/format"
)

// row checks the record of a row, which data begins with.
func (s *scanner) row(data []byte) error {
	s.result.Rows++
	r, c := &s.record, &s.columns
	count := r.count
	if r.fault == "" && count != c.width {
		count = s.trailing(count)
	}
	switch {
	case r.fault != "":
		s.reject(c.name(r.column), firstLine(data), r.fault)
		return nil
	case count != c.width && !(c.more && count > c.width):
		s.reject("", firstLine(data), s.fieldCount())
		return nil
	}
	if s.leaveOut() {
		return nil
	}

	s.faults = s.faults[:0]
	s.texts()
	check := func(place int, value []byte, fault Reason) {
		if fault != "" && utf8.Valid(value) && (s.utf8 || !bytes.ContainsRune(value, utf8.RuneError)) {
			s.faults = append(s.faults, fieldFault{place, value, fault})
		}
	}
	f := s.format
	time, timeFault := s.time()
	if timeFault == "" && f.Order == format.ByTime {
		if time < s.last {
			timeFault = TimestampOrder
		}
		s.last = time
	}
	name, fault := s.symbol()
	id := -1
	if fault == "" {
		if id = s.symbols.look(name); id >= 0 && timeFault == "" && f.Order == format.ByTimeWithinSymbol {
			if time < s.symbols.known[id].lastTime {
				timeFault = SymbolTimeOrder
			}
			s.symbols.known[id].lastTime = time
		}
	}
	check(c.at[f.Timestamp.Columns[0]], s.timestamp(), timeFault)
	check(s.symbolPlace(), name, fault)
	place := c.at[f.Price.Column]
	price, fault := readNumber(r.fields[place], &f.Price)
	if fault == "" && price.Sign() <= 0 && !s.options.AllowNonPositivePrice {
		fault = PriceSign
	}
	check(place, r.fields[place], fault)
	place = c.at[f.Size.Column]
	size, fault := readNumber(r.fields[place], &f.Size)
	if fault == "" && size.Sign() <= 0 {
		fault = SizeSign
	}
	check(place, r.fields[place], fault)
	excluded := format.Counts(0)
	if f.Conditions != nil {
		if place = c.at[f.Conditions.Column]; place >= 0 {
			excluded, fault = s.excluded(r.fields[place])
			check(place, r.fields[place], fault)
		}
	}
	if len(s.faults) > 0 {
		slices.SortStableFunc(s.faults, func(a, b fieldFault) int { return a.place - b.place })
		for _, fault := range s.faults {
			s.reject(c.name(fault.place), fault.value, fault.reason)
		}
		return nil
	}

	notional, err := price.Mul(size)
	if err != nil {
		place = c.at[f.Price.Column]
		s.reject(c.name(place), r.fields[place], NotionalRange)
		return nil
	}
	if id < 0 {
		id = s.symbols.add(name)
		s.symbols.known[id].lastTime = time
	}
	s.trade.Excluded = excluded
	return s.accept(time, id, price, size, notional)
}

// texts checks what every field has to be, whatever it means.
func (s *scanner) texts() {
	for place, field := range s.record.fields {
		fault := Reason("")
		switch {
		case !utf8.Valid(field):
			fault = NotUTF8
		case !s.utf8 && bytes.ContainsRune(field, utf8.RuneError):
			fault = NotEncoded
		case place != s.symbolPlace() && slices.ContainsFunc(field, isControl):
			fault = ControlCharacter
			if s.isRead(place) {
				continue // and is told what it should be
			}
		}
		if fault != "" {
			s.faults = append(s.faults, fieldFault{place, field, fault})
		}
	}
}

// fieldFault is a fault of a field of the row: they are told from left to right.
type fieldFault struct {
	place  int
	value  []byte
	reason Reason
}

// isRead says whether a place is one of a value that has to have a form.
func (s *scanner) isRead(place int) bool {
	f, at := s.format, s.columns.at
	return place == at[f.Price.Column] || place == at[f.Size.Column] ||
		slices.ContainsFunc(f.Timestamp.Columns, func(column int) bool { return place == at[column] })
}

// leaveOut says whether the row is no trade, and counts it.
func (s *scanner) leaveOut() bool {
	for i := range s.format.LeaveOut {
		rule := &s.format.LeaveOut[i]
		place := s.columns.at[rule.Column]
		if place < 0 || rule.Values[string(s.record.fields[place])] == rule.Not {
			continue
		}
		s.countLeftOut(i)
		return true
	}
	return false
}

func (s *scanner) countLeftOut(rule int) {
	if s.result.LeftOut == nil {
		s.result.LeftOut = map[string]int64{}
	}
	s.result.LeftOut[s.format.LeaveOut[rule].Reason]++
}

// timestamp is the value of the timestamp, joined if it has several columns.
func (s *scanner) timestamp() []byte {
	places := s.format.Timestamp.Columns
	if len(places) == 1 {
		return s.record.fields[s.columns.at[places[0]]]
	}
	s.joined = s.joined[:0]
	for i, column := range places {
		if i > 0 {
			s.joined = append(s.joined, ' ')
		}
		s.joined = append(s.joined, s.record.fields[s.columns.at[column]]...)
	}
	return s.joined
}

func (s *scanner) time() (int64, Reason) {
	var date []byte
	if d := s.clock.Date; d != nil && d.Column >= 0 {
		date = s.record.fields[s.columns.at[d.Column]]
	}
	return s.clock.read(s.timestamp(), date)
}

// symbol is the symbol, and what is wrong with it.
func (s *scanner) symbol() ([]byte, Reason) {
	parts := s.format.Symbol.Parts
	var name []byte
	if len(parts) == 1 && s.columns.symbol[0] >= 0 {
		name = s.record.fields[s.columns.symbol[0]]
	} else {
		s.name = s.name[:0]
		for i := range parts {
			value := []byte(nil)
			if place := s.columns.symbol[i]; place >= 0 {
				value = s.record.fields[place]
			} else {
				value = []byte(s.constants[i])
			}
			if len(value) > 0 {
				s.name = append(append(append(s.name, parts[i].Prefix...), value...), parts[i].Suffix...)
			}
		}
		name = s.name
	}
	if s.symbols.look(name) >= 0 {
		return name, ""
	}
	if !isSymbol(name) {
		return name, SymbolSyntax
	}
	if pattern := s.format.Symbol.Pattern; pattern != nil && !pattern.Match(name) {
		return name, SymbolForm + ": it must match " + Reason(unanchored(pattern.String()))
	}
	return name, ""
}

// unanchored is the pattern as it was written.
func unanchored(pattern string) string {
	return strings.TrimSuffix(strings.TrimPrefix(pattern, "^(?:"), ")$")
}

// symbolPlace is where the symbol stands, or -1.
func (s *scanner) symbolPlace() int {
	for _, place := range s.columns.symbol {
		if place >= 0 {
			return place
		}
	}
	return -1
}

// excluded is what a trade does not count for.
func (s *scanner) excluded(value []byte) (format.Counts, Reason) {
	c := s.format.Conditions
	counts := format.All
	for len(value) > 0 {
		code := value
		switch {
		case c.Characters:
			_, size := utf8.DecodeRune(value)
			code, value = value[:size], value[size:]
		case c.Separator != "":
			code, value, _ = bytes.Cut(value, []byte(c.Separator))
		default:
			value = nil
		}
		if code = bytes.Trim(code, c.Strip); len(code) == 0 || c.Characters && code[0] == ' ' {
			continue
		}
		of, known := c.Table[string(code)]
		if !known {
			if c.Fault {
				return 0, UnknownCondition
			}
			of = c.Others
		}
		counts &= of
	}
	return format.All &^ counts, ""
}

// accept is the end of every row without a fault of its own.
func (s *scanner) accept(time int64, id int, price, size decimal.Decimal, notional decimal.Notional) error {
	symbol := &s.symbols.known[id]
	if time > s.dayEnd || time < s.day {
		s.day = floorDay(time)
		s.dayEnd = s.day + (dayNanoseconds - 1)
		if s.dates[s.day] = true; len(s.dates) > MaxDates {
			s.stopped = true
			s.reject("", nil, TooManyDates)
			return nil
		}
	}
	if symbol.lastDay != s.day && s.isNewDay(id) {
		symbol.lastDay = s.day
		if s.symbolDays++; s.symbolDays > MaxSymbolDays {
			s.stopped = true
			s.reject(s.columns.name(s.symbolPlace()), []byte(symbol.name), TooManySymbols)
			return nil
		}
	}
	if s.bars.slots != nil {
		if minute := floorDiv(time, minuteNanoseconds); minute != symbol.lastMinute {
			symbol.lastMinute = minute
			if s.bars.add(id, minute) > MaxBars {
				s.stopped = true
				s.reject(s.columns.name(s.symbolPlace()), []byte(symbol.name), TooManyBars)
				return nil
			}
		}
	}
	volume, volumeErr := s.volume.Add(size)
	absolute := notional.Abs()
	if volumeErr != nil || !s.notional.Include(&absolute) || !volume.Less(maxTotal) || s.notional.AtLeast(maxTotal) {
		s.stopped = true
		s.reject(s.columns.name(s.columns.at[s.format.Size.Column]), []byte(size.String()), TotalTooLarge)
		return nil
	}
	s.volume = volume
	if s.visit == nil || !s.result.Valid() {
		return nil
	}
	t := &s.trade // field by field: a literal would be built elsewhere and copied
	t.Time, t.Symbol, t.SymbolID = time, symbol.name, id
	t.Price, t.Size, t.Notional = price, size, notional
	t.Row = s.result.Rows
	return s.visit(t)
}

// isNewDay says whether the symbol has not traded on the day before; in the order
// of time it has not.
func (s *scanner) isNewDay(id int) bool {
	if s.format.Order == format.ByTime {
		return true
	}
	if s.days == nil {
		s.days = map[symbolDay]struct{}{}
	}
	key := symbolDay{id, s.day}
	if _, seen := s.days[key]; seen {
		s.symbols.known[id].lastDay = s.day
		return false
	}
	s.days[key] = struct{}{}
	return true
}

type symbolDay struct {
	id  int
	day int64
}

// reject counts a fault and keeps it if it is among the first; the last that is
// kept may be that there were too many.
func (s *scanner) reject(column string, value []byte, reason Reason) {
	rejects := &s.result.Rejects
	rejects.Count++
	rejects.ByReason[reason]++
	if len(rejects.First) < MaxRejections {
		rejects.First = append(rejects.First, Rejection{s.line, column, shown(value), reason})
	}
	if rejects.Count == MaxFaults {
		s.stopped = true
		rejects.Count++
		rejects.ByReason[TooManyFaults]++
		rejects.First = append(rejects.First, Rejection{s.line, "", "", TooManyFaults})
	}
}

// forget takes back all faults: a better one tells what they come from.
func (s *scanner) forget() { s.result.Rejects = Rejects{ByReason: map[Reason]int64{}} }

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

// isControl finds the control characters of ASCII that no text column may have;
// tabs may stand anywhere and line ends, by the grammar, within quotes only.
func isControl(c byte) bool {
	return c < ' ' && c != '\t' && c != '\n' && c != '\r' || c == 0x7f
}

// floorDay is the first nanosecond of the UTC day, before 1970 too.
func floorDay(ns int64) int64 { return floorDiv(ns, dayNanoseconds) * dayNanoseconds }

func floorDiv(n, by int64) int64 {
	quotient := n / by
	if n%by < 0 {
		quotient--
	}
	return quotient
}
