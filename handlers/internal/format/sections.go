package format

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // zones are the same wherever this runs
	"unicode/utf8"
)

// format reads the whole.
func (r *reader) format(value any) *Format {
	o := r.object("", value)
	f := &Format{}
	for _, key := range []string{"title", "source", "columns", "timestamp", "symbol", "price", "size", "order"} {
		o.require(key, "every format has it")
	}
	o.text("title", 300)
	o.texts("source", false, 1, 10, 300)
	if notes, found := o.get("notes"); found {
		if text, ok := notes.(string); !ok || text == "" || utf8.RuneCountInString(text) > 4000 {
			r.fault("notes", notes, "must be a text of 1 to 4000 characters")
		}
	}
	r.file(o, f)
	r.columns(o, f)
	if v, found := o.get("file-name"); found {
		f.FileName = r.fileName(v)
	}
	if v, found := o.get("timestamp"); found {
		r.timestamp(v, f)
	}
	if v, found := o.get("symbol"); found {
		r.symbol(v, f)
	}
	if v, found := o.get("price"); found {
		f.Price = r.number("price", v, f)
	}
	if v, found := o.get("size"); found {
		f.Size = r.number("size", v, f)
	}
	if v, found := o.get("leave-out"); found {
		for i, rule := range r.list("leave-out", v, 1, 32) {
			f.LeaveOut = append(f.LeaveOut, r.rule(fmt.Sprintf("leave-out[%d]", i), rule, f))
		}
	}
	if v, found := o.get("conditions"); found {
		f.Conditions = r.conditions(v, f)
	}
	f.Order = o.choice("order", ByTime, ByTime, ByTimeWithinSymbol, AnyOrder)
	o.finish()
	return f
}

func (r *reader) columns(o object, f *Format) {
	value, found := o.get("columns")
	if !found {
		return
	}
	names := map[string]bool{}
	take := func(path, name string) {
		if name != "" && names[f.fold(name)] {
			r.fault(path, name, "is the name of another column too")
		}
		names[f.fold(name)] = true
	}
	for i, element := range r.list("columns", value, 2, 200) {
		path := fmt.Sprintf("columns[%d]", i)
		var c Column
		if text, ok := element.(string); ok {
			c.Name = r.text(path, text, 100)
			take(path, c.Name)
		} else {
			column := r.object(path, element)
			if column.require("name", "name the column") {
				c.Name = column.text("name", 100)
				take(path+".name", c.Name)
			}
			c.Aliases = column.texts("aliases", false, 1, 20, 100)
			for j, alias := range c.Aliases {
				take(fmt.Sprintf("%s.aliases[%d]", path, j), alias)
			}
			c.Optional = column.boolean("optional")
			column.finish()
		}
		if last := len(f.Columns) - 1; f.Header != "required" && !c.Optional && last >= 0 && f.Columns[last].Optional {
			r.fault(path, c.Name, "stands behind an optional column: without a header only the last columns may be optional")
		}
		f.Columns = append(f.Columns, c)
	}
	if v, found := o.get("ignored"); found {
		if text, ok := v.(string); ok && text == "rest" {
			f.IgnoreRest = true
		} else {
			f.Ignored = o.texts("ignored", false, 1, 200, 100)
			if f.Header != "required" {
				r.fault("ignored", v, "a file without a header is cut by the places of its columns: list them under columns, or say rest")
			}
			for i, name := range f.Ignored {
				take(fmt.Sprintf("ignored[%d]", i), name)
			}
		}
	}
}

// column is the index of the column that a key names.
func (r *reader) column(path string, value any, f *Format) int {
	name := r.text(path, value, 100)
	if name == "" {
		return -1
	}
	for i, c := range f.Columns {
		if c.Name == name {
			return i
		}
	}
	r.fault(path, name, "is the name of no column: it must stand under columns")
	return -1
}

// present is column for one that every file has.
func (r *reader) present(path string, value any, f *Format) int {
	i := r.column(path, value, f)
	if i >= 0 && f.Columns[i].Optional {
		r.fault(path, value, "is an optional column, and no row can be read without it")
	}
	return i
}

func (r *reader) fileName(value any) *FileName {
	o := r.object("file-name", value)
	name := &FileName{Path: o.choice("of", "name", "name", "path") == "path"}
	if o.require("pattern", "write a regular expression with named groups") {
		name.Pattern = r.pattern("file-name.pattern", o.members["pattern"])
	}
	o.finish()
	return name
}

// pattern compiles a regular expression that has to match as a whole.
func (r *reader) pattern(path string, value any) *regexp.Regexp {
	text := r.text(path, value, 500)
	if text == "" {
		return nil
	}
	if _, err := regexp.Compile(text); err != nil {
		r.fault(path, value, "must be a regular expression of RE2: "+err.Error())
		return nil
	}
	compiled, err := regexp.Compile("^(?:" + text + ")$")
	if err != nil {
		r.fault(path, value, "must be a regular expression of RE2: "+err.Error())
	}
	return compiled
}

func (r *reader) group(path string, value any, f *Format) string {
	name := r.text(path, value, 32)
	if name != "" && (f.FileName == nil || f.FileName.Pattern == nil || f.FileName.Pattern.SubexpIndex(name) < 0) {
		r.fault(path, name, "is no named group of file-name.pattern: write (?P<"+name+">…) there")
	}
	return name
}

var units = map[string]Unit{"seconds": Seconds, "milliseconds": Milliseconds, "microseconds": Microseconds, "nanoseconds": Nanoseconds}

func (r *reader) unit(path, text string) Unit {
	unit, found := units[text]
	if !found {
		r.fault(path, text, "must be one of seconds, milliseconds, microseconds, nanoseconds")
	}
	return unit
}

func (r *reader) layout(path string, value any) Layout {
	text := r.ascii(path, value, 100)
	l, wrong := parseLayout(text)
	if wrong != "" {
		r.fault(path, value, "the layout "+wrong)
	} else if text != "" && !l.HasDate() && !l.HasTime() {
		r.fault(path, value, "the layout has neither a date nor a time")
	}
	return l
}

func (r *reader) timestamp(value any, f *Format) {
	const path = "timestamp"
	o := r.object(path, value)
	t := &f.Timestamp
	o.oneOf("column", "columns")
	if v, found := o.get("column"); found {
		t.Columns = append(t.Columns, r.present(path+".column", v, f))
	}
	for i, name := range o.texts("columns", false, 2, 4, 100) {
		t.Columns = append(t.Columns, r.present(fmt.Sprintf("%s.columns[%d]", path, i), name, f))
	}
	t.RFC3339 = o.choice("rfc3339", "", "utc", "any")
	for i, text := range o.texts("epoch", true, 2, 4, 32) {
		t.Epoch = append(t.Epoch, r.unit(fmt.Sprintf("%s.epoch[%d]", path, i), text))
	}
	for i, text := range o.texts("layout", true, 2, 8, 100) {
		t.Layouts = append(t.Layouts, r.layout(fmt.Sprintf("%s.layout[%d]", path, i), text))
	}
	if text := o.text("since-midnight", 32); text != "" {
		t.SinceMidnight = r.unit(path+".since-midnight", text)
	}
	if text := o.text("zone", 64); text != "" {
		zone, err := time.LoadLocation(text)
		if err != nil || text == "Local" {
			r.fault(path+".zone", text, "is no zone of the IANA time zone database, such as America/New_York")
		}
		t.Zone = zone
	}
	if v, found := o.get("date"); found {
		t.Date = r.date(v, f)
	}
	t.SkippedTimes = o.choice("skipped-times", "fault", "fault", "offset-before", "offset-after")
	t.RepeatedTimes = o.choice("repeated-times", "fault", "fault", "first", "second")
	o.finish()
	if o.members != nil {
		r.consistent(o, t)
	}
}

// consistent checks the ways to write a time against each other.
func (r *reader) consistent(o object, t *Timestamp) {
	if t.RFC3339 == "" && t.Epoch == nil && t.Layouts == nil && t.SinceMidnight == 0 {
		r.fault(o.path, o.members, "lacks rfc3339, epoch, layout or since-midnight")
	}
	if t.SinceMidnight != 0 && (t.RFC3339 != "" || t.Epoch != nil || t.Layouts != nil) {
		r.fault(o.path, o.members, "since-midnight stands alone: a number cannot be told from the other forms")
	}
	if t.SinceMidnight != 0 && t.Date == nil {
		r.fault(o.path, o.members, "since-midnight needs a date")
	}
	if t.Date != nil && (t.RFC3339 != "" || t.Epoch != nil) {
		r.fault(o.path, o.members, "a date belongs to a time of day: epoch and rfc3339 have their own")
	}
	zoned := t.SinceMidnight == 0
	for i, l := range t.Layouts {
		path := fmt.Sprintf("%s.layout[%d]", o.path, i)
		switch {
		case t.Epoch != nil && l.DigitsOnly():
			r.fault(path, l.Text, "cannot be told from epoch: both are numbers")
		case !l.HasTime() && l.Text != "":
			r.fault(path, l.Text, "lacks the time of day")
		case l.HasDate() == (t.Date != nil) && l.Text != "":
			r.fault(path, l.Text, "must have the date unless timestamp.date says where it is, and not both")
		case l.has('Z') && l.has('z'):
			r.fault(path, l.Text, "has both an offset and a zone")
		}
		zoned = zoned && l.HasOffset()
	}
	if !zoned && t.Zone == nil {
		r.fault(o.path, o.members, "lacks zone: values state none, so say which they are in, such as America/New_York or UTC")
	}
}

func (r *reader) date(value any, f *Format) *Date {
	const path = "timestamp.date"
	o := r.object(path, value)
	d := &Date{Column: -1}
	o.oneOf("column", "file-name")
	if v, found := o.get("column"); found {
		d.Column = r.present(path+".column", v, f)
	}
	if v, found := o.get("file-name"); found {
		d.Group = r.group(path+".file-name", v, f)
	}
	if o.require("layout", "say how the date is written, such as %Y-%m-%d") {
		d.Layout = r.layout(path+".layout", o.members["layout"])
		if d.Layout.HasTime() || !d.Layout.HasDate() || d.Layout.HasOffset() {
			r.fault(path+".layout", d.Layout.Text, "must be that of a date alone")
		}
	}
	o.finish()
	return d
}

// maxSymbol is the longest symbol, in characters.
const maxSymbol = 64

func (r *reader) symbol(value any, f *Format) {
	const path = "symbol"
	o := r.object(path, value)
	o.oneOf("column", "file-name", "constant", "parts")
	if v, found := o.get("parts"); found {
		for i, part := range r.list(path+".parts", v, 2, 8) {
			p := r.object(fmt.Sprintf("%s.parts[%d]", path, i), part)
			p.oneOf("column", "file-name", "constant")
			read := r.part(p, f)
			read.Prefix, read.Suffix = p.text("prefix", maxSymbol), p.text("suffix", maxSymbol)
			p.finish()
			f.Symbol.Parts = append(f.Symbol.Parts, read)
		}
	} else {
		f.Symbol.Parts = []Part{r.part(o, f)}
	}
	if v, found := o.get("pattern"); found {
		f.Symbol.Pattern = r.pattern(path+".pattern", v)
	}
	o.finish()
}

func (r *reader) part(o object, f *Format) (p Part) {
	names := o.texts("column", true, 2, 8, 100)
	for i, name := range names {
		path := o.at("column")
		if len(names) > 1 {
			path = fmt.Sprintf("%s[%d]", path, i)
		}
		p.Columns = append(p.Columns, r.column(path, name, f))
	}
	// Of several at least the last must be there; one alone must be in any case.
	if n := len(names); n > 0 {
		r.present(o.at("column"), names[n-1], f)
	}
	if v, found := o.get("file-name"); found {
		p.Group = r.group(o.at("file-name"), v, f)
	}
	p.Constant = o.text("constant", maxSymbol)
	return p
}

func (r *reader) number(path string, value any, f *Format) (n Number) {
	o := r.object(path, value)
	if o.require("column", "name its column") {
		n.Column = r.present(path+".column", o.members["column"], f)
	}
	n.Comma = o.choice("decimal", ".", ".", ",") == ","
	if thousands := o.choice("thousands", "", ".", ",", " ", "'", "_"); thousands != "" {
		n.Thousands = thousands[0]
		if n.Comma == (thousands == ",") && (thousands == "," || thousands == ".") {
			r.fault(path+".thousands", thousands, "is the decimal point already")
		}
	}
	n.Free = o.choice("notation", "plain", "plain", "free") == "free"
	n.Unsigned = o.choice("sign", "counts", "counts", "ignored") == "ignored"
	if text := o.text("scale", 40); text != "" {
		scale, ok := parseScale(text)
		if !ok {
			r.fault(path+".scale", text, "must be a decimal number, 1e-9, or a fraction 1/n that is a finite decimal of at most 18 digits")
		}
		n.Scale = scale
	}
	n.ScaleIntegers = o.choice("scaled", "all", "all", "integers") == "integers"
	if o.has("scaled") && !o.has("scale") {
		r.fault(path+".scaled", o.members["scaled"], "needs scale")
	}
	o.finish()
	return n
}

func (r *reader) rule(path string, value any, f *Format) (rule Rule) {
	o := r.object(path, value)
	if o.require("column", "name the column whose value decides") {
		rule.Column = r.column(path+".column", o.members["column"], f)
	}
	o.oneOf("is", "is-not")
	rule.Not = o.has("is-not")
	rule.Values = map[string]bool{}
	for _, key := range []string{"is", "is-not"} {
		v, found := o.get(key)
		if !found {
			continue
		}
		for i, element := range r.list(o.at(key), v, 1, 500) {
			text, ok := element.(string)
			if !ok || utf8.RuneCountInString(text) > 100 {
				r.fault(fmt.Sprintf("%s[%d]", o.at(key), i), element, "must be a text of at most 100 characters; in YAML, put numbers, true and false into quotes")
			}
			rule.Values[text] = true
		}
	}
	if o.require("reason", "say what such rows are, for the counts in the status") {
		rule.Reason = r.ascii(path+".reason", o.members["reason"], 60)
	}
	o.finish()
	return rule
}

func (r *reader) conditions(value any, f *Format) *Conditions {
	const path = "conditions"
	o := r.object(path, value)
	c := &Conditions{Table: map[string]Counts{}}
	o.require("column", "name the column of the conditions")
	o.require("split", "say how a value is cut: whole, characters or {separator: …}")
	o.require("others", "say what conditions count for that the table lacks: all, a list, or fault")
	o.require("table", "give the conditions")
	if v, found := o.get("column"); found {
		c.Column = r.column(path+".column", v, f)
	}
	if v, found := o.get("split"); found {
		if _, whole := v.(string); whole {
			c.Characters = o.choice("split", "whole", "whole", "characters") == "characters"
		} else {
			split := r.object(path+".split", v)
			if split.require("separator", "say what stands between conditions") {
				c.Separator = r.ascii(path+".split.separator", split.members["separator"], 3)
			}
			if strip, found := split.get("strip"); found {
				c.Strip = r.ascii(path+".split.strip", strip, 16)
			}
			split.finish()
		}
	}
	if v, found := o.get("others"); found {
		if v == "fault" {
			c.Fault = true
		} else {
			c.Others = r.counts(path+".others", v)
		}
	}
	if v, found := o.get("table"); found {
		table := r.object(path+".table", v)
		if n := len(table.members); table.members != nil && (n == 0 || n > 500) {
			r.fault(path+".table", v, "must have 1 to 500 conditions")
		}
		for _, code := range slices.Sorted(maps.Keys(table.members)) {
			r.text(path+".table", code, 32)
			c.Table[code] = r.counts(path+".table."+code, table.members[code])
		}
	}
	o.finish()
	return c
}

func (r *reader) counts(path string, value any) (counts Counts) {
	if value == "all" {
		return All
	}
	for _, element := range r.list(path, value, 0, 5) {
		name, _ := element.(string)
		if countsOf(name) == 0 || counts&countsOf(name) != 0 {
			r.fault(path, value, "must be all, or a list of different ones of open, high, low, close, volume")
			return 0
		}
		counts |= countsOf(name)
	}
	return counts
}

// fold is a name as it is compared.
func (f *Format) fold(name string) string {
	if f.LooseNames {
		return strings.ToLower(strings.TrimSpace(name))
	}
	return name
}

func (f *Format) same(a, b string) bool { return f.fold(a) == f.fold(b) }
