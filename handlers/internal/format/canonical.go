package format

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
)

//go:embed canonical.json
var canonical []byte

// Canonical is the project's own format, which feeds have that declare no other:
// formats/canonical.yaml, whose JSON is kept here for the functions.
var Canonical = sync.OnceValue(func() *Format {
	f, err := Parse(canonical)
	if err != nil {
		panic(fmt.Sprintf("canonical.json: %v", err)) // a test parses it
	}
	return f
})

// appendCanonical writes JSON in its one canonical form: keys sorted, no blanks,
// nothing escaped that need not be. A format has no numbers but small whole ones.
func appendCanonical(to []byte, value any) []byte {
	switch v := value.(type) {
	case map[string]any:
		to = append(to, '{')
		for i, key := range slices.Sorted(maps.Keys(v)) {
			if i > 0 {
				to = append(to, ',')
			}
			to = append(appendString(to, key), ':')
			to = appendCanonical(to, v[key])
		}
		return append(to, '}')
	case []any:
		to = append(to, '[')
		for i, element := range v {
			if i > 0 {
				to = append(to, ',')
			}
			to = appendCanonical(to, element)
		}
		return append(to, ']')
	case string:
		return appendString(to, v)
	case float64:
		return strconv.AppendFloat(to, v, 'f', -1, 64)
	case bool:
		return strconv.AppendBool(to, v)
	}
	return append(to, "null"...)
}

func appendString(to []byte, text string) []byte {
	const escaped, letters = "\"\\\b\f\n\r\t", `"\bfnrt`
	to = append(to, '"')
	for _, c := range []byte(text) {
		if i := strings.IndexByte(escaped, c); i >= 0 {
			to = append(to, '\\', letters[i])
		} else if c < ' ' {
			to = fmt.Appendf(to, `\u%04x`, c)
		} else {
			to = append(to, c)
		}
	}
	return append(to, '"')
}
