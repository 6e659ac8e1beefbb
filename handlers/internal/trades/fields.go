package trades

import "math/bits"

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
