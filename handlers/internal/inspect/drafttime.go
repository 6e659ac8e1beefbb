package inspect

import (
	"slices"
	"strings"
)

// time finds the column of the time, or those of date and time of day, or the time of
// day alone and the date in the file's name.
func (d *drafter) time() {
	whole := func(value string) bool { return timeForm(value) != "" }
	if i := d.either(timeWords, whole); i >= 0 {
		d.whole(i)
		return
	}
	if d.dateAndClock() || d.clockAlone() {
		return
	}
	// To be filled in.
	d.draft["timestamp"] = map[string]any{"column": d.Columns[0], "layout": "%Y-%m-%d %H:%M:%S%.f", "zone": "UTC"}
}

// forms are the different ones of a column's values.
func (d *drafter) forms(i int, form func(string) string) (forms []string) {
	for _, value := range d.values(i) {
		if f := form(value); f != "" && !slices.Contains(forms, f) {
			forms = append(forms, f)
		}
	}
	return forms
}

// whole is a column of times with their dates.
func (d *drafter) whole(i int) {
	timestamp := map[string]any{"column": d.take(i)}
	var units, layouts []string
	zoned := true
	for _, form := range d.forms(i, timeForm) {
		switch {
		case form == "rfc3339":
			timestamp["rfc3339"] = "any"
		case !strings.Contains(form, "%"):
			units = append(units, form)
		default:
			layouts = append(layouts, form)
			zoned = zoned && (strings.HasSuffix(form, "%z") || strings.HasSuffix(form, "%Z"))
		}
	}
	d.TimestampUnit = d.forms(i, timeForm)[0]
	oneOrAll(timestamp, "epoch", units)
	oneOrAll(timestamp, "layout", layouts[:min(len(layouts), 8)])
	if !zoned {
		timestamp["zone"] = "UTC"
	}
	d.draft["timestamp"] = timestamp
}

func oneOrAll(to map[string]any, key string, values []string) {
	switch len(values) {
	case 0:
	case 1:
		to[key] = values[0]
	default:
		to[key] = values
	}
}

// clock is the column of a time of day. Digits alone may be anything: a name has to
// say that they are one, where there are names.
func (d *drafter) clock() int {
	spelled := func(value string) bool { return strings.Contains(value, ":") && clockForm(value) != "" }
	if i := d.either(clockWords, spelled); i >= 0 {
		return i
	}
	digits := func(value string) bool { return clockForm(value) != "" }
	if d.Header {
		return d.pick(clockWords, 0, digits)
	}
	return d.pick(nil, 0, digits)
}

func (d *drafter) dateAndClock() bool {
	date := d.either(dateWords, func(value string) bool { return dateForm(value) != "" })
	if date < 0 {
		return false
	}
	d.taken[date] = true
	clock := d.clock()
	if clock < 0 {
		d.taken[date] = false
		return false
	}
	columns := []string{d.Columns[date], d.take(clock)}
	layout := d.forms(date, dateForm)[0] + " " + d.clockLayout(clock)
	timestamp := map[string]any{}
	if offsets := d.pick(offsetWords, 0, offset.MatchString); offsets >= 0 {
		columns, layout = append(columns, d.take(offsets)), layout+" %z"
	} else {
		timestamp["zone"] = "UTC"
	}
	d.TimestampUnit = layout
	timestamp["columns"], timestamp["layout"] = columns, layout
	d.draft["timestamp"] = timestamp
	return true
}

// clockLayout is that of a column: with a fraction that may be missing, where it is
// spelled with colons.
func (d *drafter) clockLayout(i int) string {
	layout := d.forms(i, clockForm)[0]
	if layout == "%H:%M:%S" {
		return "%H:%M:%S%.f"
	}
	return layout
}

// clockAlone is a time of day whose date the file's name has.
func (d *drafter) clockAlone() bool {
	day := nameDate.FindString(d.name)
	if day == "" {
		return false
	}
	date := map[string]any{"file-name": "date", "layout": "%Y%m%d"}
	if strings.Contains(day, "-") {
		date["layout"] = "%Y-%m-%d"
	}
	if i := d.clock(); i >= 0 && strings.Contains(d.values(i)[0], ":") || i >= 0 && d.Header {
		d.TimestampUnit = d.clockLayout(i)
		d.draft["timestamp"] = map[string]any{"column": d.take(i), "layout": d.TimestampUnit, "zone": "UTC", "date": date}
		return true
	}
	numbers := func(value string) bool { return sinceMidnight([]string{value}) != "" }
	i := d.pick(clockWords, 0, numbers)
	if i < 0 && !d.Header && sinceMidnight(d.values(0)) != "" {
		i = 0
	}
	if i < 0 {
		return false
	}
	unit := sinceMidnight(d.values(i))
	if unit == "" {
		return false
	}
	d.TimestampUnit = unit + " since midnight"
	d.draft["timestamp"] = map[string]any{"column": d.take(i), "since-midnight": unit, "zone": "UTC", "date": date}
	return true
}
