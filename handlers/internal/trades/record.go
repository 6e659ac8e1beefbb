package trades

import (
	"bytes"
	"unicode/utf8"
)

// maxFields is one more than any header has, so that a row with too many fields
// is told from one with enough.
const maxFields = 7

// record is one record of RFC 4180, split into fields.
type record struct {
	fields  [maxFields][]byte // without quotes; valid until the next split
	count   int               // of fields, the ones beyond maxFields not counted
	size    int               // bytes up to and with the line end
	newline int               // line feeds among them
	fault   Reason            // empty, or why the record cannot be split
	column  int               // the faulty field
	scratch []byte
}

// shownBytes is how much of a faulty record is looked at to show its first line.
const shownBytes = MaxValueBytes + utf8.UTFMax

// split reads the record at the beginning of data. It is false when data ends
// before the record does, or before what is shown of a faulty one, and more may
// follow (final is false); data then has at most MaxRecordBytes. What it says of a record depends on no more of data than
// that, so the size of blocks does not matter.
func (r *record) split(data []byte, final bool) bool {
	window := data[:min(len(data), MaxRecordBytes)]
	final = final && len(window) == len(data)
	r.count, r.newline, r.fault = 0, 0, ""
	r.scratch = r.scratch[:0]
	at := 0
	for {
		var field []byte
		var end int
		tooLong := RecordTooLong
		if at < len(window) && window[at] == '"' {
			tooLong = UnterminatedQuote
			field, end = r.quoted(window, at, final)
		} else {
			field, end = r.plain(window, at, final)
		}
		if end < 0 && r.fault == "" && len(data) > MaxRecordBytes {
			r.fault = tooLong
		}
		if r.fault != "" {
			r.column = r.count
			return final || len(data) >= shownBytes || bytes.IndexByte(data, '\n') >= 0
		}
		if end < 0 {
			return false
		}
		if r.count < maxFields {
			r.fields[r.count] = field
			r.count++
		}
		switch {
		case end == len(window):
			r.size = end
			return true
		case window[end] == ',':
			at = end + 1
		default: // \n or \r\n
			r.size = end + bytes.IndexByte(window[end:], '\n') + 1
			r.newline++
			return true
		}
	}
}

// plain reads the field without quotes at data[at:] and returns it and where the
// comma or line end behind it is, or -1 when data ends too early.
func (r *record) plain(data []byte, at int, final bool) ([]byte, int) {
	for end := at; end < len(data); end++ {
		switch data[end] {
		case ',':
			return data[at:end], end
		case '\n':
			return data[at:end], end
		case '\r':
			switch {
			case end+1 < len(data) && data[end+1] == '\n':
				return data[at:end], end
			case end+1 < len(data) || final:
				r.fault = BareReturn
			}
			return nil, -1
		case '"':
			r.fault = BareQuote
			return nil, -1
		}
	}
	if final {
		return data[at:], len(data)
	}
	return nil, -1
}

// quoted is plain for a field that begins with a quote.
func (r *record) quoted(data []byte, at int, final bool) ([]byte, int) {
	from := len(r.scratch)
	for at++; ; {
		length := bytes.IndexByte(data[at:], '"')
		if length < 0 {
			if final {
				r.fault = UnterminatedQuote
			}
			return nil, -1
		}
		r.scratch = append(r.scratch, data[at:at+length]...)
		at += length + 1
		rest := data[at:]
		if len(rest) == 0 && !final || len(rest) == 1 && rest[0] == '\r' && !final {
			return nil, -1
		}
		if len(rest) > 0 && rest[0] == '"' {
			r.scratch = append(r.scratch, '"')
			at++
			continue
		}
		field := r.scratch[from:len(r.scratch):len(r.scratch)]
		if len(rest) == 0 || rest[0] == ',' || rest[0] == '\n' || bytes.HasPrefix(rest, []byte("\r\n")) {
			r.newline += bytes.Count(field, []byte("\n"))
			return field, at
		}
		r.fault = AfterQuote
		return nil, -1
	}
}
