package format

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// reader collects what is wrong with a format.
type reader struct{ faults []error }

// maxFaults is how many faults of a format are told.
const maxFaults = 20

func (r *reader) fault(path string, value any, remedy string) {
	if len(r.faults) >= maxFaults {
		return
	}
	if path == "" {
		path = "the format"
	}
	shown := fmt.Sprintf("%q", value)
	if text, ok := value.(string); !ok {
		shown = string(appendCanonical(nil, value))
	} else if text == "" {
		shown = `""`
	}
	if len(shown) > 80 {
		shown = strings.ToValidUTF8(shown[:80], "") + "…"
	}
	r.faults = append(r.faults, fmt.Errorf("%s: %s: %s", path, shown, remedy))
}

// object is a JSON object of which every member has to be asked for by name.
type object struct {
	r       *reader
	path    string
	members map[string]any
	asked   map[string]bool
}

func (r *reader) object(path string, value any) object {
	members, ok := value.(map[string]any)
	if !ok {
		r.fault(path, value, "must be an object")
	}
	return object{r, path, members, map[string]bool{}}
}

func (o object) at(key string) string {
	if o.path == "" {
		return key
	}
	return o.path + "." + key
}

func (o object) get(key string) (any, bool) {
	o.asked[key] = true
	value, found := o.members[key]
	return value, found
}

func (o object) has(key string) bool {
	_, found := o.get(key)
	return found
}

func (o object) require(key, remedy string) bool {
	if o.has(key) {
		return true
	}
	if o.members != nil {
		o.r.fault(o.path, o.members, "lacks "+key+": "+remedy)
	}
	return false
}

// oneOf requires exactly one of the keys.
func (o object) oneOf(keys ...string) {
	n := 0
	for _, key := range keys {
		if o.has(key) {
			n++
		}
	}
	if n != 1 && o.members != nil {
		o.r.fault(o.path, o.members, "must have exactly one of "+strings.Join(keys, ", "))
	}
}

// finish complains about members that nothing asked for.
func (o object) finish() {
	for _, key := range slices.Sorted(maps.Keys(o.members)) {
		if !o.asked[key] {
			known := strings.Join(slices.Sorted(maps.Keys(o.asked)), ", ")
			o.r.fault(o.at(key), o.members[key], "is no key of a format here: "+known)
		}
	}
}

func (o object) choice(key, usual string, choices ...string) string {
	value, found := o.get(key)
	if !found {
		return usual
	}
	text, _ := value.(string)
	if !slices.Contains(choices, text) {
		o.r.fault(o.at(key), value, "must be one of "+strings.Join(choices, ", "))
		return usual
	}
	return text
}

func (o object) boolean(key string) (is bool) {
	value, found := o.get(key)
	if !found {
		return false
	}
	is, ok := value.(bool)
	if !ok {
		o.r.fault(o.at(key), value, "must be true or false")
	}
	return is
}

func (o object) number(key string, most int) int {
	value, found := o.get(key)
	if !found {
		return 0
	}
	n, ok := value.(float64)
	if !ok || n != float64(int(n)) || n < 0 || int(n) > most {
		o.r.fault(o.at(key), value, fmt.Sprintf("must be a whole number from 0 to %d", most))
		return 0
	}
	return int(n)
}

// text is a string of 1 to most characters of which none is a control character.
func (o object) text(key string, most int) string {
	value, found := o.get(key)
	if !found {
		return ""
	}
	return o.r.text(o.at(key), value, most)
}

func (r *reader) text(path string, value any, most int) string {
	text, ok := value.(string)
	if !ok || text == "" || utf8.RuneCountInString(text) > most || strings.ContainsFunc(text, func(c rune) bool { return c < ' ' }) {
		r.fault(path, value, fmt.Sprintf("must be a text of 1 to %d characters, without control characters; in YAML, put numbers, true and false into quotes", most))
		return ""
	}
	return text
}

// ascii is a text of printable ASCII.
func (r *reader) ascii(path string, value any, most int) string {
	text := r.text(path, value, most)
	if strings.ContainsFunc(text, func(c rune) bool { return c > '~' }) {
		r.fault(path, value, "must be in ASCII")
	}
	return text
}

func (r *reader) list(path string, value any, least, most int) []any {
	list, ok := value.([]any)
	if !ok || len(list) < least || len(list) > most {
		r.fault(path, value, fmt.Sprintf("must be a list of %d to %d", least, most))
		return nil
	}
	return list
}

// texts is a list of different texts, or, where single is, one of them alone.
func (o object) texts(key string, single bool, least, most, length int) []string {
	value, found := o.get(key)
	if !found {
		return nil
	}
	if text, ok := value.(string); ok && single {
		return []string{o.r.text(o.at(key), text, length)}
	}
	var texts []string
	for i, element := range o.r.list(o.at(key), value, least, most) {
		text := o.r.text(fmt.Sprintf("%s[%d]", o.at(key), i), element, length)
		if slices.Contains(texts, text) && text != "" {
			o.r.fault(fmt.Sprintf("%s[%d]", o.at(key), i), element, "stands there twice")
		}
		texts = append(texts, text)
	}
	return texts
}
