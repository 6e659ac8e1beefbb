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

// memory is an Output in memory.
type memory struct {
	dates      []string
	bars, days map[string]*bytes.Buffer
	ended      int
}

func newMemory() *memory {
	return &memory{bars: map[string]*bytes.Buffer{}, days: map[string]*bytes.Buffer{}}
}

func (m *memory) Begin(date string) (bars, day io.Writer, err error) {
	m.dates = append(m.dates, date)
	m.bars[date], m.days[date] = new(bytes.Buffer), new(bytes.Buffer)
	return m.bars[date], m.days[date], nil
}

func (m *memory) End() error {
	m.ended++
	return nil
}

// built is what a file came to.
type built struct {
	rows  []Row
	days  map[string][]Day
	files map[string]*parquet.File // the bars
	out   *memory
}

// build makes the bars of a CSV file and reads the Parquet files back.
func build(t fataler, file string) built {
	b := built{days: map[string][]Day{}, files: map[string]*parquet.File{}, out: newMemory()}
	builder := NewBuilder(7, b.out)
	result, err := trades.Scan(context.Background(), strings.NewReader(file), trades.Options{AllowNonPositivePrice: true}, builder.Add)
	if err != nil || !result.Valid() {
		t.Fatalf("%v %v", result.Rejects.First, err)
	}
	if err := builder.Close(); err != nil {
		t.Fatalf("%v", err)
	}
	if b.out.ended != len(b.out.dates) || !slices.IsSorted(b.out.dates) {
		t.Fatalf("%d of the days %v ended", b.out.ended, b.out.dates)
	}
	for _, date := range b.out.dates {
		rows := read[Row](t, b.out.bars[date])
		for _, r := range rows {
			if on := time.UnixMicro(r.Minute).UTC().Format(time.DateOnly); on != date {
				t.Fatalf("the day %s has a bar of %s", date, on)
			}
		}
		b.rows = append(b.rows, rows...)
		b.days[date] = read[Day](t, b.out.days[date])
		opened, err := parquet.OpenFile(bytes.NewReader(b.out.bars[date].Bytes()), int64(b.out.bars[date].Len()))
		if err != nil {
			t.Fatalf("%v", err)
		}
		b.files[date] = opened
	}
	return b
}

func read[T any](t fataler, file *bytes.Buffer) []T {
	rows, err := parquet.Read[T](bytes.NewReader(file.Bytes()), int64(file.Len()))
	if err != nil {
		t.Fatalf("%v", err)
	}
	return rows
}

type fataler interface{ Fatalf(string, ...any) }

// Row is a row as another implementation of Parquet reads it.
type Row struct {
	Minute    int64    `parquet:"minute,timestamp(microsecond:utc)"`
	Symbol    string   `parquet:"symbol,dict"`
	Open      [16]byte `parquet:"open,decimal(18:38)"`
	High      [16]byte `parquet:"high,decimal(18:38)"`
	Low       [16]byte `parquet:"low,decimal(18:38)"`
	Close     [16]byte `parquet:"close,decimal(18:38)"`
	VWAP      [16]byte `parquet:"vwap,decimal(18:38)"`
	Volume    [16]byte `parquet:"volume,decimal(18:38)"`
	Notional  [16]byte `parquet:"notional,decimal(18:38)"`
	Trades    int64    `parquet:"trades"`
	OpenTime  int64    `parquet:"open_time,timestamp(microsecond:utc)"`
	CloseTime int64    `parquet:"close_time,timestamp(microsecond:utc)"`
	OpenNS    int64    `parquet:"open_time_ns"`
	CloseNS   int64    `parquet:"close_time_ns"`
	Number    int64    `parquet:"number"`
}

// Day is a row of the day likewise.
type Day struct {
	Number   int64    `parquet:"number"`
	Symbol   string   `parquet:"symbol,dict"`
	Open     [16]byte `parquet:"open,decimal(18:38)"`
	High     [16]byte `parquet:"high,decimal(18:38)"`
	Low      [16]byte `parquet:"low,decimal(18:38)"`
	Close    [16]byte `parquet:"close,decimal(18:38)"`
	Volume   [16]byte `parquet:"volume,decimal(18:38)"`
	Notional [16]byte `parquet:"notional,decimal(18:38)"`
	Rest     int64    `parquet:"notional_rest"`
	Trades   int64    `parquet:"trades"`
	OpenNS   int64    `parquet:"open_time_ns"`
	CloseNS  int64    `parquet:"close_time_ns"`
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
		time.UnixMicro(r.Minute).UTC().Format(time.RFC3339Nano), r.Symbol,
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
	rows := build(t, head+`2013-10-07T08:00:00Z,IBM,2,1
2013-10-07T08:00:01Z,AIG,49.18,300
2013-10-07T08:00:02Z,IBM,3,1
2013-10-07T08:00:03Z,IBM,1,1
2013-10-07T08:00:59.999999999Z,IBM,2.5,0.000000001
2013-10-07T08:01:00Z,IBM,7,2
2013-10-07T23:59:59Z,AIG,-37.63,3
2013-10-08T00:00:00Z,AIG,0,1
`).rows
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
	b := build(t, head+"1969-12-31T23:57:00.5Z,A,1,1\n1969-12-31T23:59:59.000000001Z,A,1,1\n1970-01-01T00:00:00Z,A,1,1\n")
	if len(b.rows) != 3 || b.rows[0].Minute != -180_000_000 || b.rows[1].Minute != -60_000_000 || b.rows[2].Minute != 0 ||
		b.rows[1].OpenTime != -1_000_000 || b.rows[1].OpenNS != -999_999_999 || b.days["1969-12-31"][0].Trades != 2 {
		t.Errorf("%v %v", showAll(b.rows), b.days)
	}
}

func TestEveryRowNamesItsFilesNumber(t *testing.T) {
	b := build(t, head+"2013-10-07T08:00:00Z,A,1,1\n2013-10-08T08:00:00Z,B,1,1\n")
	for _, row := range b.rows {
		if row.Number != 7 {
			t.Errorf("%+v", row)
		}
	}
	for _, day := range b.days {
		if len(day) != 1 || day[0].Number != 7 {
			t.Errorf("%+v", day)
		}
	}
}

func TestTheSchemaIsTheArchitectures(t *testing.T) {
	b := build(t, head+"2013-10-07T08:00:00Z,A,1,1\n")
	want := `message schema {
	required int64 minute (TIMESTAMP(isAdjustedToUTC=true,unit=MICROS));
	required binary symbol (STRING);
	required fixed_len_byte_array(16) open (DECIMAL(38,18));
	required fixed_len_byte_array(16) high (DECIMAL(38,18));
	required fixed_len_byte_array(16) low (DECIMAL(38,18));
	required fixed_len_byte_array(16) close (DECIMAL(38,18));
	required fixed_len_byte_array(16) vwap (DECIMAL(38,18));
	required fixed_len_byte_array(16) volume (DECIMAL(38,18));
	required fixed_len_byte_array(16) notional (DECIMAL(38,18));
	required int64 trades (INT(64,true));
	required int64 open_time (TIMESTAMP(isAdjustedToUTC=true,unit=MICROS));
	required int64 close_time (TIMESTAMP(isAdjustedToUTC=true,unit=MICROS));
	required int64 open_time_ns (INT(64,true));
	required int64 close_time_ns (INT(64,true));
	required int64 notional_rest (INT(64,true));
	required int64 uncounted (INT(64,true));
	required int64 number (INT(64,true));
}`
	if diff := cmp.Diff(want, b.files["2013-10-07"].Schema().String()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestOfAFileWithoutTradesNothingIsWritten(t *testing.T) {
	if b := build(t, head); len(b.out.dates) != 0 {
		t.Errorf("%v", b.out.dates)
	}
}

func TestWhatHasNoTradesAnyMoreIsAFileWithoutRows(t *testing.T) {
	var bars, day bytes.Buffer
	if err := WriteNothing(7, &bars, &day); err != nil {
		t.Fatal(err)
	}
	if rows, days := read[Row](t, &bars), read[Day](t, &day); len(rows) != 0 || len(days) != 0 {
		t.Errorf("%v %v", rows, days)
	}
}

func TestTheSameTradesGiveTheSameBytes(t *testing.T) {
	var first []byte
	for range 3 {
		out := newMemory()
		builder := NewBuilder(7, out)
		for i := range 2000 {
			trade := &trades.Trade{Time: int64(i) * 7_000_000_000, Symbol: fmt.Sprint("S", i%13), SymbolID: i % 13, Row: int64(i + 1)}
			if err := builder.Add(trade); err != nil {
				t.Fatal(err)
			}
		}
		if err := builder.Close(); err != nil {
			t.Fatal(err)
		}
		got := append(out.bars["1970-01-01"].Bytes(), out.days["1970-01-01"].Bytes()...)
		if first == nil {
			first = got
		} else if !bytes.Equal(first, got) {
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
	b := build(t, file.String())
	rows, day, groups := b.rows, b.days["2013-10-07"], b.files["2013-10-07"].RowGroups()
	if len(rows) != symbols || len(day) != symbols || len(groups) != 2 {
		t.Fatalf("%d rows, %d symbols, %d row groups", len(rows), len(day), len(groups))
	}
	if !slices.IsSortedFunc(rows, func(a, b Row) int { return strings.Compare(a.Symbol, b.Symbol) }) ||
		!slices.IsSortedFunc(day, func(a, b Day) int { return strings.Compare(a.Symbol, b.Symbol) }) {
		t.Error("the minute or the day is not in order of symbols")
	}
}

func TestFinishedMinutesAreWrittenOnTheWay(t *testing.T) {
	out := newMemory()
	builder := NewBuilder(7, out)
	for i := range rowsPerGroup + 1 {
		if err := builder.Add(&trades.Trade{Time: int64(i), Symbol: fmt.Sprint("S", i), SymbolID: i}); err != nil {
			t.Fatal(err)
		}
	}
	if err := builder.Add(&trades.Trade{Time: minute, Symbol: "A"}); err != nil {
		t.Fatal(err)
	}
	if out.bars["1970-01-01"].Len() == 0 {
		t.Error("nothing is written before the end: memory would grow with the file")
	}
}

func TestTheWritersErrorComesBack(t *testing.T) {
	broken := errors.New("disk full")
	for what := range 4 {
		builder := NewBuilder(7, failing{broken, what})
		if err := builder.Add(&trades.Trade{Symbol: "A"}); err == nil {
			err = builder.Close()
			if !errors.Is(err, broken) {
				t.Errorf("%d: %v", what, err)
			}
		} else if what > 0 || !errors.Is(err, broken) {
			t.Errorf("%d: %v", what, err)
		}
	}
}

func TestASumThatDoesNotFitIsAnErrorThatSaysWhere(t *testing.T) {
	var most decimal.Decimal
	if err := most.UnmarshalText([]byte(strings.Repeat("9", 20))); err != nil {
		t.Fatal(err)
	}
	for want, at := range map[string]int64{"the bar of A with row 2": 1, "the day 1970-01-01 of A": minute} {
		builder := NewBuilder(7, newMemory())
		if err := builder.Add(&trades.Trade{Symbol: "A", Size: most, Row: 1}); err != nil {
			t.Fatal(err)
		}
		err := builder.Add(&trades.Trade{Time: at, Symbol: "A", Size: most, Row: 2})
		if err == nil {
			err = builder.Close()
		}
		if !errors.Is(err, decimal.ErrRange) || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// failing is an output that fails at its beginning (0), its bars, its day or its end (3).
type failing struct {
	err error
	at  int
}

func (f failing) Begin(string) (bars, day io.Writer, err error) {
	if f.at == 0 {
		return nil, nil, f.err
	}
	return f.writer(1), f.writer(2), nil
}

func (f failing) writer(at int) io.Writer {
	if f.at == at {
		return full{f.err}
	}
	return io.Discard
}

func (f failing) End() error { return f.err }

type full struct{ err error }

func (f full) Write([]byte) (int, error) { return 0, f.err }

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
			price := rapid.StringMatching(`-?[0-9]{1,6}(\.[0-9]{1,9})?`).Draw(t, "price")
			size := rapid.StringMatching(`[1-9][0-9]{0,6}(\.[0-9]{1,9})?`).Draw(t, "size")
			fmt.Fprintf(&file, "%s,%s,%s,%s\n", at.Format(time.RFC3339Nano), symbol, price, size)
			for _, group := range []string{at.Format("2006-01-02T15:04:00Z ") + symbol, at.Format("2006-01-02 ") + symbol} {
				if groups[group] == nil {
					groups[group] = &reference{}
				}
				groups[group].add(price, size)
			}
		}
		b := build(t, file.String())
		var want, got []string
		for group, r := range groups {
			want = append(want, group+r.String())
		}
		for _, row := range b.rows {
			got = append(got, show(row))
		}
		for date, day := range b.days {
			for _, d := range day {
				stats := summary.Stats{
					Volume: decimal.FromBytes(d.Volume), Notional: decimal.NotionalFromBytes(d.Notional, d.Rest),
				}
				got = append(got, fmt.Sprintf("%s %s o=%s h=%s l=%s c=%s vwap=%s v=%s n=%s t=%d", date, d.Symbol,
					number(d.Open, 18), number(d.High, 18), number(d.Low, 18), number(d.Close, 18), stats.VWAP(),
					number(d.Volume, 18), number(d.Notional, 18), d.Trades))
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
	return fmt.Sprintf(" o=%s h=%s l=%s c=%s vwap=%s v=%s n=%s t=%d", plain(r.open, 18), plain(r.high, 18), plain(r.low, 18), plain(r.close, 18),
		plain(rounded, 18), plain(r.volume, 18), plain(r.notional, 18), r.trades)
}
