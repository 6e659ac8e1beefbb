package bars

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
	"pgregory.net/rapid"

	"market-data-pipeline/handlers/internal/decimal"
	"market-data-pipeline/handlers/internal/summary"
	"market-data-pipeline/handlers/internal/trades"
)

const head = "timestamp,symbol,price,size\n"

const rowsPerGroup = 1 << 15 // of package parquet

// build makes the bars of a CSV file and reads the Parquet file back.
func build(t fataler, file string) ([]Row, summary.Days, *parquet.File) {
	var out bytes.Buffer
	builder := NewBuilder(&out)
	result, err := trades.Scan(context.Background(), strings.NewReader(file), trades.Options{AllowNonPositivePrice: true}, builder.Add)
	if err != nil || !result.Valid() {
		t.Fatalf("%v %v", result.Rejects.First, err)
	}
	days, err := builder.Close()
	if err != nil {
		t.Fatalf("%v", err)
	}
	opened, err := parquet.OpenFile(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil {
		t.Fatalf("%v", err)
	}
	rows, err := parquet.Read[Row](bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil {
		t.Fatalf("%v", err)
	}
	return rows, days, opened
}

type fataler interface{ Fatalf(string, ...any) }

// Row is a row as another implementation of Parquet reads it.
type Row struct {
	Minute    int64    `parquet:"minute,timestamp(nanosecond:utc)"`
	Symbol    string   `parquet:"symbol,dict"`
	Open      [16]byte `parquet:"open,decimal(18:38)"`
	High      [16]byte `parquet:"high,decimal(18:38)"`
	Low       [16]byte `parquet:"low,decimal(18:38)"`
	Close     [16]byte `parquet:"close,decimal(18:38)"`
	VWAP      [16]byte `parquet:"vwap,decimal(18:38)"`
	Volume    [16]byte `parquet:"volume,decimal(18:38)"`
	Notional  [16]byte `parquet:"notional,decimal(18:38)"`
	Trades    int64    `parquet:"trades"`
	OpenTime  int64    `parquet:"open_time,timestamp(nanosecond:utc)"`
	CloseTime int64    `parquet:"close_time,timestamp(nanosecond:utc)"`
}

// number is the decimal of a two's complement coefficient.
func number(b [16]byte, scale int) string {
	n := new(big.Int).SetBytes(b[:])
	if b[0] > 0x7f {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), 128))
	}
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil)
	text := new(big.Rat).SetFrac(n, unit).FloatString(scale)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

func show(r Row) string {
	return fmt.Sprintf("%s %s o=%s h=%s l=%s c=%s vwap=%s v=%s n=%s t=%d",
		time.Unix(0, r.Minute).UTC().Format(time.RFC3339Nano), r.Symbol,
		number(r.Open, 18), number(r.High, 18), number(r.Low, 18), number(r.Close, 18), number(r.VWAP, 18),
		number(r.Volume, 18), number(r.Notional, 18), r.Trades)
}

func showAll(rows []Row) (lines []string) {
	for _, r := range rows {
		lines = append(lines, show(r))
	}
	return lines
}

func TestBarsHaveOneRowPerMinuteAndSymbolThatTraded(t *testing.T) {
	rows, _, _ := build(t, head+`2013-10-07T08:00:00Z,IBM,2,1
2013-10-07T08:00:01Z,AIG,49.18,300
2013-10-07T08:00:02Z,IBM,3,1
2013-10-07T08:00:03Z,IBM,1,1
2013-10-07T08:00:59.999999999Z,IBM,2.5,0.000000001
2013-10-07T08:01:00Z,IBM,7,2
2013-10-07T23:59:59Z,AIG,-37.63,3
2013-10-08T00:00:00Z,AIG,0,1
`)
	want := []string{
		"2013-10-07T08:00:00Z AIG o=49.18 h=49.18 l=49.18 c=49.18 vwap=49.18 v=300 n=14754 t=1",
		"2013-10-07T08:00:00Z IBM o=2 h=3 l=1 c=2.5 vwap=2.000000000166666667 v=3.000000001 n=6.0000000025 t=4",
		"2013-10-07T08:01:00Z IBM o=7 h=7 l=7 c=7 vwap=7 v=2 n=14 t=1",
		"2013-10-07T23:59:00Z AIG o=-37.63 h=-37.63 l=-37.63 c=-37.63 vwap=-37.63 v=3 n=-112.89 t=1",
		"2013-10-08T00:00:00Z AIG o=0 h=0 l=0 c=0 vwap=0 v=1 n=0 t=1",
	}
	if diff := cmp.Diff(want, showAll(rows)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestMinutesBefore1970BeginAtSecondZeroToo(t *testing.T) {
	rows, days, _ := build(t, head+"1969-12-31T23:57:00.5Z,A,1,1\n1969-12-31T23:59:59.5Z,A,1,1\n1970-01-01T00:00:00Z,A,1,1\n")
	if len(rows) != 3 || rows[0].Minute != -180_000_000_000 || rows[1].Minute != -60_000_000_000 || rows[2].Minute != 0 ||
		days["1969-12-31"]["A"].Trades != 2 {
		t.Errorf("%v %v", showAll(rows), days)
	}
}

func TestTheSchemaIsTheArchitectures(t *testing.T) {
	_, _, file := build(t, head)
	want := `message schema {
	required int64 minute (TIMESTAMP(isAdjustedToUTC=true,unit=NANOS));
	required binary symbol (STRING);
	required fixed_len_byte_array(16) open (DECIMAL(38,18));
	required fixed_len_byte_array(16) high (DECIMAL(38,18));
	required fixed_len_byte_array(16) low (DECIMAL(38,18));
	required fixed_len_byte_array(16) close (DECIMAL(38,18));
	required fixed_len_byte_array(16) vwap (DECIMAL(38,18));
	required fixed_len_byte_array(16) volume (DECIMAL(38,18));
	required fixed_len_byte_array(16) notional (DECIMAL(38,18));
	required int64 trades (INT(64,true));
	required int64 open_time (TIMESTAMP(isAdjustedToUTC=true,unit=NANOS));
	required int64 close_time (TIMESTAMP(isAdjustedToUTC=true,unit=NANOS));
}`
	if diff := cmp.Diff(want, file.Schema().String()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestAFileWithoutTradesBecomesAFileWithoutRows(t *testing.T) {
	rows, days, file := build(t, head)
	if len(rows) != 0 || file.NumRows() != 0 || len(days) != 0 {
		t.Errorf("%v %v", rows, days)
	}
}

func TestTheSameTradesGiveTheSameBytes(t *testing.T) {
	var first []byte
	for range 3 {
		var out bytes.Buffer
		builder := NewBuilder(&out)
		for i := range 2000 {
			trade := &trades.Trade{Time: int64(i) * 7_000_000_000, Symbol: fmt.Sprint("S", i%13), SymbolID: i % 13, Row: int64(i + 1)}
			if err := builder.Add(trade); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := builder.Close(); err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = out.Bytes()
		} else if !bytes.Equal(first, out.Bytes()) {
			t.Error("other bytes")
		}
	}
}

func TestAMinuteOfManySymbolsIsWhole(t *testing.T) {
	var file strings.Builder
	file.WriteString(head)
	const symbols = rowsPerGroup + 257
	for i := range symbols {
		fmt.Fprintf(&file, "2013-10-07T08:00:00Z,S%05d,1,1\n", symbols-i)
	}
	rows, days, opened := build(t, file.String())
	if len(rows) != symbols || len(days["2013-10-07"]) != symbols || len(opened.RowGroups()) != 2 {
		t.Fatalf("%d rows, %d symbols, %d row groups", len(rows), len(days["2013-10-07"]), len(opened.RowGroups()))
	}
	if !slices.IsSortedFunc(rows, func(a, b Row) int { return strings.Compare(a.Symbol, b.Symbol) }) {
		t.Error("the minute is not in order of symbols")
	}
}

func TestFinishedMinutesAreWrittenOnTheWay(t *testing.T) {
	var out bytes.Buffer
	builder := NewBuilder(&out)
	for i := range 3 * rowsPerGroup {
		if err := builder.Add(&trades.Trade{Time: int64(i) * minute, Symbol: "A"}); err != nil {
			t.Fatal(err)
		}
	}
	if out.Len() == 0 {
		t.Error("nothing is written before the end: memory would grow with the file")
	}
}

func TestTheWritersErrorComesBack(t *testing.T) {
	broken := errors.New("disk full")
	builder := NewBuilder(failing{broken})
	if _, err := builder.Close(); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	builder = NewBuilder(failing{broken})
	for i := range rowsPerGroup {
		if err := builder.Add(&trades.Trade{Time: int64(i) * minute, Symbol: "A"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := builder.Add(&trades.Trade{Time: rowsPerGroup * minute, Symbol: "A"}); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
}

func TestASumThatDoesNotFitIsAnErrorThatSaysWhere(t *testing.T) {
	var most decimal.Decimal
	if err := most.UnmarshalText([]byte(strings.Repeat("9", 20))); err != nil {
		t.Fatal(err)
	}
	for want, at := range map[string]int64{"the bar of A with row 2": 1, "the day 1970-01-01 of A": minute} {
		builder := NewBuilder(io.Discard)
		if err := builder.Add(&trades.Trade{Symbol: "A", Size: most, Row: 1}); err != nil {
			t.Fatal(err)
		}
		err := builder.Add(&trades.Trade{Time: at, Symbol: "A", Size: most, Row: 2})
		if err == nil {
			_, err = builder.Close()
		}
		if !errors.Is(err, decimal.ErrRange) || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

var _ io.Writer = failing{}

// TestBarsAndDaysAgreeWithExactArithmetic adds the trades up once more, per
// minute and per day, with math/big.
func TestBarsAndDaysAgreeWithExactArithmetic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var file strings.Builder
		file.WriteString(head)
		at := time.Date(2013, 10, 7, 23, 50, 0, 0, time.UTC)
		groups := map[string]*reference{}
		for range rapid.IntRange(0, 60).Draw(t, "trades") {
			at = at.Add(time.Duration(rapid.Int64Range(0, 40_000_000_000).Draw(t, "pause")))
			symbol := rapid.SampledFrom([]string{"IBM", "AIG", "BRK.A"}).Draw(t, "symbol")
			price := rapid.StringMatching(`-?[0-9]{1,8}(\.[0-9]{1,9})?`).Draw(t, "price")
			size := rapid.StringMatching(`[1-9][0-9]{0,8}(\.[0-9]{1,9})?`).Draw(t, "size")
			fmt.Fprintf(&file, "%s,%s,%s,%s\n", at.Format(time.RFC3339Nano), symbol, price, size)
			for _, group := range []string{at.Format("2006-01-02T15:04:00Z ") + symbol, at.Format("2006-01-02 ") + symbol} {
				if groups[group] == nil {
					groups[group] = &reference{}
				}
				groups[group].add(price, size)
			}
		}
		rows, days, _ := build(t, file.String())
		var want, got []string
		for group, r := range groups {
			want = append(want, group+r.String())
		}
		for _, row := range rows {
			got = append(got, show(row))
		}
		for date, symbols := range days {
			for symbol, s := range symbols {
				got = append(got, fmt.Sprintf("%s %s o=%s h=%s l=%s c=%s vwap=%s v=%s n=%s t=%d", date, symbol,
					s.Open, s.High, s.Low, s.Close, s.VWAP(), s.Volume, s.Notional, s.Trades))
			}
		}
		slices.Sort(want)
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("(-want +got)\n%s", diff)
		}
	})
}

type reference struct {
	open, high, low, close, volume, notional *big.Rat
	trades                                   int
}

func (r *reference) add(price, size string) {
	p, _ := new(big.Rat).SetString(price)
	s, _ := new(big.Rat).SetString(size)
	if r.trades == 0 {
		*r = reference{open: p, high: p, low: p, volume: new(big.Rat), notional: new(big.Rat)}
	}
	if p.Cmp(r.high) > 0 {
		r.high = p
	}
	if p.Cmp(r.low) < 0 {
		r.low = p
	}
	r.close = p
	r.volume.Add(r.volume, s)
	r.notional.Add(r.notional, new(big.Rat).Mul(p, s))
	r.trades++
}

func (r *reference) String() string {
	plain := func(value *big.Rat, digits int) string {
		text := value.FloatString(digits)
		if strings.Contains(text, ".") {
			text = strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
		}
		if text == "-0" {
			text = "0"
		}
		return text
	}
	// FloatString rounds a half away from zero; a half is then one too far if
	// that made the last digit odd.
	vwap := new(big.Rat).Quo(r.notional, r.volume)
	scaled := new(big.Rat).Mul(vwap, new(big.Rat).SetInt64(2_000_000_000_000_000_000))
	rounded, _ := new(big.Rat).SetString(vwap.FloatString(18))
	last := new(big.Int).Div(new(big.Rat).Mul(rounded, big.NewRat(1_000_000_000_000_000_000, 1)).Num(), big.NewInt(1))
	if scaled.IsInt() && scaled.Num().Bit(0) == 1 && last.Bit(0) == 1 {
		rounded.Sub(rounded, big.NewRat(int64(vwap.Sign()), 1_000_000_000_000_000_000))
	}
	return fmt.Sprintf(" o=%s h=%s l=%s c=%s vwap=%s v=%s n=%s t=%d", plain(r.open, 9), plain(r.high, 9), plain(r.low, 9), plain(r.close, 9),
		plain(rounded, 18), plain(r.volume, 9), plain(r.notional, 18), r.trades)
}
