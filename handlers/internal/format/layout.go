package format

import (
	"strings"
)

// Layout is a written form of times, in the letters of strftime.
type Layout struct {
	Text   string
	fields []field
}

// Fields are the parts of a time that a layout found.
type Fields struct {
	Year, Month, Day             int
	Hour, Minute, Second         int
	Nanosecond                   int
	Offset                       int // seconds east of UTC
	Zone                         string
	HasOffset, afternoon, halves bool
}

// field is a step of a layout: a letter's value, or a literal.
type field struct {
	letter  byte   // 0: literal; '.': an optional fraction
	literal string // itself
	digits  int    // of a number: exactly so many, or at most where it may lack zeros
	lacks   bool   // it may lack leading zeros
	run     int    // of a number that begins a run of numbers: the digits of all of them
}

// digitsOf are the letters that are numbers, and their digits.
var digitsOf = map[byte]int{'Y': 4, 'y': 2, 'm': 2, 'd': 2, 'H': 2, 'I': 2, 'M': 2, 'S': 2}

var months = []string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}

// parseLayout compiles a layout; the text is empty if nothing is wrong with it.
func parseLayout(text string) (Layout, string) {
	l := Layout{Text: text}
	seen := map[byte]bool{}
	literal := func(s string) {
		if n := len(l.fields); n > 0 && l.fields[n-1].letter == 0 {
			l.fields[n-1].literal += s
		} else {
			l.fields = append(l.fields, field{literal: s})
		}
	}
	for rest := text; rest != ""; {
		if rest[0] != '%' {
			literal(rest[:1])
			rest = rest[1:]
			continue
		}
		rest = rest[1:]
		var f field
		switch {
		case rest == "":
			return l, "ends with a % that begins nothing: write %%"
		case rest[0] == '%':
			literal("%")
			rest = rest[1:]
			continue
		case rest[0] == '-' && len(rest) > 1 && strings.IndexByte("mdHI", rest[1]) >= 0:
			f = field{letter: rest[1], digits: 2, lacks: true}
			rest = rest[2:]
		case strings.HasPrefix(rest, ".f"):
			f = field{letter: '.'}
			rest = rest[2:]
		case rest[0] >= '1' && rest[0] <= '9' && len(rest) > 1 && rest[1] == 'f':
			f = field{letter: 'f', digits: int(rest[0] - '0')}
			rest = rest[2:]
		case digitsOf[rest[0]] > 0:
			f = field{letter: rest[0], digits: digitsOf[rest[0]]}
			rest = rest[1:]
		case strings.IndexByte("fbpzZ", rest[0]) >= 0:
			f = field{letter: rest[0]}
			rest = rest[1:]
		default:
			return l, "has %" + rest[:1] + ", which is none of %Y %y %m %b %d %H %I %p %M %S %f %3f %.f %z %Z %% %-m %-d %-H %-I"
		}
		kind := f.letter
		switch kind {
		case '.':
			kind = 'f'
		case 'y':
			kind = 'Y'
		case 'b':
			kind = 'm'
		case 'I':
			kind = 'H'
		case 'Z':
			kind = 'z'
		}
		if seen[kind] {
			return l, "says the same twice: %" + string(f.letter)
		}
		seen[kind], seen[f.letter] = true, true
		l.fields = append(l.fields, f)
	}
	switch {
	case seen['I'] != seen['p']:
		return l, "needs %I and %p together: twelve hours, and which half of the day"
	case seen['f'] && !seen['S'], seen['S'] && !seen['M'], seen['M'] && !seen['H']:
		return l, "lacks a part of the time between others: hours, minutes, seconds, fraction"
	case (seen['Y'] || seen['m'] || seen['d']) && !(seen['Y'] && seen['m'] && seen['d']):
		return l, "lacks a part of the date: a year, a month and a day"
	}
	return l, l.measureRuns()
}

// measureRuns notes how many digits follow one another where a run of numbers
// begins with one that may lack zeros: 93000010 in %-H%M%S%3f.
func (l *Layout) measureRuns() (wrong string) {
	for i := range l.fields {
		f := &l.fields[i]
		if !f.lacks {
			continue
		}
		if i > 0 && l.fields[i-1].digits > 0 {
			return "has a number without a fixed length behind another: only the first of a run may lack zeros"
		}
		end, digits := i, 0
		for end < len(l.fields) && l.fields[end].digits > 0 {
			digits += l.fields[end].digits
			end++
		}
		if end < len(l.fields) && l.fields[end].letter == 'f' {
			return "lets zeros lack at the beginning of a run whose length %f leaves open: write %3f, %6f or %9f"
		}
		if end > i+1 {
			f.run = digits
		}
	}
	return ""
}

// HasDate says whether the layout has the date.
func (l Layout) HasDate() bool { return l.has('d') }

// HasTime says whether the layout has the time of day.
func (l Layout) HasTime() bool { return l.has('H') || l.has('I') }

// HasOffset says whether values state their offset or zone.
func (l Layout) HasOffset() bool { return l.has('z') || l.has('Z') }

// DigitsOnly says whether a value may be a number to look at.
func (l Layout) DigitsOnly() bool {
	for _, f := range l.fields {
		if f.digits == 0 && f.letter != 'f' && f.letter != '.' && f.literal != "." {
			return false
		}
	}
	return true
}

// Shape is where the seconds stand in values of a layout, and what follows them.
type Shape struct {
	Seconds  int  // the bytes in front of them
	Point    byte // in front of the fraction; 0: none, '.' with Optional: a point or a comma
	Optional bool // the fraction, with its point
	Digits   int  // of the fraction: exactly so many; 0: 1 to 9; -1: there is no fraction
}

// Shape tells it, if what is in front of the seconds always has the same length.
func (l Layout) Shape() (s Shape, ok bool) {
	s.Digits = -1
	for i, f := range l.fields {
		switch {
		case f.letter == 'S':
			rest := l.fields[i+1:]
			if len(rest) > 0 && rest[0].letter == '.' {
				s.Point, s.Optional, s.Digits = '.', true, 0
			} else if len(rest) > 0 && rest[0].letter == 'f' {
				s.Digits = rest[0].digits
			} else if len(rest) > 1 && len(rest[0].literal) == 1 && rest[1].letter == 'f' {
				s.Point, s.Digits = rest[0].literal[0], rest[1].digits
			}
			return s, true
		case f.letter == 0:
			s.Seconds += len(f.literal)
		case f.letter == 'b':
			s.Seconds += 3
		case f.digits > 0 && !f.lacks:
			s.Seconds += f.digits
		default:
			return s, false
		}
	}
	return s, false
}

func (l Layout) has(letter byte) bool {
	for _, f := range l.fields {
		if f.letter == letter {
			return true
		}
	}
	return false
}

// Match reads a value into the fields that the layout has. It judges the form
// alone: a month may be 13.
func (l Layout) Match(text []byte, to *Fields) bool {
	to.halves = false
	missing := 0 // leading zeros that a run lacks
	for i := range l.fields {
		f := &l.fields[i]
		switch f.letter {
		case 0:
			if len(text) < len(f.literal) || string(text[:len(f.literal)]) != f.literal {
				return false
			}
			text = text[len(f.literal):]
			continue
		case 'b':
			if len(text) < 3 {
				return false
			}
			to.Month = 0
			for m, name := range months {
				if strings.EqualFold(string(text[:3]), name) {
					to.Month = m + 1
				}
			}
			if to.Month == 0 {
				return false
			}
			text = text[3:]
			continue
		case 'p':
			if len(text) < 2 || text[1]|0x20 != 'm' || text[0]|0x20 != 'a' && text[0]|0x20 != 'p' {
				return false
			}
			to.halves, to.afternoon = true, text[0]|0x20 == 'p'
			text = text[2:]
			continue
		case 'z':
			size := 0
			if to.Offset, size = offset(text); size == 0 {
				return false
			}
			to.HasOffset = true
			text = text[size:]
			continue
		case 'Z':
			size := 0
			for size < len(text) && isZoneLetter(text[size]) {
				size++
			}
			if size == 0 {
				return false
			}
			to.Zone = string(text[:size])
			text = text[size:]
			continue
		case '.':
			if len(text) == 0 || text[0] != '.' && text[0] != ',' {
				continue
			}
			text = text[1:]
		}
		found := leadingDigits(text)
		if f.run > 0 {
			missing = max(0, f.run-found)
			if found == 0 {
				return false
			}
		}
		want := f.digits
		switch {
		case f.letter == 'f' && want == 0, f.letter == '.':
			if found < 1 || found > 9 {
				return false
			}
			want = found
		case missing > 0:
			taken := min(missing, want)
			missing -= taken
			want -= taken
		case f.lacks && f.run == 0:
			want = min(want, found)
			if want == 0 {
				return false
			}
		}
		if found < want {
			return false
		}
		to.set(f.letter, text[:want], f.digits)
		text = text[want:]
	}
	if to.halves {
		if to.Hour < 1 || to.Hour > 12 {
			to.Hour = 99 // no such hour
		} else if to.Hour = to.Hour % 12; to.afternoon {
			to.Hour += 12
		}
	}
	return len(text) == 0
}

func (to *Fields) set(letter byte, digits []byte, width int) {
	n := 0
	for _, c := range digits {
		n = 10*n + int(c-'0')
	}
	switch letter {
	case 'Y':
		to.Year = n
	case 'y': // as POSIX has it
		to.Year = 1900 + n
		if n < 69 {
			to.Year = 2000 + n
		}
	case 'm':
		to.Month = n
	case 'd':
		to.Day = n
	case 'H', 'I':
		to.Hour = n
	case 'M':
		to.Minute = n
	case 'S':
		to.Second = n
	case 'f', '.':
		for range 9 - max(len(digits), width) {
			n *= 10
		}
		to.Nanosecond = n
	}
}

func leadingDigits(text []byte) int {
	n := 0
	for n < len(text) && text[n]-'0' <= 9 {
		n++
	}
	return n
}

// offset reads Z, +h, +hh, +hhmm or +hh:mm as seconds, and how long it is.
func offset(text []byte) (seconds, size int) {
	if len(text) > 0 && text[0]|0x20 == 'z' {
		return 0, 1
	}
	if len(text) < 2 || text[0] != '+' && text[0] != '-' || leadingDigits(text[1:]) == 0 {
		return 0, 0
	}
	pair := func(at int) int { return 10*int(text[at]-'0') + int(text[at+1]-'0') }
	hours, minutes, size := int(text[1]-'0'), 0, 2
	if leadingDigits(text[1:]) >= 2 {
		hours, size = pair(1), 3
	}
	if size == 3 && len(text) >= 6 && text[3] == ':' && leadingDigits(text[4:]) >= 2 {
		minutes, size = pair(4), 6
	} else if size == 3 && leadingDigits(text[1:]) >= 4 {
		minutes, size = pair(3), 5
	}
	if hours > 23 || minutes > 59 {
		return 0, 0
	}
	seconds = hours*3600 + minutes*60
	if text[0] == '-' {
		seconds = -seconds
	}
	return seconds, size
}

func isZoneLetter(c byte) bool {
	return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '/' || c == '_' || c == '+' || c == '-'
}
