package trades

import (
	"bytes"
	"unicode/utf8"
)

// maxFields is how many fields of a record are kept; further ones are counted.
const maxFields = 1000

// record is one record of RFC 4180, or of what a format has changed of it, split
// into fields.
type record struct {
	delimiter, quote byte // quote 0: none
	trim             bool

	fields  [][]byte // without quotes; valid until the next split; at most maxFields
	count   int      // of all fields
	size    int      // bytes up to and with the line end
	newline int      // line feeds among them
	fault   Reason   // empty, or why the record cannot be split
	column  int      // the faulty field
	scratch []byte
}

// shownBytes is how much of a faulty record is looked at to show its first line.
const shownBytes = MaxValueBytes + utf8.UTFMax

// split reads the record at the beginning of data. It is false when data ends
// before the record does, or before what is shown of a faulty one, and more may
// follow (final is false); data then has at most MaxRecordBytes. What it says of a
// record depends on no more of data than that, so the size of blocks does not
// matter.
func (r *record) split(data []byte, final bool) bool {
	window := data[:min(len(data), MaxRecordBytes)]
	final = final && len(window) == len(data)
	r.count, r.newline, r.fault = 0, 0, ""
	r.fields, r.scratch = r.fields[:0], r.scratch[:0]
	at := 0
	for {
		var field []byte
		var end int
		tooLong := RecordTooLong
		from := at
		if r.trim {
			from += blanks(window[at:])
		}
		if from < len(window) && window[from] == r.quote && r.quote != 0 {
			tooLong = UnterminatedQuote
			field, end = r.quoted(window, from, final)
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
		if r.count++; r.count <= maxFields {
			r.fields = append(r.fields, field)
		}
		switch {
		case end == len(window):
			r.size = end
			return true
		case window[end] == r.delimiter:
			at = end + 1
		default: // \n or \r\n
			r.size = end + bytes.IndexByte(window[end:], '\n') + 1
			r.newline++
			return true
		}
	}
}

// plain reads the field without quotes at data[at:] and returns it and where the
// delimiter or line end behind it is, or -1 when data ends too early.
func (r *record) plain(data []byte, at int, final bool) ([]byte, int) {
	for end := at; end < len(data); end++ {
		switch data[end] {
		case r.delimiter, '\n':
			return r.trimmed(data[at:end]), end
		case '\r':
			switch {
			case end+1 < len(data) && data[end+1] == '\n':
				return r.trimmed(data[at:end]), end
			case end+1 < len(data) || final:
				r.fault = BareReturn
			}
			return nil, -1
		case r.quote:
			if r.quote != 0 {
				r.fault = BareQuote
				return nil, -1
			}
		}
	}
	if final {
		return r.trimmed(data[at:]), len(data)
	}
	return nil, -1
}

// quoted is plain for a field that begins with a quote.
func (r *record) quoted(data []byte, at int, final bool) ([]byte, int) {
	from := len(r.scratch)
	for at++; ; {
		length := bytes.IndexByte(data[at:], r.quote)
		if length < 0 {
			if final {
				r.fault = UnterminatedQuote
			}
			return nil, -1
		}
		r.scratch = append(r.scratch, data[at:at+length]...)
		at += length + 1
		rest := data[at:]
		if len(rest) > 0 && rest[0] == r.quote {
			r.scratch = append(r.scratch, r.quote)
			at++
			continue
		}
		if r.trim {
			at += blanks(rest)
			rest = data[at:]
		}
		if len(rest) == 0 && !final || len(rest) == 1 && rest[0] == '\r' && !final {
			return nil, -1
		}
		field := r.scratch[from:len(r.scratch):len(r.scratch)]
		if len(rest) == 0 || rest[0] == r.delimiter || rest[0] == '\n' || bytes.HasPrefix(rest, []byte("\r\n")) {
			r.newline += bytes.Count(field, []byte("\n"))
			return field, at
		}
		r.fault = AfterQuote
		return nil, -1
	}
}

func (r *record) trimmed(field []byte) []byte {
	if !r.trim {
		return field
	}
	return bytes.Trim(field, " \t")
}

// blanks is how many blanks and tabs text begins with.
func blanks(text []byte) int {
	n := 0
	for n < len(text) && (text[n] == ' ' || text[n] == '\t') {
		n++
	}
	return n
}
