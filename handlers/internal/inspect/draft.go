package inspect

import (
	"regexp"
	"slices"
	"strings"
)

// Words by which columns are known; the first that a name holds counts.
var (
	timeWords   = []string{"timestamp", "ts_event", "sip_timestamp", "time", "date", "ts"}
	clockWords  = []string{"time", "tm", "uhr", "zeit", "hora", "时间"}
	dateWords   = []string{"trad", "date", "dt", "datum", "dat", "日期"}
	offsetWords = []string{"offset"}
	symbolWords = []string{"symbol", "symb", "ticker", "tckr", "instrument", "isin", "secid", "secur", "ric", "pair", "product", "contract", "code", "代码"}
	priceWords  = []string{"price", "px", "kurs", "last", "rate", "preco", "价格", "amt"}
	sizeWords   = []string{"size", "qty", "quantity", "volume", "amount", "menge", "shares", "vol", "数量"}
	sides       = []string{"BUY", "SELL", "TRUE", "FALSE", "NAN", "NULL", "TRADE", "QUOTE"}
)

// drafter makes a format to start from: what could be told of the rows, and what is
// to be filled in where it could not.
type drafter struct {
	*Found
	rows  [][]string
	taken map[int]bool
	draft map[string]any
}

// draft is the body of the format; nil where nothing like trades is to be seen.
func (f *Found) draft(rows [][]string) map[string]any {
	if f.Header {
		rows = rows[1:]
	}
	if len(rows) == 0 || len(f.Columns) < 2 {
		return nil
	}
	d := drafter{f, rows, map[int]bool{}, map[string]any{
		"title": "Whose files these are", "source": []string{"Where the form is documented"}, "columns": f.Columns, "order": "none",
	}}
	d.text()
	d.time()
	if !d.price() || !d.size() {
		return nil
	}
	d.symbol()
	d.fileName()
	return d.draft
}

// text says how the text is cut, where that is not the usual way.
func (d *drafter) text() {
	for key, set := range map[string]struct{ is, usual string }{
		"encoding": {d.Encoding, "utf-8"}, "line-ends": {d.LineEnds, "lf"}, "delimiter": {d.Delimiter, ","}, "blank-lines": {d.blank, ""},
	} {
		if set.is != set.usual {
			d.draft[key] = set.is
		}
	}
	if !d.Header {
		d.draft["header"] = "none"
	}
	if d.comments {
		d.draft["comments"] = []string{"#"}
	} else if d.preamble > 0 {
		d.draft["preamble-lines"] = d.preamble
	}
	if d.trailer != "" {
		d.draft["trailer"] = map[string]any{"begins": d.trailer}
	}
	if d.delimited {
		d.draft["trailing-delimiter"] = true
	}
	if d.trim {
		d.draft["trim"] = true
		d.draft["header-names"] = "loose"
	}
}

// values are those of a column that are not empty.
func (d *drafter) values(i int) (values []string) {
	for _, row := range d.rows {
		if i < len(row) && row[i] != "" {
			values = append(values, row[i])
		}
	}
	return values
}

// pick is the column of which most values fit and that the earliest of the words is
// in, or without words the first that fits from a place on; -1 if there is none.
func (d *drafter) pick(words []string, from int, fits func(string) bool) int {
	is := func(i int) bool {
		values := d.values(i)
		fit := 0
		for _, value := range values {
			if fits(value) {
				fit++
			}
		}
		return !d.taken[i] && len(values) > 0 && 5*fit >= 4*len(values)
	}
	for _, word := range words {
		for i, name := range d.Columns {
			if strings.Contains(strings.ToLower(name), word) && is(i) {
				return i
			}
		}
	}
	for i := from; words == nil && i < len(d.Columns); i++ {
		if is(i) {
			return i
		}
	}
	return -1
}

// either is the column that a word tells, else the first that fits.
func (d *drafter) either(words []string, fits func(string) bool) int {
	if i := d.pick(words, 0, fits); i >= 0 {
		return i
	}
	return d.pick(nil, 0, fits)
}

// take is a column's name, now that it means something.
func (d *drafter) take(i int) string {
	d.taken[i] = true
	return d.Columns[i]
}

// price finds the price: the number with a decimal point, where no name tells.
func (d *drafter) price() bool {
	i := d.pick(priceWords, 0, number.MatchString)
	if i < 0 {
		i = d.pick(nil, 0, func(value string) bool { return number.MatchString(value) && strings.ContainsAny(value, ".,") })
	}
	if i < 0 {
		i = d.pick(nil, 0, number.MatchString)
	}
	return i >= 0 && d.number("price", i)
}

// size finds the size: the number behind the price, where no name tells.
func (d *drafter) size() bool {
	i := d.pick(sizeWords, 0, number.MatchString)
	if i < 0 {
		i = d.pick(nil, slices.Index(d.Columns, d.draft["price"].(map[string]any)["column"].(string)), number.MatchString)
	}
	if i < 0 {
		i = d.pick(nil, 0, number.MatchString)
	}
	return i >= 0 && d.number("size", i)
}

// number says how the numbers of a column are written, and that rows without one are
// no trades.
func (d *drafter) number(key string, i int) bool {
	values := d.values(i)
	column := map[string]any{"column": d.take(i)}
	if price, known := d.draft["price"].(map[string]any); known && price["decimal"] == "," {
		column["decimal"] = "," // and a point parts thousands
	}
	for _, text := range values {
		point, comma := strings.LastIndexByte(text, '.'), strings.LastIndexByte(text, ',')
		switch {
		case comma > point && point >= 0:
			column["decimal"], column["thousands"] = ",", "."
		case point > comma && comma >= 0:
			column["thousands"] = ","
		case comma >= 0 && column["thousands"] == nil:
			column["decimal"] = ","
		case point >= 0 && column["decimal"] == ",":
			column["thousands"] = "."
		}
		if strings.ContainsAny(text, "eE+") {
			column["notation"] = "free"
		}
		if key == "size" && text[0] == '-' {
			column["sign"] = "ignored"
		}
	}
	d.draft[key] = column
	if len(values) < len(d.rows) {
		rules, _ := d.draft["leave-out"].([]any)
		d.draft["leave-out"] = append(rules, map[string]any{"column": d.Columns[i], "is": []string{""}, "reason": "without " + key})
	}
	return true
}

// symbol finds the symbol, or leaves it to the file's name.
func (d *drafter) symbol() {
	i := d.pick(symbolWords, 0, func(value string) bool { return true })
	if i < 0 && !d.Header {
		i = d.pick(nil, 0, func(value string) bool {
			return ticker.MatchString(value) && !slices.Contains(sides, strings.ToUpper(value))
		})
	}
	if i >= 0 {
		d.draft["symbol"] = map[string]any{"column": d.take(i)}
	} else {
		d.draft["symbol"] = map[string]any{"file-name": "symbol"}
	}
}

var (
	ticker   = regexp.MustCompile(`^[A-Z][A-Z0-9]+([./_-][A-Z0-9]+)*$`)
	nameDate = regexp.MustCompile(`\d{4}-\d\d-\d\d|(19|20)\d{6}`)
)

// fileName says what of the file's name is read.
func (d *drafter) fileName() {
	needsSymbol := d.draft["symbol"].(map[string]any)["file-name"] != nil
	date, needsDate := d.draft["timestamp"].(map[string]any)["date"].(map[string]any)
	const symbol = `(?P<symbol>[A-Za-z0-9]+)`
	pattern := symbol + ".*"
	switch found := nameDate.FindStringIndex(d.name); {
	case needsDate:
		day := `(?P<date>\d{8})`
		if date["layout"] == "%Y-%m-%d" {
			day = `(?P<date>\d{4}-\d\d-\d\d)`
		}
		switch {
		case !needsSymbol:
			pattern = ".*?" + day + ".*"
		case found != nil && strings.ContainsFunc(d.name[:found[0]], func(c rune) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }):
			pattern = symbol + ".*?" + day + ".*"
		default:
			pattern = "[^A-Za-z]*?" + day + "[^A-Za-z]*" + symbol + ".*"
		}
	case !needsSymbol:
		return
	}
	d.draft["file-name"] = map[string]any{"pattern": pattern}
}
