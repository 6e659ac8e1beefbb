package inspect

import (
	"regexp"
	"strings"
)

// Words by which columns are known; the first that a name holds counts.
var (
	timeWords   = []string{"timestamp", "ts_event", "sip_timestamp", "time", "date", "ts"}
	symbolWords = []string{"symbol", "ticker", "instrument", "isin", "ric", "pair", "code", "id"}
	priceWords  = []string{"price", "px", "kurs", "last", "rate"}
	sizeWords   = []string{"size", "qty", "quantity", "volume", "amount", "menge", "shares"}
)

// layouts are forms of times to recognise, with what they are in a format.
var layouts = []struct {
	form *regexp.Regexp
	text string
}{
	{regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$`), "rfc3339"},
	{regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?$`), "%Y-%m-%dT%H:%M:%S%.f"},
	{regexp.MustCompile(`^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)$`), "%Y-%m-%d %H:%M:%S%.f%z"},
	{regexp.MustCompile(`^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?$`), "%Y-%m-%d %H:%M:%S%.f"},
	{regexp.MustCompile(`^\d{4}-\d\d-\d\dD\d\d:\d\d:\d\d(\.\d+)?$`), "%Y-%m-%dD%H:%M:%S%.f"},
	{regexp.MustCompile(`^\d\d\.\d\d\.\d{4} \d\d:\d\d:\d\d(,\d+)?$`), "%d.%m.%Y %H:%M:%S%.f"},
	{regexp.MustCompile(`^\d\d/\d\d/\d{4} \d\d:\d\d:\d\d(\.\d+)?$`), "%m/%d/%Y %H:%M:%S%.f"},
	{regexp.MustCompile(`^\d{8} \d\d:\d\d:\d\d(\.\d+)?$`), "%Y%m%d %H:%M:%S%.f"},
	{regexp.MustCompile(`^\d{8} \d\d:\d\d:\d\d [A-Za-z]+/[A-Za-z_/]+$`), "%Y%m%d %H:%M:%S %Z"},
	{regexp.MustCompile(`^\d\d:\d\d:\d\d([.,]\d+)?$`), "%H:%M:%S%.f"},
	{regexp.MustCompile(`^\d\d\.\d\d\.\d{4}$`), "%d.%m.%Y"},
	{regexp.MustCompile(`^\d\d/\d\d/\d{4}$`), "%m/%d/%Y"},
	{regexp.MustCompile(`^\d{4}-\d\d-\d\d$`), "%Y-%m-%d"},
}

// unitsByDigits are the units of times of today, by their digits before the point.
var unitsByDigits = map[int]string{10: "seconds", 13: "milliseconds", 16: "microseconds", 19: "nanoseconds"}

var epochNumber = regexp.MustCompile(`^1\d{9}(\d{3}){0,3}(\.\d+)?$`)

// timeForm is what form of a time a value has, if any.
func timeForm(value string) string {
	if epochNumber.MatchString(value) {
		integer, _, _ := strings.Cut(value, ".")
		return unitsByDigits[len(integer)]
	}
	for _, layout := range layouts {
		if layout.form.MatchString(value) {
			return layout.text
		}
	}
	return ""
}

// draft is the body of a format to start from: what could be told, and what is to
// be filled in where it could not.
func (f *Found) draft(rows [][]string) map[string]any {
	if f.Header {
		rows = rows[1:]
	}
	if len(rows) == 0 {
		return nil
	}
	row := rows[0]
	value := func(i int) string {
		if i < len(row) {
			return strings.TrimSpace(row[i])
		}
		return ""
	}
	draft := map[string]any{
		"title": "Whose files these are", "source": []string{"Where the form is documented"},
		"columns": f.Columns, "order": "none",
	}
	for key, set := range map[string]struct{ is, usual string }{
		"encoding": {f.Encoding, "utf-8"}, "line-ends": {f.LineEnds, "lf"}, "delimiter": {f.Delimiter, ","},
	} {
		if set.is != set.usual {
			draft[key] = set.is
		}
	}
	if !f.Header {
		draft["header"] = "none"
	}
	taken := map[int]bool{}
	draft["timestamp"] = f.draftTime(row, value, taken)
	numeric := func(i int) bool { return number.MatchString(value(i)) }
	decimal := func(i int) bool { return numeric(i) && strings.ContainsAny(value(i), ".,") }
	for _, wanted := range []struct {
		key    string
		words  []string
		is     func(int) bool
		better func(int) bool // where no name tells
	}{{"price", priceWords, numeric, decimal}, {"size", sizeWords, numeric, decimal}, {"symbol", symbolWords, func(i int) bool { return value(i) != "" && !decimal(i) }, nil}} {
		i := f.pick(wanted.words, wanted.is, taken)
		if i < 0 && wanted.better != nil {
			if i = f.pick(nil, wanted.better, taken); i < 0 {
				i = f.pick(nil, wanted.is, taken)
			}
		}
		if i < 0 {
			continue
		}
		taken[i] = true
		column := map[string]any{"column": f.Columns[i]}
		if wanted.key != "symbol" {
			notation(column, rows, i)
		}
		draft[wanted.key] = column
	}
	if draft["symbol"] == nil {
		draft["file-name"] = map[string]any{"pattern": "(?P<symbol>[A-Za-z0-9]+).*"}
		draft["symbol"] = map[string]any{"file-name": "symbol"}
	}
	return draft
}

// draftTime finds the column of the time, or those of date and time.
func (f *Found) draftTime(row []string, value func(int) string, taken map[int]bool) map[string]any {
	whole := func(i int) bool { // a time with its date
		form := timeForm(value(i))
		return form != "" && (!strings.HasPrefix(form, "%") || strings.Contains(form, "%d") && strings.Contains(form, "%H"))
	}
	i := f.pick(timeWords, whole, taken)
	if i < 0 {
		i = f.pick(nil, whole, taken)
	}
	if i >= 0 {
		form := timeForm(value(i))
		f.TimestampUnit = form
		taken[i] = true
		timestamp := map[string]any{"column": f.Columns[i]}
		switch {
		case form == "rfc3339":
			timestamp["rfc3339"] = "any"
		case !strings.Contains(form, "%"):
			timestamp["epoch"] = form
		default:
			timestamp["layout"] = form
			if !strings.HasSuffix(form, "%z") && !strings.HasSuffix(form, "%Z") {
				timestamp["zone"] = "UTC"
			}
		}
		return timestamp
	}
	date, clock := -1, -1
	for i := range row {
		switch form := timeForm(value(i)); {
		case form == "%H:%M:%S%.f":
			clock = i
		case strings.HasPrefix(form, "%"):
			date = i
		}
	}
	if date >= 0 && clock >= 0 {
		taken[date], taken[clock] = true, true
		f.TimestampUnit = timeForm(value(date)) + " %H:%M:%S%.f"
		return map[string]any{"columns": []string{f.Columns[date], f.Columns[clock]}, "layout": f.TimestampUnit, "zone": "UTC"}
	}
	return map[string]any{"column": f.Columns[0], "layout": "%Y-%m-%d %H:%M:%S%.f", "zone": "UTC"}
}

// pick is the column that fits and that the earliest of the words is in, or without
// words the first that fits; -1 if there is none.
func (f *Found) pick(words []string, fits func(int) bool, taken map[int]bool) int {
	for _, word := range words {
		for i, name := range f.Columns {
			if !taken[i] && fits(i) && strings.Contains(strings.ToLower(name), word) {
				return i
			}
		}
	}
	for i := range f.Columns {
		if words == nil && !taken[i] && fits(i) {
			return i
		}
	}
	return -1
}

// notation says how the numbers of a column are written where that is unusual.
func notation(column map[string]any, rows [][]string, i int) {
	for _, row := range rows {
		if i >= len(row) {
			continue
		}
		text := row[i]
		point, comma := strings.LastIndexByte(text, '.'), strings.LastIndexByte(text, ',')
		switch {
		case comma > point && point >= 0:
			column["decimal"], column["thousands"] = ",", "."
		case point > comma && comma >= 0:
			column["thousands"] = ","
		case comma >= 0 && column["thousands"] == nil:
			column["decimal"] = ","
		}
		if strings.ContainsAny(text, "eE+") {
			column["notation"] = "free"
		}
	}
}
