package inspect

import (
	"regexp"
	"strconv"
	"strings"
)

// form is a written form to recognise, and what it is in a format.
type form struct {
	written *regexp.Regexp
	text    string
}

func like(pattern, text string) form { return form{regexp.MustCompile("^" + pattern + "$"), text} }

// Forms of dates, of times of day and of both; the earlier goes before the later.
var (
	dates = []form{
		like(`\d{4}-\d\d-\d\d`, "%Y-%m-%d"), like(`\d{4}/\d\d/\d\d`, "%Y/%m/%d"), like(`\d{4}\.\d\d\.\d\d`, "%Y.%m.%d"),
		like(`\d\d\.\d\d\.\d{4}`, "%d.%m.%Y"), like(`\d\d-[A-Za-z]{3}-\d{4}`, "%d-%b-%Y"),
		like(`(0[1-9]|1[0-2])/\d\d/\d{4}`, "%m/%d/%Y"), like(`\d\d/\d\d/\d{4}`, "%d/%m/%Y"),
		like(`\d{1,2}/\d{1,2}/\d{4}`, "%-m/%-d/%Y"), like(`(19|20)\d\d(0[1-9]|1[0-2])[0-3]\d`, "%Y%m%d"),
	}
	clocks = []form{
		like(`\d\d:\d\d:\d\d`, "%H:%M:%S"), like(`\d\d:\d\d:\d\d[.,]\d{1,9}`, "%H:%M:%S%.f"), like(`\d\d:\d\d`, "%H:%M"),
		like(`\d{1,2}:\d\d:\d\d [AaPp][Mm]`, "%-I:%M:%S %p"),
		like(`([01]\d|2[0-3])([0-5]\d){2}`, "%H%M%S"), like(`([01]?\d|2[0-3])([0-5]\d){2}\d{3}`, "%-H%M%S%3f"),
		like(`([01]\d|2[0-3])([0-5]\d){2}\d{6}`, "%H%M%S%6f"), like(`([01]\d|2[0-3])([0-5]\d){2}\d{9}`, "%H%M%S%9f"),
	}
	rfc3339    = like(`\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)`, "rfc3339")
	offset     = regexp.MustCompile(`^(Z|[+-]\d{1,2}(:?\d\d)?)$`)
	instant    = regexp.MustCompile(`^(.*?\d)([ TD_-])(\d?\d:?\d\d:?\d\d(?:[.,]\d{1,9})?(?: [AaPp][Mm])?)( ?)(Z|UTC|[+-]\d\d:?\d\d|[A-Z][A-Za-z_]*/[A-Za-z_/]+)?$`)
	epochForm  = regexp.MustCompile(`^1\d{9}(\d{3}){0,3}(\.\d+)?$`)
	epochUnits = map[int]string{10: "seconds", 13: "milliseconds", 16: "microseconds", 19: "nanoseconds"} // of today
)

func formOf(value string, forms []form) string {
	for _, f := range forms {
		if f.written.MatchString(value) {
			return f.text
		}
	}
	return ""
}

func dateForm(value string) string  { return formOf(value, dates) }
func clockForm(value string) string { return formOf(value, clocks) }

// timeForm is what form of a time with its date a value has, if any: the unit of a
// number, rfc3339, or a layout.
func timeForm(value string) string {
	if epochForm.MatchString(value) {
		integer, _, _ := strings.Cut(value, ".")
		return epochUnits[len(integer)]
	}
	if rfc3339.written.MatchString(value) {
		return rfc3339.text
	}
	parts := instant.FindStringSubmatch(value)
	if parts == nil {
		return ""
	}
	date, clock := dateForm(parts[1]), clockForm(parts[3])
	if date == "" || clock == "" || strings.Contains(clock, "%-H") {
		return ""
	}
	if clock == "%H:%M:%S" {
		clock = "%H:%M:%S%.f"
	}
	zone := parts[5]
	switch {
	case zone == "UTC":
	case strings.Contains(zone, "/"):
		zone = "%Z"
	case zone != "":
		zone = "%z"
	}
	return date + parts[2] + clock + parts[4] + zone
}

// sinceMidnight is the unit of numbers since midnight, if a day has room for all.
func sinceMidnight(values []string) string {
	greatest, pointed := 0.0, false
	for _, value := range values {
		n, err := strconv.ParseFloat(value, 64)
		if err != nil || n < 0 {
			return ""
		}
		greatest, pointed = max(greatest, n), pointed || strings.Contains(value, ".")
	}
	switch {
	case greatest < 3600: // hardly a time of a session
		return ""
	case greatest < 86_400 && pointed:
		return "seconds"
	case greatest < 3_600_000 || pointed:
		return ""
	case greatest < 86_400_000:
		return "milliseconds"
	case greatest < 86_400_000_000 && greatest >= 3_600_000_000:
		return "microseconds"
	case greatest < 86_400_000_000_000 && greatest >= 3_600_000_000_000:
		return "nanoseconds"
	}
	return ""
}
