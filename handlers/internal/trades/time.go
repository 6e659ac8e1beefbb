package trades

import "time"

// Unix nanoseconds hold these years whole.
const firstYear, lastYear = 1678, 2261

// parseTime reads an RFC 3339 timestamp in UTC, with at most nanoseconds, as
// nanoseconds since 1970. The letters may be lower case and the offset may be a
// zero in digits, as the RFC has it. The reason is empty if nothing is wrong.
func parseTime(text []byte) (int64, Reason) {
	const shape = "dddd-dd-ddTdd:dd:dd"
	if len(text) <= len(shape) {
		return 0, TimestampSyntax
	}
	for i, want := range []byte(shape) {
		c := text[i]
		switch {
		case want == 'd' && isDigit(c), c == want && want != 'd', want == 'T' && c == 't':
		default:
			return 0, TimestampSyntax
		}
	}
	fraction, digits, rest := int64(0), 0, text[len(shape):]
	if rest[0] == '.' {
		rest = rest[1:]
		for digits < len(rest) && isDigit(rest[digits]) {
			if digits < 9 {
				fraction = fraction*10 + int64(rest[digits]-'0')
			}
			digits++
		}
		rest = rest[digits:]
		if digits == 0 {
			return 0, TimestampSyntax
		}
	}
	switch offset := string(rest); {
	case offset == "Z", offset == "z", offset == "+00:00", offset == "-00:00":
	case isOffset(rest):
		return 0, TimestampOffset
	default:
		return 0, TimestampSyntax
	}
	if digits > 9 {
		return 0, TimestampPrecision
	}
	for range 9 - digits {
		fraction *= 10
	}

	year := 100*twoDigits(text) + twoDigits(text[2:])
	month, day := twoDigits(text[5:]), twoDigits(text[8:])
	hour, minute, second := twoDigits(text[11:]), twoDigits(text[14:]), twoDigits(text[17:])
	if hour == 23 && minute == 59 && second == 60 {
		return 0, TimestampLeap
	}
	if month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59 {
		return 0, TimestampDate
	}
	// A day that the month lacks comes out as one of the next.
	whole := time.Date(year, time.Month(month), day, hour, minute, second, 0, time.UTC)
	if whole.Day() != day {
		return 0, TimestampDate
	}
	if year < firstYear || year > lastYear {
		return 0, TimestampRange
	}
	return whole.UnixNano() + fraction, ""
}

func isDigit(c byte) bool { return c-'0' <= 9 }

func twoDigits(text []byte) int { return 10*int(text[0]-'0') + int(text[1]-'0') }

// isOffset recognises +hh:mm and -hh:mm.
func isOffset(text []byte) bool {
	return len(text) == 6 && (text[0] == '+' || text[0] == '-') && text[3] == ':' &&
		isDigit(text[1]) && isDigit(text[2]) && isDigit(text[4]) && isDigit(text[5])
}
