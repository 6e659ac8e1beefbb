package format

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
)

// everything is a format that has every key.
const everything = `{
	"title": "Everything", "source": ["nowhere"], "notes": "A line\nand another.",
	"encoding": "utf-16", "line-ends": "cr", "delimiter": ";", "quote": "'", "trim": true, "preamble-lines": 2,
	"comments": ["#", "sep="], "trailer": {"begins": "END", "required": false}, "blank-lines": "ignored",
	"trailing-delimiter": true, "empty-file": "fault", "header": "required", "header-names": "loose",
	"columns": ["date", "time", "root", {"name": "suffix", "optional": true}, {"name": "price", "aliases": ["px"]}, "size", "kind", "conditions"],
	"ignored": ["spare"],
	"file-name": {"pattern": "(?P<market>[A-Z]+)-(?P<day>\\d{8})\\.csv", "of": "path"},
	"timestamp": {"columns": ["date", "time"], "layout": ["%d.%m.%Y %H:%M:%S,%f", "%Y%m%d %-H%M%S%3f"], "zone": "Europe/Berlin",
		"skipped-times": "offset-before", "repeated-times": "second"},
	"symbol": {"parts": [{"column": ["suffix", "root"]}, {"constant": "."}, {"file-name": "market", "prefix": "<", "suffix": ">"}], "pattern": ".+"},
	"price": {"column": "price", "decimal": ",", "thousands": ".", "notation": "free", "scale": "1/32", "scaled": "integers"},
	"size": {"column": "size", "scale": "1e-9", "sign": "ignored"},
	"leave-out": [{"column": "kind", "is": ["Q", ""], "reason": "quote"}, {"column": "kind", "is-not": ["T"], "reason": "other"}],
	"conditions": {"column": "conditions", "split": {"separator": ",", "strip": "[]' "}, "others": "fault", "table": {"@": "all", "I": ["volume"], "Q": []}},
	"order": "none"}`

func TestEveryKeyIsRead(t *testing.T) {
	f, err := Parse([]byte(everything))
	if err != nil {
		t.Fatal(err)
	}
	if f.Encoding != "utf-16" || !f.ReturnEndsLines || f.Delimiter != ';' || f.Quote != '\'' || !f.Trim || f.PreambleLines != 2 ||
		!slices.Equal(f.Comments, []string{"#", "sep="}) || f.Trailer != "END" || f.TrailerRequired || f.BlankLines != "ignored" ||
		!f.TrailingDelimiter || f.EmptyFile != "fault" || f.Header != "required" || f.Order != AnyOrder {
		t.Errorf("%+v", f)
	}
	if f.Price.Unsigned || !f.Size.Unsigned {
		t.Error("signs are not read as they are declared")
	}
	if several, err := Parse(changed(t, "delimiter", list{"|", ";"})); err != nil || several.Delimiter != '|' || string(several.Delimiters) != "|;" {
		t.Errorf("%v: %+v", err, several)
	}
	if f.Find(" PX ") != 4 || f.Find("p") != -1 || !f.Ignores("SPARE") || f.Ignores("else") {
		t.Error("names are not found as header-names has it")
	}
	if !f.FileName.Path || !f.FileName.Pattern.MatchString("XETR-20260105.csv") || f.FileName.Pattern.MatchString("XETR-20260105.csv.gz") {
		t.Error("the pattern does not match all of the name, or more")
	}
	if c := f.Conditions; !c.Fault || c.Table["@"] != All || c.Table["I"] != Volume || c.Table["Q"] != 0 || c.Separator != "," || c.Strip != "[]' " {
		t.Errorf("%+v", c)
	}
	if len(f.Timestamp.Layouts) != 2 || f.Timestamp.Zone.String() != "Europe/Berlin" || len(f.Symbol.Parts) != 3 || len(f.LeaveOut) != 2 || !f.LeaveOut[1].Not {
		t.Errorf("%+v", f)
	}
}

func TestDefaultsAreTheUsualFile(t *testing.T) {
	f := Canonical()
	if f.Encoding != "utf-8" || f.ReturnEndsLines || f.Delimiter != ',' || f.Quote != '"' || f.BlankLines != "fault" || f.Header != "required" ||
		f.EmptyFile != "header" || f.Order != ByTime || len(f.Hash) != 64 {
		t.Errorf("%+v", f)
	}
}

func TestTheHashIsOfTheContentAndNotOfItsWriting(t *testing.T) {
	var value any
	if err := json.Unmarshal([]byte(everything), &value); err != nil {
		t.Fatal(err)
	}
	again, err := json.MarshalIndent(value, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	one, _ := Parse([]byte(everything))
	two, err := Parse(again)
	if err != nil || one.Hash != two.Hash {
		t.Errorf("%v: %s, %s", err, one.Hash, two.Hash)
	}
	three, err := Parse([]byte(strings.Replace(everything, `"none"`, `"time"`, 1)))
	if err != nil || one.Hash == three.Hash {
		t.Errorf("%v: another order has the same hash", err)
	}
}

// changed is everything with the member at a path replaced, or removed if it is nil.
func changed(t *testing.T, path string, value any) []byte {
	t.Helper()
	var whole map[string]any
	if err := json.Unmarshal([]byte(everything), &whole); err != nil {
		t.Fatal(err)
	}
	at, keys := whole, strings.Split(path, "/")
	for _, key := range keys[:len(keys)-1] {
		at = at[key].(map[string]any)
	}
	if value == nil {
		delete(at, keys[len(keys)-1])
	} else {
		at[keys[len(keys)-1]] = value
	}
	body, err := json.Marshal(whole)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

type list = []any
type members = map[string]any

func TestOnlyAHeaderTellsADelimiterFromAnother(t *testing.T) {
	body := strings.Replace(string(changed(t, "delimiter", list{";", "|"})), `"header":"required"`, `"header":"optional"`, 1)
	if _, err := Parse([]byte(body)); err == nil || !strings.Contains(err.Error(), `delimiter: [";","|"]: must be one: only a header tells`) {
		t.Errorf("%v", err)
	}
}

func TestFaultsNamePathValueAndRemedy(t *testing.T) {
	for _, c := range []struct {
		path  string
		value any
		want  string
	}{
		{"spare", 1, "spare: 1: is no key of a format here"},
		{"order", nil, "lacks order"},
		{"order", "random", `order: "random": must be one of time, time-within-symbol, none`},
		{"title", 7, "title: 7: must be a text"},
		{"delimiter", "x", `delimiter: "x": must be one of ,`},
		{"delimiter", list{";"}, `delimiter: [";"]: must be a list of 2 to 8`},
		{"delimiter", list{";", ";"}, `delimiter[1]: ";": must be a different one of ,`},
		{"delimiter", list{";", "x"}, `delimiter[1]: "x": must be a different one of ,`},
		{"delimiter", list{";", "\t"}, "trim: true: blanks and tabs cannot mean nothing where the delimiter is one"},
		{"trim", "yes", `trim: "yes": must be true or false`},
		{"preamble-lines", 1.5, "preamble-lines: 1.5: must be a whole number from 0 to 1000"},
		{"columns", list{"a"}, "columns: [\"a\"]: must be a list of 2 to 200"},
		{"columns", list{"a", "A"}, `columns[1]: "A": is the name of another column too`},
		{"ignored", list{"price"}, `ignored[0]: "price": is the name of another column too`},
		{"header", "none", "ignored: [\"spare\"]: a file without a header"},
		{"file-name/pattern", "(", "file-name.pattern: \"(\": must be a regular expression of RE2"},
		{"file-name", nil, `symbol.parts[2].file-name: "market": is no named group`},
		{"timestamp/columns", list{"date", "tme"}, `timestamp.columns[1]: "tme": is the name of no column`},
		{"timestamp/columns", list{"date", "suffix"}, `timestamp.columns[1]: "suffix": is an optional column`},
		{"timestamp/column", "date", "must have exactly one of column, columns"},
		{"timestamp/zone", "Europe/Bern", `timestamp.zone: "Europe/Bern": is no zone`},
		{"timestamp/zone", "Local", `timestamp.zone: "Local": is no zone`},
		{"timestamp/zone", nil, "lacks zone"},
		{"timestamp/layout", "%Y-%m-%d %Q", "has %Q, which is none of"},
		{"timestamp/layout", "%H:%M:%S", "must have the date"},
		{"timestamp/layout", "%Y-%m-%d", "lacks the time of day"},
		{"timestamp/epoch", "hours", "must be one of seconds"},
		{"timestamp/since-midnight", "seconds", "since-midnight stands alone"},
		{"timestamp/date", members{"column": "date", "layout": "%H"}, "must be that of a date alone"},
		{"price/thousands", ",", `price.thousands: ",": is the decimal point already`},
		{"price/scale", "1/3", `price.scale: "1/3": must be a decimal number`},
		{"price/column", "suffix", "is an optional column"},
		{"size/scaled", "all", ""},
		{"leave-out", list{members{"column": "kind", "is": list{1}, "reason": "x"}}, "leave-out[0].is[0]: 1: must be a text"},
		{"leave-out", list{members{"column": "kind", "reason": "x"}}, "must have exactly one of is, is-not"},
		{"conditions/others", list{"vwap"}, `conditions.others: ["vwap"]: must be all, or a list`},
		{"conditions/table", members{}, "must have 1 to 500 conditions"},
		{"trailer/begins", "", `trailer.begins: "": must be a text`},
	} {
		_, err := Parse(changed(t, c.path, c.value))
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s = %v: %v\nwant %s", c.path, c.value, err, c.want)
		}
	}
}

func TestAllFaultsAreToldAtOnceButNotWithoutEnd(t *testing.T) {
	_, err := Parse([]byte(`{}`))
	if n := strings.Count(err.Error(), "\n") + 1; n != 8 {
		t.Errorf("%d faults: %v", n, err)
	}
	_, err = Parse([]byte(`{"columns": [` + strings.Repeat("1,", 199) + `1]}`))
	if n := strings.Count(err.Error(), "\n") + 1; n != maxFaults {
		t.Errorf("%d faults", n)
	}
	if _, err := Parse([]byte(`{`)); err == nil {
		t.Error("half a document is taken")
	}
}

func TestLayouts(t *testing.T) {
	for _, c := range []struct {
		layout, text string
		want         Fields
	}{
		{"%Y-%m-%d %H:%M:%S", "2026-01-05 09:30:00", Fields{Year: 2026, Month: 1, Day: 5, Hour: 9, Minute: 30}},
		{"%d.%m.%Y %H:%M:%S,%f", "05.01.2026 16:00:00,123", Fields{Year: 2026, Month: 1, Day: 5, Hour: 16, Nanosecond: 123e6}},
		{"%Y%m%d %-H%M%S%3f", "20260105 93000010", Fields{Year: 2026, Month: 1, Day: 5, Hour: 9, Minute: 30, Nanosecond: 10e6}},
		{"%Y%m%d %-H%M%S%3f", "20260105 145959999", Fields{Year: 2026, Month: 1, Day: 5, Hour: 14, Minute: 59, Second: 59, Nanosecond: 999e6}},
		{"%Y%m%d %-H%M%S%3f", "20260105 10", Fields{Year: 2026, Month: 1, Day: 5, Nanosecond: 10e6}},
		{"%-m/%-d/%y %-I:%M %p", "1/5/26 12:07 AM", Fields{Year: 2026, Month: 1, Day: 5, Minute: 7, halves: true}},
		{"%-m/%-d/%y %-I:%M %p", "11/15/69 1:07 pm", Fields{Year: 1969, Month: 11, Day: 15, Hour: 13, Minute: 7, halves: true, afternoon: true}},
		{"%d-%b-%Y %H:%M:%S%.f", "05-JAN-2026 00:00:00", Fields{Year: 2026, Month: 1, Day: 5}},
		{"%d-%b-%Y %H:%M:%S%.f", "05-Jan-2026 00:00:00,000000001", Fields{Year: 2026, Month: 1, Day: 5, Nanosecond: 1}},
		{"%d-%b-%Y %H:%M:%S%.f %z", "05-JAN-2026 09:30:01.25 -5", Fields{Year: 2026, Month: 1, Day: 5, Hour: 9, Minute: 30, Second: 1, Nanosecond: 25e7, Offset: -18000, HasOffset: true}},
		{"%Y-%m-%dD%H:%M:%S.%f%z", "2026-01-05D00:00:25.9-05:30", Fields{Year: 2026, Month: 1, Day: 5, Second: 25, Nanosecond: 9e8, Offset: -19800, HasOffset: true}},
		{"%Y%m%d %H:%M:%S %Z", "20260105 10:00:00 US/Eastern", Fields{Year: 2026, Month: 1, Day: 5, Hour: 10, Zone: "US/Eastern"}},
		{"%H%M%S%f", "093000123456789", Fields{Hour: 9, Minute: 30, Nanosecond: 123456789}},
		{"%%%H%%", "%09%", Fields{Hour: 9}},
	} {
		l, wrong := parseLayout(c.layout)
		if wrong != "" {
			t.Errorf("%s %s", c.layout, wrong)
			continue
		}
		var got Fields
		if !l.Match([]byte(c.text), &got) || got != c.want {
			t.Errorf("%s of %s: %+v, want %+v", c.layout, c.text, got, c.want)
		}
		for i := range c.text {
			l.Match([]byte(c.text[:i]), new(Fields)) // does not look behind the end
		}
	}
}

func TestWhatDoesNotFitALayout(t *testing.T) {
	for layout, texts := range map[string][]string{
		"%Y-%m-%d":        {"", "2026-1-05", "2026-01-055", "2026/01/05", "26-01-05", "2026-01-05 "},
		"%H:%M:%S%.f":     {"09:30", "09:30:00.", "09:30:00.0000000000", "09:30:00;1"},
		"%H:%M:%S.%f":     {"09:30:00", "09:30:00,1"},
		"%-H%M%S%3f":      {"", "1093000010", "9300001x"},
		"%d-%b-%Y":        {"05-Foo-2026", "05-J"},
		"%I:%M %p":        {"09:30", "09:30 XM", "09:30 A"},
		"%H:%M %z":        {"09:30", "09:30 0500", "09:30 +5:00", "09:30 +", "09:30 +05:", "09:30 +24:00", "09:30 +05:60"},
		"%H:%M %Z":        {"09:30", "09:30 ", "09:30 ?"},
		"%-d/%m/%Y":       {"/01/2026", "123/01/2026"},
		"%H:%M:%S.%3f":    {"09:30:00.12", "09:30:00.1234"},
		"%Y%m%d%H%M%S%3f": {"2026010509300001"},
	} {
		l, wrong := parseLayout(layout)
		if wrong != "" {
			t.Errorf("%s %s", layout, wrong)
		}
		for _, text := range texts {
			if l.Match([]byte(text), new(Fields)) {
				t.Errorf("%q is taken for %s", text, layout)
			}
		}
	}
}

func TestLayoutsThatMeanNothing(t *testing.T) {
	for layout, want := range map[string]string{
		"%":               "begins nothing",
		"%Y%Y%m%d":        "twice",
		"%b %m":           "twice",
		"%I:%M":           "%I and %p together",
		"%H:%S":           "part of the time",
		"%H.%f":           "part of the time",
		"%Y-%m":           "part of the date",
		"%Y%-m%d":         "only the first of a run",
		"%-H%M%S%f":       "leaves open",
		"%Y-%m-%d %H:%é":  "has %",
		"%Y-%m-%d %H:%-M": "has %-",
	} {
		if _, wrong := parseLayout(layout); !strings.Contains(wrong, want) {
			t.Errorf("%s: %q, want %s", layout, wrong, want)
		}
	}
}

func TestScales(t *testing.T) {
	for text, want := range map[string]*Scale{
		"1e-9": {1, 9}, "1e3": {1, -3}, "1/10000": {1, 4}, "1/32": {3125, 5}, "1/5": {2, 1}, "1/1": {1, 0}, "0.25": {25, 2}, "100": {100, 0}, "2.50": {25, 1},
		"1/3": nil, "1/0": nil, "0": nil, "0.0": nil, "1e99": nil, "1/262144": {3814697265625, 18}, "1/524288": nil,
	} {
		got, ok := parseScale(text)
		if ok != (want != nil) || ok && *got != *want {
			t.Errorf("%s: %+v, want %+v", text, got, want)
		}
	}
}

// FuzzParse: whatever is handed in as a format is a format or an error.
func FuzzParse(f *testing.F) {
	f.Add([]byte(everything))
	f.Add(slices.Clone(canonical))
	f.Add([]byte(`{"columns":[{}],"timestamp":{"date":{}},"symbol":{"parts":[{}]},"conditions":{"split":{},"table":{"":[]}}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		if parsed, err := Parse(body); (parsed == nil) == (err == nil) {
			t.Fatalf("%v, %v", parsed, err)
		}
	})
}

// TestNoChangeOfAFormatCrashes puts values of every kind in the place of every value.
func TestNoChangeOfAFormatCrashes(t *testing.T) {
	var whole any
	if err := json.Unmarshal([]byte(everything), &whole); err != nil {
		t.Fatal(err)
	}
	tried := 0
	try := func() {
		body, err := json.Marshal(whole)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = Parse(body)
		tried++
	}
	var walk func(value any)
	others := []any{nil, true, 1, -1.5, "", "x", "%", list{}, list{nil}, list{"x", "x"}, members{}, members{"": nil}}
	walk = func(value any) {
		switch v := value.(type) {
		case map[string]any:
			for _, key := range slices.Sorted(maps.Keys(v)) {
				kept := v[key]
				for _, other := range others {
					v[key] = other
					try()
				}
				delete(v, key)
				try()
				v[key] = kept
				walk(kept)
			}
		case []any:
			for i := range v {
				kept := v[i]
				for _, other := range others {
					v[i] = other
					try()
				}
				v[i] = kept
				walk(kept)
			}
		}
	}
	walk(whole)
	if tried < 1000 {
		t.Errorf("%d changes tried", tried)
	}
}
