package trades

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"io"
	"math/big"
	"math/rand/v2"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// thorough scans without the fast path: by split and row alone.
func thorough(file []byte, options Options) (Result, []string) {
	var visited []string
	s := newScanner(options, func(t *Trade) error {
		visited = append(visited, fmt.Sprint(*t))
		return nil
	})
	s.fast.off = true
	if !s.begin() {
		return s.result, visited
	}
	whole := bytes.TrimPrefix(file, []byte("\uFEFF"))
	if isUTF16(file) {
		s.reject("", file[:2], OtherEncoding)
	} else if _, err := s.parse(append(make([]byte, 0, len(whole)+padding), whole...), true); err == nil && !s.stopped {
		s.end()
	}
	s.result.Symbols = len(s.symbols.known)
	s.result.Container = "none"
	return s.result, visited
}

func agree(t interface {
	Helper()
	Fatalf(string, ...any)
}, file []byte, options Options) {
	t.Helper()
	wantResult, wantTrades := thorough(file, options)
	var visited []string
	result, err := Scan(context.Background(), bytes.NewReader(file), options, func(trade *Trade) error {
		visited = append(visited, fmt.Sprint(*trade))
		return nil
	})
	if err != nil {
		t.Fatalf("%v", err)
	}
	result.ContentHash = "" // thorough has none
	if diff := cmp.Diff(wantResult, result); diff != "" {
		t.Fatalf("result (-thorough +fast)\n%s", diff)
	}
	if diff := cmp.Diff(wantTrades, visited); diff != "" {
		t.Fatalf("trades (-thorough +fast)\n%s", diff)
	}
}

// Pieces of which rows are made: usual, unusual and faulty ones.
var (
	moments = []string{"08:00:30.270Z", "08:00:30.270Z", "08:00:30.271Z", "08:00:31Z", "08:01:00.000001Z", "08:01:00.123456789Z",
		"08:01:00.12345678Z", "08:01:00.1234567890Z", "08:01:59.9Z", "08:01:60Z", "08:01:60.000Z", "08:01:6xZ", "08:02:00.000+00:00", "08:02:00.000z",
		"08:02:01.5-04:00", "08:02:02.Z", "08:02:02,Z", "08:02:02.0 Z", "07:00:00.000Z", "25:00:00Z", "08:02:03.000", "08:02:03.00Z,", ""}
	names = []string{"IBM", "IBM", "AIG", "A", "ABCDEFG", "ABCDEFGH", "ABCDEFGHI", "ABCDEFGHIJKLMNOP", "ABCDEFGHIJKLMNOPQRSTUVWX",
		"ABCDEFGHIJKLMNOPQRSTUVWXY", "ibm", "IBM\x00", "", "A,B", `"IBM"`, `"A`, "É", "\xff", "A\r"}
	numbers = []string{"181.52", "1", "100", "0.5", "1234567", "12345678", "123456789", "9999999.999999999", "0.000000001", "0.12345678",
		"0.1234567890", "1.", ".1", "0", "0.0", "-1", "+1", "1e3", "1..2", "1.2.3", "12345678901", "1234567890123456789", "0001", "",
		`"1"`, "\"1\r\"", `"1`, "1 ", "1\r", "1/2", "1:2"}
	texts = []string{"P", "", "20002020", "2000", "12345678", "123456789012345678", "a b~", "é", `"a,b"`, "\"a\nb\"", `"a""b"`, `"a"b`,
		`a"b`, `a"b"`, "\"a\r\"", "-x", "\x7f", "\x1f", "\t", "a\xc3", "-,", ",", ",,", strings.Repeat("x", 100)}
	ends    = []string{"\n", "\n", "\n", "\r\n", "\r", "\n\n", ""}
	headers = []string{head, "timestamp,symbol,price,size,exchange\n", "timestamp,symbol,price,size,exchange,conditions\r\n",
		"\uFEFFtimestamp,symbol,price,size,conditions\n"}
)

// writeRow writes a row of which each field is usual but one time in odd; usual
// timestamps grow with the row's number.
func writeRow(to *bytes.Buffer, row, columns, odd int, choose func(n int) int) {
	pick := func(from []string, usual int) string {
		if choose(odd) > 0 {
			return from[choose(usual)]
		}
		return from[choose(len(from))]
	}
	if choose(odd) > 0 {
		to.WriteString(time.UnixMilli(1381132830_270 + int64(row)*37).UTC().Format("2006-01-02T15:04:05.000Z"))
	} else {
		to.WriteString("2013-10-07T" + moments[choose(len(moments))])
	}
	to.WriteString("," + pick(names, 9))
	to.WriteString("," + pick(numbers, 9))
	to.WriteString("," + pick(numbers, 9))
	for range columns - 4 {
		to.WriteString("," + pick(texts, 7))
	}
	to.WriteString(pick(ends, 3))
}

func TestTheFastPathAgreesWithTheThoroughOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var file bytes.Buffer
		header := rapid.SampledFrom(headers).Draw(t, "header")
		file.WriteString(header)
		odd := rapid.SampledFrom([]int{1, 4, 50}).Draw(t, "odd")
		seed := rapid.Uint64().Draw(t, "seed")
		random := rand.New(rand.NewPCG(seed, 0))
		for i := range rapid.IntRange(0, 50).Draw(t, "rows") {
			writeRow(&file, i, 1+strings.Count(header, ","), odd, random.IntN)
		}
		agree(t, file.Bytes(), Options{AllowNonPositivePrice: rapid.Bool().Draw(t, "allow")})
	})
}

// pieces parses a file that comes in two pieces, the second at cut.
func pieces(t *testing.T, file []byte, cut int, options Options) (Result, []string) {
	t.Helper()
	var visited []string
	s := newScanner(options, func(t *Trade) error {
		visited = append(visited, fmt.Sprint(*t))
		return nil
	})
	padded := func(data []byte) []byte { return append(make([]byte, 0, len(data)+padding), data...) }
	consumed, err := s.parse(padded(file[:cut]), false)
	if err == nil && !s.stopped {
		_, err = s.parse(padded(file[consumed:]), true)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err == nil && !s.stopped {
		s.end()
	}
	s.result.Symbols = len(s.symbols.known)
	s.result.Container = "none"
	return s.result, visited
}

func piecesAgree(t *testing.T, file string, cut int) {
	t.Helper()
	wantResult, wantTrades := thorough([]byte(file), Options{})
	result, visited := pieces(t, []byte(file), cut, Options{})
	if !reflect.DeepEqual(result, wantResult) || !slices.Equal(visited, wantTrades) {
		t.Fatalf("%q cut at %d\nthorough %+v %v\nfast %+v %v", file, cut, wantResult, wantTrades, result, visited)
	}
}

// usuals are taken by the fast path behind rows that make their symbols known.
var usuals = []struct{ known, usual string }{
	{headers[2] + "2013-10-07T08:00:00Z,IBM,1,1,,\r\n", "2013-10-07T08:00:30.270Z,IBM,181.52,1234567.123456789,P,20002020\n"},
	{head + "2013-10-07T08:00:00Z,ABCDEFGH,1,1\n", "2013-10-07T08:01:59.12345678Z,ABCDEFGH,12345678,9.0000001\r\n"},
}

// A row that the fast path leaves is right all the same, but takes several times as
// long, which no other test would notice.
func TestUsualRowsTakeTheFastPath(t *testing.T) {
	names := []string{"A", "ABCDEFG", "ABCDEFGH", "ABCDEFGHI", "ABCDEFGHIJKLMNOPQRSTUVWX"}
	for _, texts := range []string{"", ",", ",P", ",20002020", ",P,", ",P," + strings.Repeat("x", 100)} {
		file := strings.Join([]string{"timestamp", "symbol", "price", "size", "exchange", "conditions"}[:4+strings.Count(texts, ",")], ",") + "\n"
		for _, name := range names {
			file += "2013-10-07T08:00:00Z," + name + ",1,1" + texts + "\n"
		}
		var rows []string
		for i, at := range []string{"00Z", "01.000Z", "09.999Z", "10.1Z", "10.12Z", "20.123456Z", "30.12345678Z", "40.123456789Z", "50.000Z", "59Z", "59.900Z"} {
			row := []string{"2013-10-07T08:01:" + at, names[i%len(names)], "1" + strings.Repeat("0", i%8), "1." + strings.Repeat("5", 1+i%9)}
			rows = append(rows, strings.Join(row, ",")+texts+"\n", strings.Join(row, ",")+texts+"\r\n")
			if len(texts) < 100 {
				rows = append(rows, `"`+strings.ReplaceAll(strings.Join(row, ",")+texts, ",", `","`)+`"`+"\n")
			}
		}
		for _, row := range rows {
			s := newScanner(Options{}, nil)
			data := append(make([]byte, 0, len(file)+len(row)+padding), file...)
			if _, err := s.parse(data, true); err != nil || !s.result.Valid() {
				t.Fatalf("%q: %v %v", file, s.result, err)
			}
			if consumed, err := s.usualRows(append(data[:0], row...)); consumed != len(row) || err != nil {
				t.Errorf("%q behind %q is left to the thorough path", row, file)
			}
		}
	}
}

// TestNoOtherByteMakesAUsualRow puts every byte in the place of every byte of a
// usual row: a byte that a word's arithmetic takes for another one would be found.
func TestNoOtherByteMakesAUsualRow(t *testing.T) {
	for _, r := range usuals {
		for i := range r.usual {
			for b := range 256 {
				piecesAgree(t, r.known+r.usual[:i]+string([]byte{byte(b)})+r.usual[i+1:]+r.usual, 0)
			}
		}
	}
}

func TestQuotesMayStandNowhereElse(t *testing.T) {
	for _, r := range usuals {
		for i := range r.usual {
			for j := i; j < len(r.usual); j++ {
				piecesAgree(t, r.known+r.usual[:i]+`"`+r.usual[i:j]+`"`+r.usual[j:]+r.usual, 0)
			}
		}
	}
}

func TestNothingDependsOnWhereAFileIsCut(t *testing.T) {
	for seed := range uint64(15) {
		random := rand.New(rand.NewPCG(seed, 2))
		var file bytes.Buffer
		file.WriteString(headers[1])
		for i := range 5 {
			writeRow(&file, i, 5, 3, random.IntN)
		}
		whole := strings.TrimSuffix(file.String(), "\n")
		for _, file := range []string{whole, whole + strings.Repeat("x", shownBytes) + "\r\n", whole + `,"a"`, whole + "\n\"2013-10-07T09:00:00Z\",IBM,1,2,\"a\n\"\"\"\r\n"} {
			for cut := range len(file) + 1 {
				piecesAgree(t, file, cut)
			}
		}
	}
}

func TestNothingDependsOnWhereABlockEnds(t *testing.T) {
	for seed := range uint64(4) {
		random := rand.New(rand.NewPCG(seed, 1))
		var file bytes.Buffer
		file.WriteString(headers[2])
		for i := 0; file.Len() < 3*blockBytes; i++ {
			writeRow(&file, i, 6, 20, random.IntN)
			if random.IntN(1000) == 0 {
				file.WriteString(strings.Repeat("long,", random.IntN(MaxRecordBytes/2)) + "\n")
			}
			if random.IntN(1000) == 0 { // a usual row, but for its length
				usual := "2013-10-07T08:02:02.000Z,IBM,181.52,100,P,"
				file.WriteString(usual + strings.Repeat("x", MaxRecordBytes-len(usual)-2+random.IntN(3)) + "\n")
			}
		}
		agree(t, file.Bytes(), Options{})
	}
}

// FuzzScan holds the fast path to the thorough one on any bytes.
func FuzzScan(f *testing.F) {
	random := rand.New(rand.NewPCG(1, 1))
	for i := range 40 {
		var file bytes.Buffer
		header := headers[i%len(headers)]
		file.WriteString(header)
		for row := range 3 {
			writeRow(&file, row, 1+strings.Count(header, ","), 3, random.IntN)
		}
		f.Add(file.Bytes(), i%2 == 0)
	}
	f.Fuzz(func(t *testing.T, file []byte, allow bool) {
		// Containers have fuzz tests of their own.
		if in, container := uncompressed(context.Background(), bytes.NewReader(file)); container == "none" && !isFailing(in) {
			agree(t, file, Options{AllowNonPositivePrice: allow})
		}
	})
}

func isFailing(r io.Reader) bool {
	_, is := r.(failing)
	return is
}

// FuzzGzip holds what is read of gzip, all of whose members count, to the standard
// library's reader: the same bytes, or a fault of the file.
func FuzzGzip(f *testing.F) {
	var named bytes.Buffer
	w, _ := gzip.NewWriterLevel(&named, gzip.NoCompression)
	w.Name, w.Comment, w.Extra = "x.csv", "trades", []byte("extra")
	_, _ = w.Write([]byte(good))
	_ = w.Close()
	whole := append(compressed(head), named.Bytes()...)
	for _, end := range []int{len(whole), len(whole) - 4, len(compressed(head)) + 20, len(compressed(head)) + 2, 5} {
		f.Add(whole[len(gzipMagic):end])
	}
	f.Add(append(whole, 0)[len(gzipMagic):])
	f.Fuzz(func(t *testing.T, behind []byte) {
		file := append([]byte(gzipMagic), behind...)
		var want []byte
		in, wrong := gzip.NewReader(bytes.NewReader(file))
		if wrong == nil {
			want, wrong = io.ReadAll(in)
		}
		for rest := file; wrong != nil && len(rest) > 0 && rest[len(rest)-1] == 0; { // zeros may fill a file up
			rest = rest[:len(rest)-1]
			if in, err := gzip.NewReader(bytes.NewReader(rest)); err == nil {
				want, wrong = io.ReadAll(in)
			}
		}
		result, err := Scan(context.Background(), bytes.NewReader(file), Options{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if result.ContentHash == "" { // a fault ended the scan
			reasons := result.Rejects.ByReason
			if result.Valid() || wrong == nil && reasons[CorruptGzip]+reasons[TruncatedGzip]+reasons[TrailingGzip] > 0 {
				t.Fatalf("%+v, but %q is whole", result, want)
			}
			return
		}
		if hash := sha256.Sum256(want); wrong != nil || result.ContentHash != hex.EncodeToString(hash[:]) {
			t.Fatalf("%+v, but %q, %v", result, want, wrong)
		}
	})
}

// The reference below knows the contract from its words alone: encoding/csv for
// the records, regular expressions, time.Parse and math/big for the fields.

type reference struct {
	faults []string // line/column
	trades []string
}

var (
	moment  = regexp.MustCompile(`^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]00:00)$`)
	ticker  = regexp.MustCompile(`^[A-Z0-9./-]{1,24}$`)
	number  = regexp.MustCompile(`^-?0*\d{1,18}(\.\d{1,18}0*)?$`)
	control = regexp.MustCompile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
)

func refer(t *rapid.T, file string) (want reference) {
	in := csv.NewReader(strings.NewReader(file))
	in.FieldsPerRecord = -1
	last := time.Time{}
	for row := 0; ; row++ {
		fields, err := in.Read()
		if err == io.EOF {
			return want
		}
		if err != nil {
			t.Fatalf("%v", err) // the generator writes well-formed CSV
		}
		if row == 0 {
			continue
		}
		line, _ := in.FieldPos(0)
		wrong := func(column string) { want.faults = append(want.faults, fmt.Sprintf("%d/%s", line, column)) }
		before := len(want.faults)
		at, err := time.Parse(time.RFC3339Nano, strings.ToUpper(fields[0]))
		if err != nil || !moment.MatchString(fields[0]) {
			wrong("timestamp")
		} else {
			if at.Before(last) {
				wrong("timestamp")
			}
			last = at
		}
		if !ticker.MatchString(fields[1]) {
			wrong("symbol")
		}
		var values [2]*big.Rat
		for i, column := range []string{"price", "size"} {
			value, ok := new(big.Rat).SetString(fields[2+i])
			if !ok || !number.MatchString(fields[2+i]) || value.Sign() <= 0 {
				wrong(column)
			}
			values[i] = value
		}
		if control.MatchString(fields[4]) {
			wrong("exchange")
		}
		if len(want.faults) == before && before == 0 {
			want.trades = append(want.trades, fmt.Sprint(at.UnixNano(), fields[1], values[0].FloatString(18), values[1].FloatString(18),
				new(big.Rat).Mul(values[0], values[1]).FloatString(36)))
		}
	}
}

func TestScanAgreesWithAReferenceWrittenFromTheContract(t *testing.T) {
	field := func(from ...string) *rapid.Generator[string] { return rapid.SampledFrom(from) }
	timestamp := rapid.OneOf(
		rapid.Custom(func(t *rapid.T) string {
			seconds := rapid.Int64Range(0, 3).Draw(t, "seconds")
			digits := rapid.SampledFrom([]string{"", ".000", ".0", ".999999999"}).Draw(t, "fraction")
			return time.Unix(1381132830+seconds, 0).UTC().Format("2006-01-02T15:04:05") + digits + "Z"
		}),
		field("2013-02-30T00:00:00Z", "2013-10-07T08:00:31+00:00", "2013-10-07T08:00:31-04:00", "2013-10-07t08:00:32z", "now", "2012-02-29T23:59:59.5Z"))
	rapid.Check(t, func(t *rapid.T) {
		var file strings.Builder
		out := csv.NewWriter(&file)
		out.UseCRLF = rapid.Bool().Draw(t, "CRLF")
		_ = out.Write([]string{"timestamp", "symbol", "price", "size", "exchange"})
		for range rapid.IntRange(0, 20).Draw(t, "rows") {
			_ = out.Write([]string{
				timestamp.Draw(t, "timestamp"),
				rapid.OneOf(field("IBM", "AIG", "ibm", ""), rapid.StringMatching(`[A-Z0-9./-]{1,26}`)).Draw(t, "symbol"),
				rapid.OneOf(field("181.52", "0", "-1", "1e3", "x"), rapid.StringMatching(`[0-9]{1,6}(\.[0-9]{1,20})?`)).Draw(t, "price"),
				rapid.OneOf(field("100", "0.0", "+1"), rapid.StringMatching(`[0-9]{1,6}(\.[0-9]{1,20})?`)).Draw(t, "size"),
				rapid.OneOf(field("P", "a,b", `a"b`, "a\nb", "é", "\x01"), rapid.StringMatching(`[ -~]{0,20}`)).Draw(t, "exchange"),
			})
		}
		out.Flush()
		want := refer(t, file.String())
		var got reference
		result, err := Scan(context.Background(), strings.NewReader(file.String()), Options{}, func(t *Trade) error {
			exact := func(text string, digits int) string {
				value, _ := new(big.Rat).SetString(text)
				return value.FloatString(digits)
			}
			got.trades = append(got.trades, fmt.Sprint(t.Time, t.Symbol, exact(t.Price.String(), 18), exact(t.Size.String(), 18), exact(t.Notional.String(), 36)))
			return nil
		})
		if err != nil {
			t.Fatalf("%v", err)
		}
		for _, r := range result.Rejects.First {
			got.faults = append(got.faults, fmt.Sprintf("%d/%s", r.Line, r.Column))
		}
		if diff := cmp.Diff(fmt.Sprint(want), fmt.Sprint(got)); diff != "" {
			t.Fatalf("%q (-reference +got)\n%s", file.String(), diff)
		}
	})
}
