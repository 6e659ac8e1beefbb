package trades

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"market-data-pipeline/handlers/internal/format"
)

// columns is where a file's columns stand.
type columns struct {
	known bool
	width int   // fields of a row
	more  bool  // rows may have further ones at their end
	at    []int // the place of each of the format's columns; -1: the file lacks it
	names []string

	symbol []int // the place of each part of the symbol; -1: not of a column
}

// fieldCount is what is wrong with a row of another number of fields.
func (s *scanner) fieldCount() Reason {
	if s.headed {
		return FieldCount
	}
	return ColumnCount
}

// name is that of the column at a place.
func (c *columns) name(place int) string {
	if place >= 0 && place < len(c.names) {
		return c.names[place]
	}
	return ""
}

// settle notes the places, once all of them are known.
func (s *scanner) settle(at []int, names []string, more bool) {
	c := &s.columns
	*c = columns{known: true, width: len(names), more: more, at: at, names: names}
	for _, part := range s.format.Symbol.Parts {
		place := -1
		for _, column := range part.Columns {
			if place = at[column]; place >= 0 {
				break
			}
		}
		c.symbol = append(c.symbol, place)
	}
	s.result.Columns = names
	s.compile()
}

// first takes the first record: the header, or the first row of a file without one,
// in which case it says so.
func (s *scanner) first(data []byte) (isRow bool) {
	f := s.format
	if f.Header == "required" || f.Header == "optional" && s.namesColumn() {
		s.headed = true
		s.header(data)
		return false
	}
	count := s.trailing(s.record.count)
	least := len(f.Columns)
	for least > 0 && f.Columns[least-1].Optional {
		least--
	}
	if s.record.fault != "" || count < least || count > len(f.Columns) && !f.IgnoreRest {
		// A faulty row says nothing of the others: each of them is judged by itself.
		count = len(f.Columns)
		if s.record.fault == "" && s.otherDelimiter(data) {
			return false
		}
	}
	at, names := make([]int, len(f.Columns)), make([]string, 0, len(f.Columns))
	for i, c := range f.Columns {
		at[i] = -1
		if i < count {
			at[i], names = i, append(names, c.Name)
		}
	}
	s.settle(at, names, f.IgnoreRest)
	return true
}

// namesColumn says whether a field of the record is the name of a column.
func (s *scanner) namesColumn() bool {
	return s.record.fault == "" && slices.ContainsFunc(s.record.fields, func(field []byte) bool {
		return s.format.Find(string(field)) >= 0
	})
}

// trailing is a count of fields without the empty one behind a delimiter that ends
// the line.
func (s *scanner) trailing(count int) int {
	r := &s.record
	if s.format.TrailingDelimiter && count > 1 && count == len(r.fields) && len(r.fields[count-1]) == 0 {
		return count - 1
	}
	return count
}

// header checks the header, which data begins with. A faulty one stops the scan,
// for nothing behind it could be told right from wrong.
func (s *scanner) header(data []byte) {
	s.stopped = true
	r := &s.record
	text := firstLine(data)
	blank := r.count == 1 && len(r.fields) == 1 && len(r.fields[0]) == 0
	switch {
	case r.fault != "":
		s.reject("", text, BadHeader)
		return
	case blank:
		s.reject("", nil, s.headerFault(NoHeader))
		return
	case r.count > maxFields:
		s.reject("", text, ManyColumns)
		return
	case s.otherDelimiter(data):
		return
	}
	f := s.format
	at := make([]int, len(f.Columns))
	for i := range at {
		at[i] = -1
	}
	var names []string
	found := false
	fields := r.fields[:s.trailing(r.count)]
	for place, field := range fields {
		name := string(field)
		i := f.Find(name)
		switch {
		case i >= 0 && at[i] >= 0:
			s.reject(shown(field), text, s.headerFault(RepeatedColumn))
		case i >= 0:
			at[i], name, found = place, f.Columns[i].Name, true
		case !utf8.Valid(field):
			s.reject(shown(field), text, NotUTF8)
		case !f.Ignores(name):
			s.reject(shown(field), text, s.headerFault(UnknownColumn))
		}
		names = append(names, name)
	}
	if !found {
		s.forget()
		s.reject("", text, s.headerFault(NoHeader))
		return
	}
	for i, c := range f.Columns {
		if at[i] < 0 && !c.Optional {
			s.reject(c.Name, text, s.headerFault(MissingColumn))
		}
	}
	if s.result.Valid() {
		s.stopped = false
		s.settle(at, names, false)
	}
}

// chooseDelimiter takes that one of the format's delimiters by which the header, which
// data begins with, names most of its columns; the first of several.
func (s *scanner) chooseDelimiter(data []byte) {
	line, _, _ := bytes.Cut(data[:min(len(data), MaxRecordBytes)], []byte("\n"))
	f, most := *s.format, -1
	for _, delimiter := range f.Delimiters {
		found := 0
		for name := range bytes.SplitSeq(bytes.TrimSuffix(line, []byte("\r")), []byte{delimiter}) {
			if f.Find(strings.Trim(string(name), string(rune(f.Quote)))) >= 0 {
				found++
			}
		}
		if found > most {
			most, f.Delimiter = found, delimiter
		}
	}
	s.format, s.record.delimiter = &f, f.Delimiter
}

// headerFault is a fault of the header with what the header has to be.
func (s *scanner) headerFault(fault Reason) Reason {
	var form strings.Builder
	for i, c := range s.format.Columns {
		name := c.Name
		if i > 0 {
			name = string(s.format.Delimiter) + name
		}
		if c.Optional {
			name = "[" + name + "]"
		}
		form.WriteString(name)
	}
	if s.format.IgnoreRest {
		form.WriteString(", and any others")
	}
	return fault + ": it must name " + Reason(form.String())
}

// otherDelimiter says whether another character parts what should be the fields of
// the record, and rejects the file if so.
func (s *scanner) otherDelimiter(data []byte) bool {
	if s.record.count > 1 || s.record.fault != "" {
		return false
	}
	line := firstLine(data)
	for _, c := range []byte(",;|\t^~") {
		if c != s.format.Delimiter && bytes.Count(line, []byte{c}) >= len(s.format.Columns)/2 && bytes.Count(line, []byte{c}) > 1 {
			s.stopped = true
			wanted := delimiterName(s.format.Delimiter)
			for _, other := range bytes.ReplaceAll(s.format.Delimiters, []byte{s.format.Delimiter}, nil) {
				wanted += " or " + delimiterName(other)
			}
			s.reject("", line, OtherDelimiter+": it must be "+wanted+", and is "+delimiterName(c))
			return true
		}
	}
	return false
}

func delimiterName(c byte) Reason {
	switch c {
	case '\t':
		return "a tab"
	case ' ':
		return "a blank"
	case 1:
		return "the character U+0001"
	}
	return Reason(c)
}

// named is what the file's name says, by the groups of the format's pattern.
func (s *scanner) named() (groups map[string]string, ok bool) {
	name := s.format.FileName
	if name == nil {
		return nil, true
	}
	text := s.options.Name
	if !name.Path {
		text = text[strings.LastIndexByte(text, '/')+1:]
	}
	match := name.Pattern.FindStringSubmatch(text)
	if match == nil {
		s.reject("", []byte(text), WrongName+": it must match "+Reason(name.Pattern.String()))
		return nil, false
	}
	groups = map[string]string{}
	for i, group := range name.Pattern.SubexpNames() {
		if group != "" {
			groups[group] = match[i]
		}
	}
	return groups, true
}

// begin takes what the file's name says, before anything is read.
func (s *scanner) begin() bool {
	groups, ok := s.named()
	if !ok {
		return false
	}
	if d := s.format.Timestamp.Date; d != nil && d.Column < 0 {
		var fields format.Fields
		fault := TimestampForm
		if d.Layout.Match([]byte(groups[d.Group]), &fields) {
			s.clock.date, fault = civil(fields.Year, fields.Month, fields.Day, 0, 0, 0)
		}
		if fault != "" {
			s.reject("", []byte(groups[d.Group]), WrongNameDate+": it must be written as "+Reason(d.Layout.Text))
			return false
		}
	}
	for _, part := range s.format.Symbol.Parts {
		constant := part.Constant
		if part.Group != "" {
			constant = groups[part.Group]
		}
		s.constants = append(s.constants, constant)
	}
	return true
}
