package trades

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"market-data-pipeline/handlers/internal/format"
)

// clockOf reads timestamps as a declaration has it.
func clockOf(t testing.TB, timestamp string) *clock {
	t.Helper()
	f := parsed(t, `"columns": ["t", "d", "symbol", "price", "size"], "symbol": {"column": "symbol"}, "price": {"column": "price"}, "size": {"column": "size"}, "timestamp": {"column": "t", `+timestamp+`}`)
	return &clock{Timestamp: &f.Timestamp}
}

func TestTimestampsAreReadAsDeclared(t *testing.T) {
	for _, c := range []struct{ timestamp, value, want string }{
		{`"epoch": "seconds"`, "1767625200", "2026-01-05T15:00:00Z"},
		{`"epoch": "seconds"`, "1767625200.0647", "2026-01-05T15:00:00.0647Z"},
		{`"epoch": "seconds"`, "-0.5", "1969-12-31T23:59:59.5Z"},
		{`"epoch": "milliseconds"`, "1767625200012.5", "2026-01-05T15:00:00.0125Z"},
		{`"epoch": "nanoseconds"`, "1767625200000000001", "2026-01-05T15:00:00.000000001Z"},
		{`"epoch": ["seconds", "milliseconds"]`, "1767625200", "2026-01-05T15:00:00Z"},
		{`"epoch": ["seconds", "milliseconds"]`, "1767625200012", "2026-01-05T15:00:00.012Z"},
		{`"epoch": ["seconds", "milliseconds"]`, "1767625200012000", string(TimestampUnit)},
		{`"epoch": "nanoseconds"`, "1767625200000000001.5", string(TimestampPrecision)},
		{`"epoch": "milliseconds"`, "1767625200000000", string(TimestampRange)},
		{`"epoch": "seconds"`, "99999999999999999999", string(TimestampRange)},
		{`"epoch": "seconds"`, "soon", string(TimestampForm)},
		{`"epoch": "seconds"`, "", string(TimestampForm)},
		{`"epoch": "seconds"`, "1.", string(TimestampForm)},
		{`"epoch": "nanoseconds", "rfc3339": "any"`, "2026-01-05T16:00:00+01:00", "2026-01-05T15:00:00Z"},
		{`"rfc3339": "any"`, "2026-01-05T09:30:00.5-05:30", "2026-01-05T15:00:00.5Z"},
		{`"rfc3339": "any"`, "2026-01-05T09:30:00-25:00", string(TimestampSyntax)},
		{`"rfc3339": "utc"`, "2026-01-05T09:30:00-05:00", string(TimestampOffset)},
		{`"layout": "%Y-%m-%d %H:%M:%S", "zone": "America/New_York"`, "2026-07-05 09:30:00", "2026-07-05T13:30:00Z"},
		{`"layout": "%Y-%m-%d %H:%M:%S", "zone": "America/New_York"`, "2026-02-30 09:30:00", string(TimestampDate)},
		{`"layout": "%Y-%m-%d %H:%M:%S", "zone": "America/New_York"`, "1600-02-03 09:30:00", string(TimestampRange)},
		{`"layout": "%Y-%m-%d %H:%M %Z"`, "2026-07-05 09:30 Europe/Berlin", "2026-07-05T07:30:00Z"},
		{`"layout": "%Y-%m-%d %H:%M %Z"`, "2026-07-05 09:30 EDT", string(TimestampZone)},
		{`"layout": "%Y-%m-%d %H:%M %Z"`, "2026-07-05 09:30 Local", string(TimestampZone)},
		{`"since-midnight": "milliseconds", "zone": "America/New_York", "date": {"column": "d", "layout": "%Y%m%d"}`, "34200000.5", "2026-01-05T14:30:00.0005Z"},
		{`"since-midnight": "seconds", "zone": "UTC", "date": {"column": "d", "layout": "%Y%m%d"}`, "86400", string(TimestampDate)},
		{`"since-midnight": "seconds", "zone": "UTC", "date": {"column": "d", "layout": "%Y%m%d"}`, "-1", string(TimestampForm)},
		// The clocks skip the hour from two on 8 March, and show the one from one on 1 November twice.
		{`"layout": "%Y-%m-%d %H:%M", "zone": "America/New_York"`, "2026-03-08 02:30", string(TimestampSkipped)},
		{`"layout": "%Y-%m-%d %H:%M", "zone": "America/New_York", "skipped-times": "offset-before"`, "2026-03-08 02:30", "2026-03-08T07:30:00Z"},
		{`"layout": "%Y-%m-%d %H:%M", "zone": "America/New_York", "skipped-times": "offset-after"`, "2026-03-08 02:30", "2026-03-08T06:30:00Z"},
		{`"layout": "%Y-%m-%d %H:%M", "zone": "America/New_York"`, "2026-11-01 01:30", string(TimestampRepeated)},
		{`"layout": "%Y-%m-%d %H:%M", "zone": "America/New_York", "repeated-times": "first"`, "2026-11-01 01:30", "2026-11-01T05:30:00Z"},
		{`"layout": "%Y-%m-%d %H:%M", "zone": "America/New_York", "repeated-times": "second"`, "2026-11-01 01:30", "2026-11-01T06:30:00Z"},
		{`"layout": "%Y-%m-%d %H:%M", "zone": "America/New_York"`, "2026-11-01 02:00", "2026-11-01T07:00:00Z"},
		{`"layout": "%Y-%m-%d %H:%M", "zone": "America/New_York"`, "2026-11-01 00:59", "2026-11-01T04:59:00Z"},
		// A whole day that Samoa left out.
		{`"layout": "%Y-%m-%d %H:%M", "zone": "Pacific/Apia"`, "2011-12-30 12:00", string(TimestampSkipped)},
	} {
		at, fault := clockOf(t, c.timestamp).read([]byte(c.value), []byte("20260105"))
		got := string(fault)
		if fault == "" {
			got = time.Unix(0, at).UTC().Format(time.RFC3339Nano)
		}
		if got != c.want {
			t.Errorf("%s of %s: %s, want %s", c.value, c.timestamp, got, c.want)
		}
	}
}

// TestLocalTimesAgreeWithTheStandardLibrary: every instant is found again by what
// the clocks show, and what they show never or twice is told.
func TestLocalTimesAgreeWithTheStandardLibrary(t *testing.T) {
	clocks := map[string]*clock{}
	for _, zone := range []string{"America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata", "America/Sao_Paulo", "Pacific/Apia", "UTC"} {
		clocks[zone] = clockOf(t, `"layout": "%Y-%m-%d %H:%M:%S", "zone": "`+zone+`", "repeated-times": "first"`)
	}
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom([]string{"America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata", "America/Sao_Paulo", "Pacific/Apia", "UTC"}).Draw(t, "zone")
		c := clocks[name]
		at := rapid.Int64Range(0, 2_000_000_000).Draw(t, "second")
		if rapid.Bool().Draw(t, "near a change") {
			begin, _ := time.Unix(at, 0).In(c.Zone).ZoneBounds()
			if !begin.IsZero() {
				at = begin.Unix() + rapid.Int64Range(-7200, 7200).Draw(t, "from it")
			}
		}
		local := time.Unix(at, 0).In(c.Zone)
		got, fault := c.read([]byte(local.Format(time.DateTime)), nil)
		earlier := time.Unix(got/1e9, 0).In(c.Zone)
		if fault != "" || earlier.Format(time.DateTime) != local.Format(time.DateTime) || earlier.After(local) {
			t.Fatalf("%v in %s: %v, %s", local, name, earlier, fault)
		}
	})
}

func TestNumbersAreReadAsDeclared(t *testing.T) {
	for _, c := range []struct{ number, text, want string }{
		{`"decimal": ","`, "1,5", "1.5"},
		{`"decimal": ","`, "1.5", string(NumberSyntax)},
		{`"thousands": ","`, "1,234,567.5", "1234567.5"},
		{`"thousands": ","`, "1234567.5", "1234567.5"},
		{`"thousands": ","`, "12,34,567", string(NumberSyntax)},
		{`"thousands": ","`, "1234,567", string(NumberSyntax)},
		{`"thousands": ","`, "1,23", string(NumberSyntax)},
		{`"thousands": ","`, ",123", string(NumberSyntax)},
		{`"thousands": ","`, "1,", string(NumberSyntax)},
		{`"thousands": " ", "decimal": ","`, "-1 234,5", "-1234.5"},
		{`"notation": "free"`, "9.54e-06", "0.00000954"},
		{`"notation": "free"`, "1E3", "1000"},
		{`"notation": "free"`, "+.5", "0.5"},
		{`"notation": "free"`, "5.", "5"},
		{`"notation": "free"`, "1e-18", "0.000000000000000001"},
		{`"notation": "free"`, "1e-19", string(NumberPrecision)},
		{`"notation": "free"`, "1e18", string(NumberRange)},
		{`"notation": "free"`, "1e99999999999", string(NumberRange)},
		{`"notation": "free"`, "0e99999999999", "0"},
		{`"notation": "free"`, "1e-99999999999", string(NumberPrecision)},
		{`"notation": "free"`, "1e", string(NumberSyntax)},
		{`"notation": "free"`, "1e+", string(NumberSyntax)},
		{`"notation": "free"`, ".", string(NumberSyntax)},
		{`"notation": "free"`, "", string(NumberSyntax)},
		{`"notation": "free"`, "nan", string(NumberSyntax)},
		{`"scale": "1e-9"`, "259900000", "0.2599"},
		{`"scale": "1e-9"`, "-9223372036854775808", "-9223372036.854775808"},
		{`"scale": "1/32"`, "101", "3.15625"},
		{`"scale": "100"`, "0.5", "50"},
		{`"scale": "1e-9", "scaled": "integers"`, "0.259900000", "0.2599"},
		{`"scale": "1e-9", "scaled": "integers"`, "259900000", "0.2599"},
		{`"decimal": "."`, "0.1234567890123456789", string(NumberPrecision)},
		{`"decimal": ","`, "1234567890123456789", string(NumberRange)},
		{`"decimal": ","`, "000000000000000000000000000000000000000000000000000000000000000000000000000001,50", "1.5"},
		{`"decimal": ","`, "0," + strings.Repeat("0", 90), "0"},
		{`"decimal": ","`, "0," + strings.Repeat("0", 90) + "1", string(NumberPrecision)},
	} {
		f := parsed(t, `"columns": ["t", "s", "p"], "timestamp": {"column": "t", "epoch": "seconds"}, "symbol": {"column": "s"}, "size": {"column": "t"}, "price": {"column": "p", `+c.number+`}`)
		value, fault := readNumber([]byte(c.text), &f.Price)
		got := string(fault)
		if fault == "" {
			got = value.String()
		}
		if got != c.want {
			t.Errorf("%s of %s: %s, want %s", c.text, c.number, got, c.want)
		}
	}
}

func TestSymbolsAreWhatMarketsCallThem(t *testing.T) {
	for _, symbol := range []string{"BRK B", "BTC_USDT", "O:SPY251219C00650000", "^VIX", "M&M", "JPY=", "BApA", "ES:BF", "贵州茅台", "É", strings.Repeat("é", 64), "a"} {
		if !isSymbol([]byte(symbol)) {
			t.Errorf("%q is no symbol", symbol)
		}
	}
	for _, symbol := range []string{"", " ", "A ", " A", "A\tB", "A\x00", "\x7f", "\u0085", "\u200b", "\u00a0", "A\xff", strings.Repeat("é", 65)} {
		if isSymbol([]byte(symbol)) {
			t.Errorf("%q is a symbol", symbol)
		}
	}
}

func TestConditionsSayWhatATradeCountsFor(t *testing.T) {
	for _, c := range []struct {
		split, others string
		want          map[string]string
	}{
		{`"whole"`, `"all"`, map[string]string{"": "", "I": "open,high,low,close", "X": "", "IQ": ""}},
		{`"characters"`, `[]`, map[string]string{"I": "open,high,low,close", "@  I": "open,high,low,close", "@Q": "open,high,low,close,volume", "X": "open,high,low,close,volume", " ": ""}},
		{`{"separator": ",", "strip": "[]' "}`, `"fault"`, map[string]string{"['@', 'T', 'I']": "fault", "['@', 'I']": "open,high,low,close", "['@']": "", "[]": "", "[' ', '@']": ""}},
	} {
		f := parsed(t, `"columns": ["t", "s", "p", "c"], "timestamp": {"column": "t", "epoch": "seconds"}, "symbol": {"column": "s"}, "size": {"column": "t"}, "price": {"column": "p"},
			"conditions": {"column": "c", "split": `+c.split+`, "others": `+c.others+`, "table": {"@": "all", "I": ["volume"], "Q": []}}`)
		s := newScanner(Options{Format: f}, nil)
		for value, want := range c.want {
			excluded, fault := s.excluded([]byte(value))
			got := strings.Join(excluded.Names(), ",")
			if fault != "" {
				got = "fault"
			}
			if got != want {
				t.Errorf("%q cut as %s: %s, want %s", value, c.split, got, want)
			}
		}
	}
}

func TestTheOrderOfRowsIsChecked(t *testing.T) {
	rows := []string{"3,A,1,1", "1,B,1,1", "2,B,1,1", "2,A,1,1"}
	for order, want := range map[string][]Rejection{
		format.ByTime:             {{3, "timestamp", "1", TimestampOrder}, {5, "timestamp", "2", TimestampOrder}},
		format.ByTimeWithinSymbol: {{5, "timestamp", "2", SymbolTimeOrder}},
		format.AnyOrder:           nil,
	} {
		f := parsed(t, `"columns": ["timestamp", "symbol", "price", "size"], "timestamp": {"column": "timestamp", "epoch": "seconds"}, "symbol": {"column": "symbol"},
			"price": {"column": "price"}, "size": {"column": "size"}, "order": "`+order+`"`)
		file := "timestamp,symbol,price,size\n" + strings.Join(rows, "\n") + "\n"
		if order == format.ByTime {
			want = []Rejection{{3, "timestamp", "1", TimestampOrder}}
		}
		result, _ := scan(t, strings.NewReader(file), Options{Format: f})
		if fmt.Sprint(result.Rejects.First) != fmt.Sprint(want) {
			t.Errorf("%s: %+v, want %+v", order, result.Rejects.First, want)
		}
	}
}

func TestAnEmptyFileIsWhatItsFormatSays(t *testing.T) {
	const columns = `"columns": ["t", "s", "p"], "timestamp": {"column": "t", "epoch": "seconds"}, "symbol": {"column": "s"}, "size": {"column": "t"}, "price": {"column": "p"}`
	const missing = NoHeader + ": it must name t,s,p"
	for _, c := range []struct {
		format, file string
		want         Reason
	}{
		{`"empty-file": "valid"`, "", ""}, {`"empty-file": "valid"`, "t,s,p\n", ""}, {`"empty-file": "header"`, "", missing}, {`"empty-file": "header"`, "t,s,p\n", ""},
		{`"empty-file": "fault"`, "", NoRows}, {`"empty-file": "fault"`, "t,s,p\n", NoRows}, {`"header": "none"`, "", ""}, {`"header": "none", "empty-file": "fault"`, "", NoRows},
		{`"trailer": {"begins": "END"}`, "", ""}, {`"trailer": {"begins": "END"}`, "t,s,p\n", NoTrailer + ": it must begin with END"},
		{`"trailer": {"begins": "END"}`, "t,s,p\nEND,2\n", ""}, {`"trailer": {"begins": "END", "required": false}`, "t,s,p\n", ""},
		{`"trailer": {"begins": "END"}`, "t,s,p\nEND,2\n1,A,1\n", BehindTrailer}, {`"trailer": {"begins": "END"}`, "t,s,p\nEN", NoTrailer + ": it must begin with END"},
	} {
		for container, packed := range containers(c.file) {
			result, _ := scan(t, strings.NewReader(string(packed)), Options{Format: parsed(t, columns+", "+c.format)})
			if (c.want == "") != result.Valid() || c.want != "" && result.Rejects.ByReason[c.want] != 1 {
				t.Errorf("%s, %q, %s: %+v, want %q", c.format, c.file, container, result.Rejects, c.want)
			}
		}
	}
}
