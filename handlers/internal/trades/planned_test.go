package trades

import (
	"bytes"
	"context"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"market-data-pipeline/handlers/internal/format"
)

// odd pieces are put into files of every form.
var oddPieces = []string{",", ";", "|", "\t", "\"", "'", "\n", "\r\n", "\r", " ", "-", "+", ".", "0", "9", "1.5", "1e3", "\x00", "\x7f", "é", "\xff", "\uFFFD", "\"a,b\"", "\"\"", "#", "END",
	"2026-01-05T15:00:00.5Z", "2026-01-05 04:00:00.5", "00000000000000000000", "1767625200", "1767625200000", "1767625200000000000", "123456789.123456789", "1,234.5", "True", "T"}

// repeated is a form's file with its rows three times.
func repeated(f *format.Format, file string) []byte {
	end := "\n"
	if f.ReturnEndsLines {
		end = "\r"
	}
	lines := strings.SplitAfter(strings.TrimRight(file, end), end)
	head := f.PreambleLines
	for head < len(lines) && (strings.HasPrefix(lines[head], "#") || strings.TrimSpace(lines[head]) == "") {
		head++
	}
	if f.Header != "none" {
		head++
	}
	rows := lines[min(head, len(lines)):]
	if len(rows) > 0 && !strings.HasSuffix(rows[len(rows)-1], end) {
		rows[len(rows)-1] += end
	}
	var whole strings.Builder
	whole.WriteString(strings.Join(lines[:min(head, len(lines))], ""))
	for _, row := range rows {
		whole.WriteString(row)
		if f.Trailer == "" || !strings.HasPrefix(row, f.Trailer) {
			whole.WriteString(row + row)
		}
	}
	return []byte(whole.String())
}

// change puts odd pieces into a file, or takes bytes out of it.
func change(file []byte, random *rand.Rand) []byte {
	for range 1 + random.IntN(3) {
		at := random.IntN(len(file) + 1)
		switch piece := oddPieces[random.IntN(len(oddPieces))]; random.IntN(4) {
		case 0:
			file = slices.Concat(file[:at], []byte(piece), file[at:])
		case 1:
			file = slices.Concat(file[:at], []byte(piece), file[min(len(file), at+len(piece)):])
		case 2:
			file = slices.Concat(file[:at], file[min(len(file), at+1+random.IntN(4)):])
		case 3:
			file = slices.Clone(file)
			if at < len(file) {
				file[at] = byte(random.IntN(256))
			}
		}
	}
	return file
}

func TestEveryFormAgreesWithItsThoroughReading(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(forms)) {
		form := forms[name]
		f := parsed(t, form.format)
		if f.Encoding != "utf-8" || f.ReturnEndsLines {
			continue // are decoded first, which agree does not do
		}
		random := rand.New(rand.NewPCG(7, uint64(len(name))))
		file := repeated(f, form.file)
		options := Options{Format: f, Name: form.name, AllowNonPositivePrice: len(name)%2 == 0}
		agree(t, file, options)
		for range 1500 {
			if changed := change(file, random); !isUTF16(changed) {
				agree(t, changed, options)
			}
			if t.Failed() {
				t.Fatal(name)
			}
		}
	}
}

// TestAnyFileMayMeetAnyFormat: a file that its format was not written for.
func TestAnyFileMayMeetAnyFormat(t *testing.T) {
	random := rand.New(rand.NewPCG(8, 8))
	for _, one := range slices.Sorted(maps.Keys(forms)) {
		f := parsed(t, forms[one].format)
		for _, other := range slices.Sorted(maps.Keys(forms)) {
			file := []byte(forms[other].file)
			options := Options{Format: f, Name: forms[one].name}
			if f.Encoding != "utf-8" || f.ReturnEndsLines {
				if _, err := Scan(context.Background(), bytes.NewReader(file), options, nil); err != nil {
					t.Fatal(err)
				}
				continue
			}
			for range 10 {
				if !isUTF16(file) {
					agree(t, file, options)
				}
				file = change(file, random)
			}
		}
	}
}

// TestUsualRowsOfEveryFormAreFast: a row that is left to the thorough reading is right
// all the same, but takes several times as long.
func TestUsualRowsOfEveryFormAreFast(t *testing.T) {
	for name, form := range forms {
		f := parsed(t, form.format)
		if f.Encoding != "utf-8" || f.ReturnEndsLines {
			continue
		}
		s := newScanner(Options{Format: f, Name: form.name}, nil)
		if !s.begin() {
			t.Fatal(name)
		}
		// Once all symbols are known, all rows are usual: the same file is read again.
		file := repeated(f, form.file)
		data := append(make([]byte, 0, len(file)+padding), file...)
		if _, err := s.parse(data, true); err != nil || !s.result.Valid() {
			t.Fatalf("%s: %v %v", name, s.result, err)
		}
		s.last = noDay
		for i := range s.symbols.known {
			s.symbols.known[i].lastTime = noDay
		}
		rows := file
		for range f.PreambleLines {
			rows = rows[bytes.IndexByte(rows, '\n')+1:]
		}
		for lines := bytes.SplitAfter(rows, []byte("\n")); len(lines) > 0; lines = lines[1:] {
			line := lines[0]
			if len(line) == 0 || len(bytes.TrimSpace(line)) == 0 || s.lines.starts[line[0]] || s.headed && (bytes.Contains(bytes.ToLower(line), []byte("price")) || bytes.HasPrefix(line, []byte("Datum"))) {
				continue
			}
			row := append(make([]byte, 0, len(line)+padding), line...)
			if consumed, err := s.usualRows(row); consumed != len(line) || err != nil {
				t.Errorf("%s: %q: %d bytes are usual, %v", name, line, consumed, err)
			}
			s.last = noDay
			for i := range s.symbols.known {
				s.symbols.known[i].lastTime = noDay
			}
		}
	}
}

// A known symbol that holds the delimiter is two fields where it is not quoted.
func TestASymbolWithADelimiterAtTheEndOfALineHasToBeQuoted(t *testing.T) {
	form := forms["the symbol at the end of a line"]
	agree(t, []byte(form.file+"2,1.5,1767625201,\"A,B\"\n4,1.5,1767625202,A,B\n5,1.5,1767625202,AAPL\n"), Options{Format: parsed(t, form.format)})
}

// FuzzDeclarations reads any bytes by any format: whatever is declared and whatever
// comes, nothing crashes, nothing hangs, and both ways of reading agree.
func FuzzDeclarations(f *testing.F) {
	for _, name := range slices.Sorted(maps.Keys(forms)) {
		form := forms[name]
		body := form.format
		if !strings.Contains(body, `"order":`) {
			body += `, "order": "time"`
		}
		f.Add(`{"title": "A form", "source": ["its vendor"], `+body+`}`, form.name, []byte(form.file))
	}
	f.Fuzz(func(t *testing.T, declared, name string, file []byte) {
		read, err := format.Parse([]byte(declared))
		if err != nil {
			return
		}
		options := Options{Format: read, Name: name}
		in, container := uncompressed(context.Background(), bytes.NewReader(file))
		if read.Encoding != "utf-8" || read.ReturnEndsLines || container != "none" || isFailing(in) {
			if _, err := Scan(context.Background(), bytes.NewReader(file), options, nil); err != nil {
				t.Fatal(err)
			}
			return
		}
		agree(t, file, options)
	})
}
