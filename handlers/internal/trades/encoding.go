package trades

import (
	"bytes"
	"context"
	"hash"
	"io"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"market-data-pipeline/handlers/internal/format"
)

// encodings other than UTF-8, by their names in formats.
var encodings = map[string]encoding.Encoding{
	"utf-16":  unicode.UTF16(unicode.LittleEndian, unicode.UseBOM),
	"gb18030": simplifiedchinese.GB18030,
	"latin-1": charmap.ISO8859_1,
}

// decoded is r in UTF-8 with line feeds; what comes from r is written to hash. It
// is r itself where nothing is to be done.
func decoded(r io.Reader, f *format.Format, hash hash.Hash) (_ io.Reader, asItIs bool) {
	e := encodings[f.Encoding]
	if e == nil && !f.ReturnEndsLines {
		return r, true
	}
	r = io.TeeReader(r, hash)
	if e != nil {
		r = e.NewDecoder().Reader(r)
	}
	if f.ReturnEndsLines {
		r = returns{r}
	}
	return r, false
}

// returns makes line feeds of carriage returns.
type returns struct{ io.Reader }

func (r returns) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	for rest := p[:n]; ; {
		at := bytes.IndexByte(rest, '\r')
		if at < 0 {
			return n, err
		}
		rest[at] = '\n'
		rest = rest[at+1:]
	}
}

// isUTF16 says whether a file that should be UTF-8 begins as UTF-16 does: by its
// byte order mark, or because every other byte is zero.
func isUTF16(begin []byte) bool {
	if bytes.HasPrefix(begin, []byte("\xff\xfe")) || bytes.HasPrefix(begin, []byte("\xfe\xff")) {
		return true
	}
	if len(begin) < 4 {
		return false
	}
	return begin[1] == 0 && begin[3] == 0 && begin[0] != 0 && begin[2] != 0 ||
		begin[0] == 0 && begin[2] == 0 && begin[1] != 0 && begin[3] != 0
}

// Unpack is what r holds, whatever it is packed in, and what that is.
func Unpack(ctx context.Context, r io.Reader) (io.Reader, string) { return uncompressed(ctx, r) }

// IsUTF16 says whether text that should be UTF-8 begins as UTF-16 does.
func IsUTF16(text []byte) bool { return isUTF16(text) }

// Decode is text of one of the encodings of formats in UTF-8, with U+FFFD for what
// it cannot be.
func Decode(text []byte, name string) []byte {
	if e := encodings[name]; e != nil {
		text, _ = e.NewDecoder().Bytes(text)
	}
	return text
}
