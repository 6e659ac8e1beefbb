package trades

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"
)

func TestFilesAreReadInTheirEncoding(t *testing.T) {
	const columns = `"columns": ["Zeit", "Größe", "Preis", "Wert"], "timestamp": {"column": "Zeit", "epoch": "seconds"}, "symbol": {"column": "Wert"}, "price": {"column": "Preis"}, "size": {"column": "Größe"}`
	file := "Zeit,Größe,Preis,Wert\n1767625200,1,2,Süd\n"
	var wide []byte
	for _, unit := range utf16.Encode([]rune(file)) {
		wide = append(wide, byte(unit), byte(unit>>8))
	}
	big := []byte("\xfe\xff")
	for i := 0; i < len(wide); i += 2 {
		big = append(big, wide[i+1], wide[i])
	}
	narrow := []byte(strings.NewReplacer("ö", "\xf6", "ß", "\xdf", "ü", "\xfc").Replace(file))
	for name, c := range map[string]struct {
		encoding string
		content  []byte
	}{
		"UTF-8": {"utf-8", []byte(file)}, "with a mark": {"utf-8", []byte("\uFEFF" + file)}, "Latin-1": {"latin-1", narrow},
		"UTF-16": {"utf-16", wide}, "with its mark": {"utf-16", append([]byte("\xff\xfe"), wide...)}, "big-endian": {"utf-16", big},
	} {
		options := Options{Format: parsed(t, columns+`, "encoding": "`+c.encoding+`"`)}
		result, got := scan(t, bytes.NewReader(c.content), options)
		if !result.Valid() || len(got) != 1 || got[0].Symbol != "Süd" {
			t.Errorf("%s: %+v %v", name, result, got)
		}
		if raw, _ := scan(t, bytes.NewReader(c.content), Options{Format: options.Format, Name: "x"}); raw.ContentHash != result.ContentHash || len(raw.ContentHash) != 64 {
			t.Errorf("%s: hash %s", name, raw.ContentHash)
		}
	}
	result, _ := scan(t, strings.NewReader("Zeit,Gr\x81\xff\xdfe\n"), Options{Format: parsed(t, columns+`, "encoding": "gb18030"`)})
	if result.Valid() {
		t.Error("what is not GB18030 is taken for it")
	}
	broken := append(bytes.Clone(wide), 0x00, 0xd8, '\n', 0)
	if result, _ := scan(t, bytes.NewReader(broken), Options{Format: parsed(t, columns+`, "encoding": "utf-16"`)}); result.Valid() {
		t.Error("half a pair of UTF-16 is taken for text")
	}
}

// FuzzUTF16 holds the decoder to the standard library's, whatever the pieces.
func FuzzUTF16(f *testing.F) {
	f.Add([]byte("\xff\xfea\x00\x3d\xd8\x00\xde"))
	f.Add([]byte("\xfe\xff\x00a\xd8\x3d\x00a\xd8"))
	f.Fuzz(func(t *testing.T, text []byte) {
		whole := text
		big := bytes.HasPrefix(text, []byte("\xfe\xff"))
		if big || bytes.HasPrefix(text, []byte("\xff\xfe")) {
			text = text[2:]
		}
		var units []uint16
		for i := 0; i+1 < len(text); i += 2 {
			if big {
				units = append(units, uint16(text[i])<<8|uint16(text[i+1]))
			} else {
				units = append(units, uint16(text[i+1])<<8|uint16(text[i]))
			}
		}
		want := string(utf16.Decode(units))
		if len(text)%2 == 1 {
			want += "\uFFFD"
		}
		if got := Decode(whole, "utf-16"); string(got) != want {
			t.Fatalf("%q, want %q", got, want)
		}
		in := decoder("utf-16").Reader(iotest.OneByteReader(bytes.NewReader(whole)))
		if got, err := io.ReadAll(in); err != nil || string(got) != want {
			t.Fatalf("%q, %v, want %q", got, err, want)
		}
	})
}
