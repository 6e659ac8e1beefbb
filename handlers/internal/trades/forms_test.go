package trades

import (
	"archive/zip"
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"market-data-pipeline/handlers/internal/format"
)

// parsed is the format of a JSON body without what every one has.
func parsed(t testing.TB, body string) *format.Format {
	t.Helper()
	if !strings.Contains(body, `"order":`) {
		body += `, "order": "time"`
	}
	f, err := format.Parse([]byte(`{"title": "A form", "source": ["its vendor"], ` + body + `}`))
	if err != nil {
		t.Fatalf("%v\n%s", err, body)
	}
	return f
}

// told is a trade as vendors' documentation tells it.
func told(trade Trade) string {
	return fmt.Sprintf("%s %s %s %s", time.Unix(0, trade.Time).UTC().Format(time.RFC3339Nano), trade.Symbol, trade.Price, trade.Size)
}

// Made-up rows in the forms that vendors hand out, and what they mean.
var forms = map[string]struct {
	format, name, file string
	want               []string
	leftOut            map[string]int64
}{
	"alphabetical header, nanoseconds, corrections": {
		format: `"columns": ["ticker", "price", "sip_timestamp", "size", "correction"], "ignored": "rest",
			"timestamp": {"column": "sip_timestamp", "epoch": "nanoseconds"}, "symbol": {"column": "ticker"}, "price": {"column": "price"}, "size": {"column": "size"},
			"leave-out": [{"column": "correction", "is-not": ["0"], "reason": "corrected"}], "order": "time-within-symbol"`,
		file: `ticker,conditions,correction,exchange,price,sip_timestamp,size
A,"12,37",0,4,157.350000,1767625200831008119,10.000000
A,,0,11,157.340000,1767625201199522227,0.001500
BApA,14,1,12,61.2,1767625200100381329,55
`,
		want:    []string{"2026-01-05T15:00:00.831008119Z A 157.35 10", "2026-01-05T15:00:01.199522227Z A 157.34 0.0015"},
		leftOut: map[string]int64{"corrected": 1},
	},
	"prices in billionths, a constant symbol": {
		format: `"columns": ["ts_event", "price", "size", "action"], "ignored": "rest", "timestamp": {"column": "ts_event", "epoch": "nanoseconds"},
			"symbol": {"constant": "6675"}, "price": {"column": "price", "scale": "1e-9"}, "size": {"column": "size"}, "order": "none"`,
		file: `ts_recv,ts_event,action,price,size
1767625200228370773,1767625200227854084,T,259900000,8
1767625200948351878,1767625200946599332,A,252200000,100
`,
		want: []string{"2026-01-05T15:00:00.227854084Z 6675 0.2599 8", "2026-01-05T15:00:00.946599332Z 6675 0.2522 100"},
	},
	"raw or printed, told by the values": {
		format: `"columns": ["ts_event", "price", "size", "instrument_id", {"name": "symbol", "optional": true}], "ignored": "rest",
			"timestamp": {"column": "ts_event", "epoch": "nanoseconds", "rfc3339": "utc"}, "symbol": {"column": ["symbol", "instrument_id"]},
			"price": {"column": "price", "scale": "1e-9", "scaled": "integers"}, "size": {"column": "size"}, "order": "none"`,
		file: `ts_recv,ts_event,instrument_id,price,size,symbol
x,2026-01-05T15:00:00.227854084Z,6675,0.259900000,8,ES.c.0
x,1767625200946599332,6675,252200000,100,ES.c.0
`,
		want: []string{"2026-01-05T15:00:00.227854084Z ES.c.0 0.2599 8", "2026-01-05T15:00:00.946599332Z ES.c.0 0.2522 100"},
	},
	"no header, microseconds": {
		format: pair, name: "2026/BTCUSDT-trades-2026-01-05.zip",
		file: `4512345678,92000.01000000,0.00011000,10.12000110,1767625200000123,True,True
4512345679,92000.02000000,0.05000000,4600.00100000,1767625200450999,False,True
`,
		want: []string{"2026-01-05T15:00:00.000123Z BTCUSDT 92000.01 0.00011", "2026-01-05T15:00:00.450999Z BTCUSDT 92000.02 0.05"},
	},
	"the same format with a header and milliseconds": {
		format: pair, name: "BTCUSDT-trades-um.csv",
		file: `id,price,qty,quote_qty,time,is_buyer_maker
6612345678,92010.1,0.002,184.0202,1767625200012,true
6612345679,92010.2,0.011,1012.1122,1767625200019,false
`,
		want: []string{"2026-01-05T15:00:00.012Z BTCUSDT 92010.1 0.002", "2026-01-05T15:00:00.019Z BTCUSDT 92010.2 0.011"},
	},
	"not in the order of time": {
		format: `"columns": ["price", "quantity", "transact_time"], "ignored": "rest", "timestamp": {"column": "transact_time", "epoch": ["milliseconds", "microseconds"]},
			"symbol": {"constant": "BTCUSDT"}, "price": {"column": "price"}, "size": {"column": "quantity"}, "order": "none"`,
		file: `agg_trade_id,price,quantity,transact_time
2812345678,92010.1,0.002,1767625200012
2852345678,92009.1,0.785,1767628800083
2812345679,92010.2,0.343,1767625200129
`,
		want: []string{"2026-01-05T15:00:00.012Z BTCUSDT 92010.1 0.002", "2026-01-05T16:00:00.083Z BTCUSDT 92009.1 0.785", "2026-01-05T15:00:00.129Z BTCUSDT 92010.2 0.343"},
	},
	"seconds, no header, symbol from the name": {
		format: `"columns": ["time", "price", "volume"], "header": "none", "file-name": {"pattern": "(?P<symbol>[A-Z]+)\\.csv"},
			"timestamp": {"column": "time", "epoch": "seconds"}, "symbol": {"file-name": "symbol"}, "price": {"column": "price"}, "size": {"column": "volume"}`,
		name: "XBTUSD.csv",
		file: "1767625200,91999.9,0.00210000\n1767625200.5,92000.0,0.12000000\n1767625201,92000.0,0.00000001\n",
		want: []string{"2026-01-05T15:00:00Z XBTUSD 91999.9 0.0021", "2026-01-05T15:00:00.5Z XBTUSD 92000 0.12", "2026-01-05T15:00:01Z XBTUSD 92000 0.00000001"},
	},
	"New York time without a header": {
		format: `"columns": ["time", "price", "size"], "header": "none", "file-name": {"pattern": "(?P<symbol>[^_]+)_tick.*"},
			"timestamp": {"column": "time", "layout": "%Y-%m-%d %H:%M:%S%.f", "zone": "America/New_York"}, "symbol": {"file-name": "symbol"},
			"price": {"column": "price"}, "size": {"column": "size"}`,
		name: "AAPL_tick.csv",
		file: "2026-01-05 04:00:00.004,243.1,100\n2026-01-05 04:00:00.021,243.12,5\n",
		want: []string{"2026-01-05T09:00:00.004Z AAPL 243.1 100", "2026-01-05T09:00:00.021Z AAPL 243.12 5"},
	},
	"D for T, exponents": {
		format: `"columns": ["timestamp", "symbol", "size", "price"], "ignored": "rest", "timestamp": {"column": "timestamp", "layout": "%Y-%m-%dD%H:%M:%S%.f", "zone": "UTC"},
			"symbol": {"column": "symbol"}, "price": {"column": "price", "notation": "free"}, "size": {"column": "size", "notation": "free"}`,
		file: `timestamp,symbol,side,size,price,tickDirection
2026-01-05D00:00:25.948313000,ADAZ18,Sell,166774,9.54e-06,MinusTick
2026-01-05D00:00:25.948313000,XBTUSD,Sell,11,92000.5,ZeroMinusTick
`,
		want: []string{"2026-01-05T00:00:25.948313Z ADAZ18 0.00000954 166774", "2026-01-05T00:00:25.948313Z XBTUSD 92000.5 11"},
	},
	"twelve decimals that are zeros": {
		format: `"columns": ["time", "price", "size"], "header": "none", "timestamp": {"column": "time", "epoch": "seconds"}, "symbol": {"constant": "BTCUSD"},
			"price": {"column": "price"}, "size": {"column": "size"}`,
		file: "1767625200,92000.000000000000,0.010000000000\n1767625201,92001.000000000000000000000,1.500000000000\n",
		want: []string{"2026-01-05T15:00:00Z BTCUSD 92000 0.01", "2026-01-05T15:00:01Z BTCUSD 92001 1.5"},
	},
	"rows by type, an offset that is sometimes missing": {
		format: `"columns": ["type", "timestamp", "symbol", "sale_size", "sale_price"], "ignored": "rest",
			"timestamp": {"column": "timestamp", "layout": ["%Y-%m-%dT%H:%M:%S%.f%z", "%Y-%m-%dT%H:%M:%S%.f"], "zone": "UTC"}, "symbol": {"column": "symbol"},
			"price": {"column": "sale_price"}, "size": {"column": "sale_size"}, "leave-out": [{"column": "type", "is-not": ["trade_report"], "reason": "no trade report"}]`,
		file: `type,timestamp,symbol,sale_size,sale_price,trade_id
quote_update,soon,SPEM,,,
trade_report,2026-01-05T15:00:40.490473+00:00,SPEM,100,41.25,4503627
trade_report,2026-01-05T15:00:41,SPEM,100,41.26,4503628
`,
		want:    []string{"2026-01-05T15:00:40.490473Z SPEM 41.25 100", "2026-01-05T15:00:41Z SPEM 41.26 100"},
		leftOut: map[string]int64{"no trade report": 1},
	},
	"a list of conditions in quotes": {
		format: `"columns": ["symbol", "timestamp", "price", "size", "conditions"], "ignored": "rest",
			"timestamp": {"column": "timestamp", "layout": "%Y-%m-%d %H:%M:%S%.f%z"}, "symbol": {"column": "symbol"}, "price": {"column": "price"}, "size": {"column": "size"},
			"conditions": {"column": "conditions", "split": {"separator": ",", "strip": "[]' "}, "others": "all", "table": {"I": ["volume"]}}`,
		file: `symbol,timestamp,exchange,price,size,id,conditions,tape
AAPL,2026-01-05 15:00:00.003465+00:00,V,243.1,100.0,52983525037112,"['@', 'T', 'I']",C
AAPL,2026-01-05 15:00:00.103465123+00:00,D,243.12,5.0,71675225257543,['@'],C
`,
		want: []string{"2026-01-05T15:00:00.003465Z AAPL 243.1 100", "2026-01-05T15:00:00.103465123Z AAPL 243.12 5"},
	},
	"the zone stands in the value": {
		format: `"columns": ["time", "price", "size", "unreported"], "ignored": "rest", "timestamp": {"column": "time", "layout": "%Y%m%d %H:%M:%S %Z"},
			"symbol": {"constant": "AAPL"}, "price": {"column": "price"}, "size": {"column": "size"}, "leave-out": [{"column": "unreported", "is": ["True"], "reason": "unreported"}]`,
		file: `time,price,size,exchange,specialConditions,pastLimit,unreported
20260105 10:00:00 US/Eastern,243.1,100,NASDAQ,,False,False
20260105 10:00:00 US/Eastern,243.12,5,FINRA, I,False,True
`,
		want:    []string{"2026-01-05T15:00:00Z AAPL 243.1 100"},
		leftOut: map[string]int64{"unreported": 1},
	},
	"semicolons, decimal comma, thousands point, date and time": {
		format: `"delimiter": ";", "columns": ["Datum", "Uhrzeit", "ISIN", "Kurs", "Menge"],
			"timestamp": {"columns": ["Datum", "Uhrzeit"], "layout": "%d.%m.%Y %H:%M:%S,%f", "zone": "Europe/Berlin"}, "symbol": {"column": "ISIN"},
			"price": {"column": "Kurs", "decimal": ",", "thousands": "."}, "size": {"column": "Menge", "decimal": ",", "thousands": "."}`,
		file: "Datum;Uhrzeit;ISIN;Kurs;Menge\n05.01.2026;16:00:00,123;DE0007164600;1.234,50;1.000\n",
		want: []string{"2026-01-05T15:00:00.123Z DE0007164600 1234.5 1000"},
	},
	"one of two delimiters, which the header tells": {
		format: twoDelimiters,
		file:   "time_exchange;guid;price;base_amount\r\n2026-01-05T15:00:00.1234567;a,b;3000.5;0.1\r\n",
		want:   []string{"2026-01-05T15:00:00.1234567Z X 3000.5 0.1"},
	},
	"the other of the two": {
		format: twoDelimiters,
		file:   "\"time_exchange\",price,base_amount,side;of\n2026-01-05T15:00:00.1234567Z,3000.5,0.1,\"a,b\"\n",
		want:   []string{"2026-01-05T15:00:00.1234567Z X 3000.5 0.1"},
	},
	"the symbol at the end of a line": {
		format: `"columns": ["size", "price", "time", "name"], "timestamp": {"column": "time", "epoch": "seconds"}, "symbol": {"column": "name"},
			"price": {"column": "price"}, "size": {"column": "size"}`,
		file: "size,price,time,name\n1,1.5,1767625200,AAPL\n3,1.5,1767625201,AAPL\n",
		want: []string{"2026-01-05T15:00:00Z AAPL 1.5 1", "2026-01-05T15:00:01Z AAPL 1.5 3"},
	},
	"a size whose sign tells the side, newest first, blanks behind commas": {
		format: `"header": "none", "trim": true, "columns": ["time", "id", "price", "size"], "timestamp": {"column": "time", "epoch": "seconds"}, "symbol": {"constant": "BTC_USDT"},
			"price": {"column": "price"}, "size": {"column": "size", "sign": "ignored"}, "order": "none"`,
		file: "1767625201.571538, 5427, 41.310000, -2\n1767625200.742477, 5426, 41.31, 3\n",
		want: []string{"2026-01-05T15:00:01.571538Z BTC_USDT 41.31 2", "2026-01-05T15:00:00.742477Z BTC_USDT 41.31 3"},
	},
	"a time of digits, the date in the name, a trailer, roots and suffixes": {
		format: `"delimiter": "|", "columns": ["Time", "Root", "Suffix", "Volume", "Price"], "ignored": "rest", "trailer": {"begins": "END"},
			"file-name": {"pattern": "EQY_(?P<date>\\d{8}).*"},
			"timestamp": {"column": "Time", "layout": "%H%M%S%f", "zone": "America/New_York", "date": {"file-name": "date", "layout": "%Y%m%d"}},
			"symbol": {"parts": [{"column": "Root"}, {"column": "Suffix", "prefix": " "}]}, "price": {"column": "Price"}, "size": {"column": "Volume"}, "order": "time-within-symbol"`,
		name: "EQY_20260105.gz",
		file: "Time|Root|Suffix|Volume|Price|Rest\n100000000000001|BRK|B|100|490.1|x\n093000000|A||5|157.1|\nEND|20260105|2||||\n",
		want: []string{"2026-01-05T15:00:00.000000001Z BRK B 490.1 100", "2026-01-05T14:30:00Z A 157.1 5"},
	},
	"numbers as times, ten-thousandths, GB18030": {
		format: `"encoding": "gb18030", "header-names": "loose", "columns": ["代码", "日期", "时间", "价格", "数量"],
			"timestamp": {"columns": ["日期", "时间"], "layout": "%Y%m%d %-H%M%S%3f", "zone": "Asia/Shanghai"}, "symbol": {"parts": [{"column": "代码"}, {"constant": ".SZ"}]},
			"price": {"column": "价格", "scale": "1/10000"}, "size": {"column": "数量"}`,
		file: "\xb4\xfa\xc2\xeb , \xc8\xd5\xc6\xda,\xca\xb1\xbc\xe4,\xbc\xdb\xb8\xf1,\xca\xfd\xc1\xbf\n000001,20260105,93000010,115000,100\n",
		want: []string{"2026-01-05T01:30:00.01Z 000001.SZ 11.5 100"},
	},
	"seconds since midnight, carriage returns, a byte order mark": {
		format: `"line-ends": "cr", "header": "none", "columns": ["t", "kind", "id", "size", "price", "side"], "blank-lines": "at-end", "trailing-delimiter": true,
			"file-name": {"pattern": "(?P<symbol>[A-Z]+)_(?P<date>\\d{4}-\\d\\d-\\d\\d)_.*"},
			"timestamp": {"column": "t", "since-midnight": "seconds", "zone": "America/New_York", "date": {"file-name": "date", "layout": "%Y-%m-%d"}},
			"symbol": {"file-name": "symbol"}, "price": {"column": "price", "scale": "1/10000"}, "size": {"column": "size", "sign": "ignored", "scale": "1"}, "leave-out": [{"column": "kind", "is-not": ["4"], "reason": "order"}]`,
		name:    "AMZN_2012-06-21_message.csv",
		file:    "\uFEFF34200.017459617,5,0,1,2238200,-1,\r34200.189607670,4,11885113,-21,2238100,1,\r\r",
		want:    []string{"2012-06-21T13:30:00.18960767Z AMZN 223.81 21"},
		leftOut: map[string]int64{"order": 1},
	},
	"preamble, comments, blanks behind commas, a tab as delimiter": {
		format: `"delimiter": "\t", "quote": "none", "preamble-lines": 1, "comments": ["#"], "blank-lines": "ignored", "header-names": "loose", "columns": ["when", "what", "price", "size"],
			"timestamp": {"column": "when", "rfc3339": "any"}, "symbol": {"column": "what", "pattern": "[^ ]+"}, "price": {"column": "price", "notation": "free", "thousands": ","}, "size": {"column": "size"}`,
		file: "sep=\t\n# trades\nWhen\t What\tPrice\tSize\n\n2026-01-05T16:00:00+01:00\tO:SPY251219C00650000\t1,234.50\t1\n#\n2026-01-05T15:00:00Z\t\"^VIX\"\t.5\t2\n\n",
		want: []string{"2026-01-05T15:00:00Z O:SPY251219C00650000 1234.5 1", "2026-01-05T15:00:00Z \"^VIX\" 0.5 2"},
	},
}

const twoDelimiters = `"delimiter": [";", ","], "columns": ["time_exchange", "price", "base_amount"], "ignored": "rest",
	"timestamp": {"column": "time_exchange", "rfc3339": "any", "layout": "%Y-%m-%dT%H:%M:%S%.f", "zone": "UTC"}, "symbol": {"constant": "X"},
	"price": {"column": "price"}, "size": {"column": "base_amount"}`

// pair is one format for files with and without a header, of two units.
const pair = `"header": "optional", "columns": ["id", "price", "qty", {"name": "quote_qty", "aliases": ["quoteQty"]}, "time", "is_buyer_maker", {"name": "is_best_match", "optional": true}],
	"file-name": {"pattern": "(?P<symbol>[A-Z0-9_]+)-trades.*"}, "timestamp": {"column": "time", "epoch": ["milliseconds", "microseconds"]},
	"symbol": {"file-name": "symbol"}, "price": {"column": "price"}, "size": {"column": "qty"}`

func TestAHeaderOfAnotherDelimiterIsToldAllThatItMayHave(t *testing.T) {
	f := parsed(t, twoDelimiters)
	result, _ := scan(t, strings.NewReader("time_exchange|price|base_amount\n1|2|3\n"), Options{Format: f})
	if want := OtherDelimiter + ": it must be ; or ,, and is |"; result.Rejects.ByReason[want] != 1 {
		t.Errorf("%+v", result.Rejects)
	}
}

func TestVendorsFormsMeanWhatTheySay(t *testing.T) {
	for name, form := range forms {
		f := parsed(t, form.format)
		for container, packed := range containers(form.file) {
			result, got := scan(t, bytes.NewReader(packed), Options{Format: f, Name: form.name})
			var trades []string
			for _, trade := range got {
				trades = append(trades, told(trade))
			}
			if !result.Valid() || !slices.Equal(trades, form.want) || fmt.Sprint(result.LeftOut) != fmt.Sprint(form.leftOut) || result.Container != container {
				t.Errorf("%s, %s: %+v\n%s\nwant\n%s", name, container, result, strings.Join(trades, "\n"), strings.Join(form.want, "\n"))
			}
		}
	}
}

// containers are a file as it may be packed.
func containers(file string) map[string][]byte {
	packed := map[string][]byte{"none": []byte(file), "gzip": compressed(file)}
	var zipped bytes.Buffer
	z := zip.NewWriter(&zipped)
	_, _ = z.Create("folder/")
	w, _ := z.Create("folder/inside.csv")
	_, _ = w.Write([]byte(file))
	_ = z.Close()
	packed["zip"] = zipped.Bytes()
	encoder, _ := zstd.NewWriter(nil)
	packed["zstd"] = encoder.EncodeAll([]byte(file), nil)
	return packed
}
