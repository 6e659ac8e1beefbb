package inspect

import (
	"bytes"
	"context"
	"encoding/csv"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"market-data-pipeline/handlers/internal/trades"
)

// Found is what a file looks like to one who knows no format.
type Found struct {
	Container     string   `json:"container"`
	Encoding      string   `json:"encoding"`
	LineEnds      string   `json:"lineEnds"`
	Delimiter     string   `json:"delimiter"`
	Header        bool     `json:"header"`
	Columns       []string `json:"columns"`
	TimestampUnit string   `json:"timestampUnit"` // seconds …, rfc3339, a layout; empty: none was recognised
}

// sample is how much of a file is looked at.
const sample = 64 << 10

// look describes the beginning of a file and drafts a format from it.
func look(ctx context.Context, path string) (*Found, map[string]any, error) {
	in, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer in.Close()
	found := &Found{Columns: []string{}}
	unpacked, container := trades.Unpack(ctx, in)
	found.Container = container
	text, err := io.ReadAll(io.LimitReader(unpacked, sample))
	if len(text) == 0 {
		return found, nil, nil // empty, or packed in a way that the readings tell
	}
	if err != nil {
		return found, nil, nil
	}
	text = found.decode(text)
	lines := found.lines(text)
	rows := found.cut(lines)
	found.head(rows)
	return found, found.draft(rows), nil
}

// decode finds the encoding and gives the text in UTF-8.
func (f *Found) decode(text []byte) []byte {
	f.Encoding = "utf-8"
	for _, encoding := range []string{"utf-16", "gb18030", "latin-1"} {
		is := encoding == "utf-16" && trades.IsUTF16(text)
		is = is || encoding != "utf-16" && f.Encoding == "utf-8" && !utf8.Valid(text[:max(0, len(text)-utf8.UTFMax)])
		if !is {
			continue
		}
		decoded := trades.Decode(text, encoding)
		if encoding != "latin-1" && bytes.ContainsRune(decoded[:max(0, len(decoded)-8)], utf8.RuneError) {
			continue
		}
		f.Encoding = encoding
		return bytes.TrimPrefix(decoded, []byte("\uFEFF"))
	}
	return bytes.TrimPrefix(text, []byte("\uFEFF"))
}

// lines finds the line ends and gives the whole lines.
func (f *Found) lines(text []byte) []string {
	f.LineEnds = "lf"
	end := "\n"
	if !bytes.Contains(text, []byte("\n")) && bytes.Contains(text, []byte("\r")) {
		f.LineEnds, end = "cr", "\r"
	}
	lines := strings.Split(string(text), end)
	if len(text) == sample && len(lines) > 1 {
		lines = lines[:len(lines)-1]
	}
	var kept []string
	for _, line := range lines {
		if line = strings.TrimRight(line, "\r"); line != "" {
			kept = append(kept, line)
		}
	}
	return kept
}

// cut finds the delimiter, the one that parts most lines into the same number of
// fields, and gives the fields of each line.
func (f *Found) cut(lines []string) [][]string {
	f.Delimiter = ","
	var best [][]string
	most := 0
	for _, delimiter := range []rune{',', ';', '\t', '|', '^', '~', ' '} {
		reader := csv.NewReader(strings.NewReader(strings.Join(lines, "\n")))
		reader.Comma, reader.LazyQuotes, reader.FieldsPerRecord = delimiter, true, -1
		rows, _ := reader.ReadAll()
		if len(rows) == 0 {
			continue
		}
		widths := map[int]int{}
		for _, row := range rows {
			widths[len(row)]++
		}
		for width, count := range widths {
			if width > 1 && count*width > most && (delimiter != ' ' || best == nil) {
				most, best, f.Delimiter = count*width, rows, string(delimiter)
			}
		}
	}
	return best
}

var number = regexp.MustCompile(`^[-+]?[0-9][0-9.,]*([eE][-+]?[0-9]+)?$`)

// head says whether the first row is a header, which has no numbers and no times,
// and names the columns.
func (f *Found) head(rows [][]string) {
	if len(rows) == 0 {
		return
	}
	f.Header = !slices.ContainsFunc(rows[0], func(field string) bool { return number.MatchString(field) || timeForm(field) != "" })
	for i, field := range rows[0] {
		name := strings.TrimSpace(field)
		if !f.Header || name == "" || slices.Contains(f.Columns, name) {
			name = "column" + string(rune('A'+i%26))
			if i >= 26 {
				name += string(rune('0' + i/26))
			}
		}
		f.Columns = append(f.Columns, name)
	}
}
