package trades

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// row is a row with one field replaced.
func row(column int, value string) string {
	fields := []string{"2013-10-07T08:00:30.270Z", "IBM", "181.52", "283"}
	fields[column] = value
	return strings.Join(fields, ",") + "\n"
}

func TestTimestampsAreRFC3339InUTC(t *testing.T) {
	for text, want := range map[string]int64{
		"1970-01-01T00:00:00Z":           0,
		"1970-01-01T00:00:00.000000001Z": 1,
		"1969-12-31T23:59:59.9Z":         -100_000_000,
		"2013-10-07T08:00:30.270Z":       1381132830_270_000_000,
		"2012-02-29T00:00:00Z":           1330473600_000_000_000,
		"2000-02-29T00:00:00Z":           951782400_000_000_000,
		"1678-01-01T00:00:00Z":           -9214560000_000_000_000,
		"2261-12-31T23:59:59.999999999Z": 9214646399_999_999_999,
	} {
		_, got := valid(t, head+row(0, text))
		if got[0].Time != want {
			t.Errorf("%s = %d, want %d", text, got[0].Time, want)
		}
	}
	for text, want := range map[string]Reason{
		"":                                TimestampSyntax,
		"2013-10-07":                      TimestampSyntax,
		"2013-10-07T08:00Z":               TimestampSyntax,
		"2013-10-07 08:00:30Z":            TimestampSyntax,
		"2013-10-07T08:00:30":             TimestampSyntax,
		"2013-10-07T08:00:30.Z":           TimestampSyntax,
		"2013-10-07T08:00:30ZZ":           TimestampSyntax,
		"2013-10-07T08:00:30.270 Z":       TimestampSyntax,
		" 2013-10-07T08:00:30Z":           TimestampSyntax,
		"13-10-07T08:00:30Z":              TimestampSyntax,
		"1381132830":                      TimestampSyntax,
		"2013-1o-07T08:00:30Z":            TimestampSyntax,
		"201d-10-07T08:00:30Z":            TimestampSyntax,
		"2013-10-07T08:00:3:Z":            TimestampSyntax, // the byte behind 9
		"2013010-07T08:00:30Z":            TimestampSyntax,
		"2013-10-07008:00:30Z":            TimestampSyntax,
		"2013-10-07T08:00030Z":            TimestampSyntax,
		"2013-10-07T08:00:30+0000":        TimestampSyntax,
		"2013-10-07T08:00:30+x1:00":       TimestampSyntax,
		"2013-10-07T08:00:30+0x:00":       TimestampSyntax,
		"2013-10-07T08:00:30+01:x0":       TimestampSyntax,
		"2013-10-07T08:00:30+01:0x":       TimestampSyntax,
		"2013-10-07T08:00:30+01-00":       TimestampSyntax,
		"2013-10-07T08:00:30 01:00":       TimestampSyntax,
		"2013-10-07T08:00:30-04:00":       TimestampOffset,
		"2013-10-07T08:00:30.5+01:00":     TimestampOffset,
		"2013-10-07T08:00:30.2700000000Z": TimestampPrecision,
		"2013-02-30T08:00:30Z":            TimestampDate,
		"2013-02-29T08:00:30Z":            TimestampDate,
		"1900-02-29T08:00:30Z":            TimestampDate,
		"2013-13-01T08:00:30Z":            TimestampDate,
		"2013-00-01T08:00:30Z":            TimestampDate,
		"2013-10-00T08:00:30Z":            TimestampDate,
		"2013-10-07T24:00:00Z":            TimestampDate,
		"2013-10-07T08:60:00Z":            TimestampDate,
		"2013-10-07T08:00:60Z":            TimestampDate,
		"2013-10-07T08:59:60Z":            TimestampDate,
		"2013-10-07T23:58:60Z":            TimestampDate,
		"2016-12-31T23:59:60Z":            TimestampLeap,
		"1677-12-31T23:59:59Z":            TimestampRange,
		"2262-01-01T00:00:00Z":            TimestampRange,
		"0000-01-01T00:00:00Z":            TimestampRange,
	} {
		rejected(t, head+good[:0]+row(0, text), Rejection{2, "timestamp", text, want})
	}
}

func TestTimestampsDoNotGoBack(t *testing.T) {
	valid(t, head+good+good)
	rejected(t, head+good+row(0, "2013-10-07T08:00:30.269999999Z")+good,
		Rejection{3, "timestamp", "2013-10-07T08:00:30.269999999Z", TimestampOrder})
	rejected(t, head+row(0, "2013-10-08T00:00:00Z")+good+good,
		Rejection{3, "timestamp", "2013-10-07T08:00:30.270Z", TimestampOrder})
}

func TestSymbolsHave1To24OfTheirAlphabet(t *testing.T) {
	for _, symbol := range []string{"A", "IBM", "BRK.A", "EUR/USD", "ES-201312", "0700.HK", "ABCDEFGHIJKLMNOPQRSTUVWX"} {
		if _, got := valid(t, head+row(1, symbol)); got[0].Symbol != symbol {
			t.Errorf("%q, want %q", got[0].Symbol, symbol)
		}
	}
	const form = SymbolForm + ": it must match [A-Z0-9./-]{1,24}"
	for symbol, want := range map[string]Reason{
		"": SymbolSyntax, "ibm": form, "I BM": form, " IBM": SymbolSyntax, "IBM ": SymbolSyntax, "IBM\t": SymbolSyntax, "BRK_A": form, "É": form,
		"A:B": form, "A+B": form, "ABCDEFGHIJKLMNOPQRSTUVWXY": form, "A@": form, "A[": form, strings.Repeat("A", 65): SymbolSyntax,
	} {
		rejected(t, head+row(1, symbol), Rejection{2, "symbol", symbol, want})
	}
	rejected(t, head+good+row(1, "IBM\x00"), Rejection{3, "symbol", "IBM\x00", SymbolSyntax})
}

func TestPricesAndSizesArePositiveDecimals(t *testing.T) {
	for text, want := range map[string]Reason{
		"":                      NumberSyntax,
		"abc":                   NumberSyntax,
		"1e3":                   NumberSyntax,
		"+1":                    NumberSyntax,
		".5":                    NumberSyntax,
		"5.":                    NumberSyntax,
		"1 000":                 NumberSyntax,
		" 1":                    NumberSyntax,
		"NaN":                   NumberSyntax,
		"1234567890123456789":   NumberRange,
		"0.1234567890123456789": NumberPrecision,
	} {
		rejected(t, head+row(2, text), Rejection{2, "price", text, want})
		rejected(t, head+row(3, text), Rejection{2, "size", text, want})
	}
	for _, text := range []string{"0", "0.000", "-0", "-1", "-37.63"} {
		rejected(t, head+row(2, text), Rejection{2, "price", text, PriceSign})
		rejected(t, head+row(3, text), Rejection{2, "size", text, SizeSign})
	}
	_, got := valid(t, head+"2013-10-07T08:00:30Z,IBM,999999999999999999.999999999,0.000000001\n")
	if got[0].Price.String() != "999999999999999999.999999999" || got[0].Size.String() != "0.000000001" {
		t.Errorf("%v", got)
	}
}

func TestAFeedMayAllowPricesThatAreNotPositive(t *testing.T) {
	result, got := scan(t, strings.NewReader(head+row(2, "-37.63")+row(2, "0")), Options{AllowNonPositivePrice: true})
	if !result.Valid() || got[0].Price.String() != "-37.63" || got[0].Notional.String() != "-10649.29" || got[1].Price.Sign() != 0 {
		t.Errorf("%+v %v", result, got)
	}
	result, _ = scan(t, strings.NewReader(head+row(3, "-1")), Options{AllowNonPositivePrice: true})
	if result.Rejects.ByReason[SizeSign] != 1 {
		t.Errorf("a negative size: %+v", result)
	}
}

func TestSumsThatDoNotFitAreRejected(t *testing.T) {
	const huge = "999999999999999999"
	rejected(t, head+"2013-10-07T08:00:30Z,IBM,"+huge+","+huge+"\n", Rejection{2, "price", huge, NotionalRange})
	rejected(t, head+"2013-10-07T08:00:30Z,IBM,0"+huge+".50,101\n", Rejection{2, "price", "0" + huge + ".50", NotionalRange})
	// 999,999,999,999,999 is the largest total of price × size, and of size.
	ten := "2013-10-07T08:00:30Z,IBM,1000000000000,100\n" // 10^14
	rejected(t, head+strings.Repeat(ten, 12), Rejection{11, "size", "100", TotalTooLarge})
	rejected(t, head+"2013-10-07T08:00:30Z,IBM,0.1,1000000000000000\n", Rejection{2, "size", "1000000000000000", TotalTooLarge})
	valid(t, head+strings.Repeat(ten, 9)+"2013-10-07T08:00:30Z,IBM,99999999999999.999999,1\n")
	// What follows is not looked at, on the fast path either.
	usual := "2013-10-07T08:00:30Z,IBM,9999999,99999999\n"
	rejected(t, head+strings.Repeat(usual, 2)+"\n\n", Rejection{3, "size", "99999999", TotalTooLarge})
	result, _ := scan(t, strings.NewReader(head+strings.Repeat(ten, 5)+strings.Repeat(strings.Replace(ten, ",1", ",-1", 1), 6)),
		Options{AllowNonPositivePrice: true})
	if result.Rejects.ByReason[TotalTooLarge] != 1 {
		t.Errorf("opposite signs: %+v", result)
	}
}

func TestEveryFaultOfARowIsReported(t *testing.T) {
	rejected(t, head+good+"yesterday,ibm,free,none\n"+good,
		Rejection{3, "timestamp", "yesterday", TimestampSyntax},
		Rejection{3, "symbol", "ibm", SymbolForm + ": it must match [A-Z0-9./-]{1,24}"},
		Rejection{3, "price", "free", NumberSyntax},
		Rejection{3, "size", "none", NumberSyntax})
}

func TestRowsHaveTheFieldsOfTheHeader(t *testing.T) {
	rejected(t, head+"2013-10-07T08:00:30Z,IBM,181.52\n", Rejection{2, "", "2013-10-07T08:00:30Z,IBM,181.52", FieldCount})
	rejected(t, head+"2013-10-07T08:00:30Z,IBM,181.52,283,P\n", Rejection{2, "", "2013-10-07T08:00:30Z,IBM,181.52,283,P", FieldCount})
	rejected(t, head+",,,,,,,,,,\n", Rejection{2, "", ",,,,,,,,,,", FieldCount})
	rejected(t, head+good+"\n", Rejection{3, "", "", BlankLine})
	rejected(t, head+"\r\n"+good, Rejection{2, "", "", BlankLine})
	rejected(t, head+" \n"+good, Rejection{2, "", " ", FieldCount})
}

func TestTextIsUTF8WithoutControlCharacters(t *testing.T) {
	header := "timestamp,symbol,price,size,exchange,conditions\n"
	start := strings.TrimSuffix(good, "\n")
	rejected(t, header+start+",\xff,\n", Rejection{2, "exchange", "\uFFFD", NotUTF8})
	rejected(t, header+start+",,a\x00b\n", Rejection{2, "conditions", "a\x00b", ControlCharacter})
	for _, c := range "\x01\x08\x0b\x0c\x0e\x1f\x7f" {
		rejected(t, header+start+",,"+string(c)+"\n", Rejection{2, "conditions", string(c), ControlCharacter})
	}
	valid(t, header+start+",\t,~ \u0080\n"+start+",\"\r\n\",\n")
	rejected(t, head+row(1, "I\xc3M"), Rejection{2, "symbol", "I\uFFFDM", NotUTF8})
	rejected(t, header+start+",P\r,\n", Rejection{2, "exchange", start + ",P\r,", BareReturn})
	rejected(t, head+strings.TrimSuffix(good, "\n")+"\r", Rejection{2, "size", start, BareReturn})
	rejected(t, head+start+"\rx\n"+strings.Repeat(good, MaxRecordBytes/len(good)+1), Rejection{2, "size", start + "\rx", BareReturn})
}

func TestQuotingFollowsRFC4180(t *testing.T) {
	header := "timestamp,symbol,price,size,conditions\n"
	start := strings.TrimSuffix(good, "\n")
	rejected(t, header+start+",a\"b\n", Rejection{2, "conditions", start + ",a\"b", BareQuote})
	rejected(t, header+start+",\"a\"b\n", Rejection{2, "conditions", start + ",\"a\"b", AfterQuote})
	rejected(t, header+start+",\"ab\n"+start+",\n", Rejection{2, "conditions", start + ",\"ab", UnterminatedQuote})
	rejected(t, header+start+",\"a\nb\n", Rejection{2, "conditions", start + ",\"a", UnterminatedQuote},
		Rejection{3, "", "b", FieldCount})
	rejected(t, head+strings.TrimSuffix(row(3, `"283"`), "\n")+"\r", Rejection{2, "size", strings.TrimSuffix(row(3, `"283"`), "\n"), AfterQuote})
	rejected(t, head+row(1, `"I""M"`), Rejection{2, "symbol", `I"M`, SymbolForm + ": it must match [A-Z0-9./-]{1,24}"})
	// Lines are counted inside quotes too.
	rejected(t, header+start+",\"a\nb\nc\"\n"+start+",\n\n", Rejection{6, "", "", BlankLine})
}

func TestRecordsHaveABoundedLength(t *testing.T) {
	header := "timestamp,symbol,price,size,conditions\n"
	start := strings.TrimSuffix(good, "\n") + ","
	for _, quote := range []string{"", `"`} {
		longest := start + quote + strings.Repeat("x", MaxRecordBytes-len(start)-2*len(quote)-1) + quote + "\n"
		valid(t, header+longest+longest)
		want := RecordTooLong
		if quote != "" {
			want = UnterminatedQuote
		}
		for _, more := range []string{"xx", strings.Repeat("x", 3*blockBytes)} {
			rejected(t, header+strings.Replace(longest, "x", more, 1)+longest,
				Rejection{2, "conditions", (start + quote + strings.Repeat("x", 200))[:MaxValueBytes], want})
		}
	}
}

func TestAFaultyLineIsShownWhole(t *testing.T) {
	header := "timestamp,symbol,price,size,conditions\n"
	usual := strings.TrimSuffix(good, "\n") + ",\n"
	for _, faulty := range []string{`a"b,IBM,181.52,283,c`, strings.Repeat("é", MaxValueBytes/2-3) + `"a`, strings.Repeat("é", MaxValueBytes) + `"a`} {
		for _, before := range []int{1, 5, len(faulty) - 1} { // bytes of it before a block ends
			rows := (blockBytes - len(header) - before) / len(usual)
			pad := strings.Repeat("x", blockBytes-len(header)-before-rows*len(usual))
			file := header + strings.Repeat(usual, rows-1) + strings.TrimSuffix(usual, "\n") + pad + "\n" + faulty
			for _, end := range []string{"", "\n", "\n" + usual} {
				result, _ := scan(t, strings.NewReader(file+end), Options{})
				want := []Rejection{{int64(rows) + 2, "timestamp", shown([]byte(faulty)), BareQuote}}
				if !slices.Equal(result.Rejects.First, want) {
					t.Errorf("%+v, want %+v", result.Rejects.First, want)
				}
			}
		}
	}
}

func TestReportsAreBoundedAndCountsAreNot(t *testing.T) {
	const rows = 3 * MaxRejections
	result, _ := scan(t, strings.NewReader(head+strings.Repeat("2013-10-07T08:00:30Z,IBM,"+strings.Repeat("é", 1000)+",0\n", rows)), Options{})
	if result.Rows != rows || result.Rejects.Count != 2*rows || len(result.Rejects.First) != MaxRejections ||
		result.Rejects.ByReason[NumberSyntax] != rows || result.Rejects.ByReason[SizeSign] != rows {
		t.Errorf("%d rows, %d faults, %d kept, %v", result.Rows, result.Rejects.Count, len(result.Rejects.First), result.Rejects.ByReason)
	}
	if got, want := result.Rejects.First[0].Value, strings.Repeat("é", MaxValueBytes/2); got != want {
		t.Errorf("value %q", got)
	}
}

func TestShownValuesAreShortAndValid(t *testing.T) {
	for value, want := range map[string]string{
		strings.Repeat("\xff", 300):             strings.Repeat("\uFFFD", 1), // one replacement for a run
		strings.Repeat("\x80", 300):             "\uFFFD",
		strings.Repeat("a", 199) + "é":          strings.Repeat("a", 199),
		strings.Repeat("a\xff", 100):            strings.Repeat("a\uFFFD", 50),
		strings.Repeat("a", MaxValueBytes):      strings.Repeat("a", MaxValueBytes),
		strings.Repeat("a", 197) + "\U0001F600": strings.Repeat("a", 197),
	} {
		if got := shown([]byte(value)); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestTheDatesOfAFileAreBounded(t *testing.T) {
	var file strings.Builder
	file.WriteString(head)
	for day := range MaxDates {
		fmt.Fprintf(&file, "%sT00:00:00Z,A,1,1\n", time.Unix(int64(day)*86400, 0).UTC().Format(time.DateOnly))
	}
	valid(t, file.String())
	rejected(t, file.String()+"2013-10-04T00:00:00Z,A,1,1\n2013-10-05T00:00:00Z,A,1,1\n", Rejection{2 + MaxDates, "", "", TooManyDates})
}

func TestTheSummaryOfAFileIsBounded(t *testing.T) {
	var file strings.Builder
	file.WriteString(head)
	const days = 4
	for day := range days {
		for i := range MaxSymbolDays / days {
			fmt.Fprintf(&file, "2013-10-%02dT00:00:00Z,S%d,1,1\n", day+1, i)
		}
	}
	if result, _ := valid(t, file.String()); result.Symbols != MaxSymbolDays/days {
		t.Fatalf("%d symbols", result.Symbols)
	}
	rejected(t, file.String()+"2013-10-04T00:00:00Z,ONE.MORE,1,1\n2013-10-04T00:00:00Z,NOT.SEEN,1,1\n",
		Rejection{2 + MaxSymbolDays, "symbol", "ONE.MORE", TooManySymbols})
}

func TestADayBeginsAtMidnightBefore1970Too(t *testing.T) {
	for ns, want := range map[int64]int64{0: 0, dayNanoseconds - 1: 0, -1: -dayNanoseconds, -dayNanoseconds: -dayNanoseconds} {
		if got := floorDay(ns); got != want {
			t.Errorf("the day of %d begins at %d, want %d", ns, got, want)
		}
	}
}

func TestAFaultyRowsSymbolIsNotKept(t *testing.T) {
	const huge = "999999999999999999"
	for _, faulty := range []string{row(0, ""), row(2, "0"), row(3, "-1"), "2013-10-07T08:00:30Z,IBM," + huge + "," + huge + "\n"} {
		if result, _ := scan(t, strings.NewReader(head+faulty), Options{}); result.Valid() || result.Symbols != 0 {
			t.Errorf("%q: %d symbols", faulty, result.Symbols)
		}
	}
}
