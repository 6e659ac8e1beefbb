package trades

// Unix nanoseconds hold these years whole.
const firstYear, lastYear = 1678, 2261

const (
	second     = 1_000_000_000
	daySeconds = 24 * 60 * 60
)

// parseTime reads an RFC 3339 timestamp with at most nanoseconds as nanoseconds
// since 1970; in any offset, or in UTC alone. The letters may be lower case, as
// the RFC has it. The reason is empty if nothing is wrong.
func parseTime(text []byte, anyOffset bool) (int64, Reason) {
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
	offset := int64(0)
	switch zone := string(rest); {
	case zone == "Z", zone == "z", zone == "+00:00", zone == "-00:00":
	case !isOffset(rest):
		return 0, TimestampSyntax
	case !anyOffset:
		return 0, TimestampOffset
	default:
		hours, minutes := twoDigits(rest[1:]), twoDigits(rest[4:])
		if hours > 23 || minutes > 59 {
			return 0, TimestampSyntax
		}
		offset = int64(hours*60+minutes) * 60
		if rest[0] == '-' {
			offset = -offset
		}
	}
	if digits > 9 {
		return 0, TimestampPrecision
	}
	for range 9 - digits {
		fraction *= 10
	}
	year := 100*twoDigits(text) + twoDigits(text[2:])
	seconds, fault := civil(year, twoDigits(text[5:]), twoDigits(text[8:]), twoDigits(text[11:]), twoDigits(text[14:]), twoDigits(text[17:]))
	if fault != "" {
		return 0, fault
	}
	return instant(seconds-offset, fraction)
}

// civil is the seconds since 1970 of a time of the calendar, as if in UTC.
func civil(year, month, day, hour, minute, second int) (int64, Reason) {
	if hour == 23 && minute == 59 && second == 60 {
		return 0, TimestampLeap
	}
	if month < 1 || month > 12 || day < 1 || day > daysIn(year, month) || hour > 23 || minute > 59 || second > 59 {
		return 0, TimestampDate
	}
	if year < firstYear-1 || year > lastYear+1 {
		return 0, TimestampRange
	}
	return dayNumber(year, month, day)*daySeconds + int64(hour*3600+minute*60+second), ""
}

// The first and the last second of the years that nanoseconds hold.
var firstSecond, lastSecond = dayNumber(firstYear, 1, 1) * daySeconds, dayNumber(lastYear+1, 1, 1)*daySeconds - 1

// instant is nanoseconds since 1970.
func instant(seconds, nanoseconds int64) (int64, Reason) {
	if seconds < firstSecond || seconds > lastSecond {
		return 0, TimestampRange
	}
	return seconds*second + nanoseconds, ""
}

func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// dayNumber counts the days since 1970-01-01 in the Gregorian calendar: a year that
// begins in March has its leap day at its end.
func dayNumber(year, month, day int) int64 {
	if month <= 2 {
		year--
		month += 12
	}
	return int64(365*year + year/4 - year/100 + year/400 + (153*(month-3)+2)/5 + day - 719469)
}

func isDigit(c byte) bool { return c-'0' <= 9 }

func twoDigits(text []byte) int { return 10*int(text[0]-'0') + int(text[1]-'0') }

// isOffset recognises +hh:mm and -hh:mm.
func isOffset(text []byte) bool {
	return len(text) == 6 && (text[0] == '+' || text[0] == '-') && text[3] == ':' &&
		isDigit(text[1]) && isDigit(text[2]) && isDigit(text[4]) && isDigit(text[5])
}
