package trades

import (
	"bytes"

	"market-data-pipeline/handlers/internal/format"
)

// lines is what a format says of lines that are no records.
type lines struct {
	special  bool      // there is something of the kind
	starts   [256]bool // the first bytes of lines to look at
	preamble int       // lines of it to come
	blank    int64     // the first of the blank lines before this one; 0: there are none
	ended    bool      // by the trailer
}

func newLines(f *format.Format) lines {
	l := lines{preamble: f.PreambleLines}
	l.special = f.PreambleLines > 0 || f.Comments != nil || f.Trailer != "" || f.BlankLines != "fault"
	for _, comment := range f.Comments {
		l.starts[comment[0]] = true
	}
	if f.Trailer != "" {
		l.starts[f.Trailer[0]] = true
	}
	return l
}

// other takes a line that is no record: its size if it is blank, or the rest of it
// is to be skipped. More is true where its beginning may go on.
func (s *scanner) other(data []byte, final bool) (size int, more bool) {
	l, f := &s.lines, s.format
	if l.preamble > 0 {
		l.preamble--
		s.skipping = true
		return 0, false
	}
	if f.BlankLines != "fault" {
		if size, more = blankLine(data, f.Trim, final); more {
			return 0, true
		}
		if size > 0 {
			if f.BlankLines == "at-end" && l.blank == 0 {
				l.blank = s.line
			}
			s.line++
			for size < len(data) && data[size] == '\n' {
				size++
				s.line++
			}
			return size, false
		}
		if l.blank > 0 {
			line := s.line
			s.line, l.blank = l.blank, 0
			s.reject("", nil, BlankLine+": only behind the last row it may be")
			s.line = line
		}
	}
	begins := func(with string) bool {
		if len(data) < len(with) && !final && bytes.IndexByte(data, '\n') < 0 && bytes.HasPrefix([]byte(with), data) {
			more = true
		}
		return bytes.HasPrefix(data, []byte(with))
	}
	for _, comment := range f.Comments {
		if begins(comment) {
			s.skipping = true
			return 0, false
		}
	}
	if more {
		return 0, true
	}
	switch {
	case l.ended:
		s.stopped = true
		s.reject("", firstLine(data), BehindTrailer)
	case f.Trailer != "" && begins(f.Trailer):
		l.ended, s.skipping = true, true
	}
	return 0, more
}

// blankLine is the size of the blank line that data begins with, or 0.
func blankLine(data []byte, trim, final bool) (size int, more bool) {
	if trim {
		size = blanks(data)
	}
	rest := data[size:]
	switch {
	case size >= MaxRecordBytes: // no line is that long
		return 0, false
	case len(rest) == 0:
		return len(data), !final
	case rest[0] == '\n':
		return size + 1, false
	case rest[0] == '\r' && len(rest) == 1:
		return 0, !final
	case rest[0] == '\r' && rest[1] == '\n':
		return size + 2, false
	}
	return 0, false
}
