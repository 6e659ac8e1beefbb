package inspect

import (
	"bytes"
	"context"
	"encoding/csv"
	"io"
	"os"
	"path/filepath"
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

	name      string // of the file
	preamble  int    // lines in front of the first of as many fields as most have
	comments  bool   // they begin with #
	blank     string // blank-lines, where there are any
	trailer   string // how the last line begins, where it is no row
	delimited bool   // a delimiter ends every line
	trim      bool   // blanks stand around fields
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
	found := &Found{Columns: []string{}, name: filepath.Base(path)}
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
	} else if lines[len(lines)-1] == "" { // the end of the last line
		lines = lines[:len(lines)-1]
	}
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], "\r")
	}
	last := len(lines)
	for last > 0 && strings.TrimSpace(lines[last-1]) == "" {
		last--
	}
	if last < len(lines) {
		f.blank = "at-end"
	}
	if slices.Contains(lines[:last], "") {
		f.blank = "ignored"
	}
	if last > 1 && endWord.MatchString(lines[last-1]) {
		last--
		f.trailer = endWord.FindString(lines[last])
	}
	return lines[:last]
}

// endWord begins the line that closes a file.
var endWord = regexp.MustCompile(`^(END|EOF|TRAILER|TRL)\b`)

// cut finds the delimiter, the one that parts most lines into the same number of
// fields, and gives the fields of each line from the first that has as many.
func (f *Found) cut(lines []string) [][]string {
	f.Delimiter = ","
	var best [][]string
	most, fields := 0, 0
	for _, delimiter := range []rune{',', ';', '\t', '|', '^', '~', '\x01', ' '} {
		rows := split(lines, delimiter)
		widths := map[int]int{}
		for _, row := range rows {
			widths[len(row)]++
		}
		for width, count := range widths {
			if width > 1 && count*width > most && (delimiter != ' ' || best == nil) {
				most, fields, best, f.Delimiter = count*width, width, rows, string(delimiter)
			}
		}
	}
	for len(best) > 0 && len(best[0]) != fields {
		f.comments = f.comments || strings.HasPrefix(lines[f.preamble], "#")
		best, f.preamble = best[1:], f.preamble+1
	}
	best = slices.DeleteFunc(best, func(row []string) bool { return len(row) < min(fields, 2) || row[0] == "" && len(row) == 1 })
	f.delimited = len(best) > 0
	for _, row := range best {
		f.delimited = f.delimited && len(row) == fields && row[fields-1] == ""
	}
	for i, row := range best {
		if f.delimited {
			best[i] = row[:fields-1]
		}
		for j, field := range row {
			f.trim = f.trim || f.Delimiter != " " && f.Delimiter != "\t" && field != strings.TrimSpace(field)
			row[j] = strings.TrimSpace(field)
		}
	}
	return best
}

// split cuts each line by itself, so that a quote that is not closed spoils only one.
func split(lines []string, delimiter rune) (rows [][]string) {
	for _, line := range lines {
		reader := csv.NewReader(strings.NewReader(line))
		reader.Comma, reader.LazyQuotes, reader.FieldsPerRecord = delimiter, true, -1
		row, err := reader.Read()
		if err != nil {
			row = []string{""}
		}
		rows = append(rows, row)
	}
	return rows
}

var number = regexp.MustCompile(`^[-+]?[0-9]*[0-9.,]*[0-9]([eE][-+]?[0-9]+)?$`)

// head says whether the first row is a header, which has no numbers and no times,
// and names the columns.
func (f *Found) head(rows [][]string) {
	if len(rows) == 0 {
		return
	}
	f.Header = !slices.ContainsFunc(rows[0], func(field string) bool {
		return number.MatchString(field) || timeForm(field) != "" || clockForm(field) != "" || dateForm(field) != ""
	})
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
