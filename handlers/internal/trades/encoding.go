package trades

import (
	"bytes"
	"context"
	"hash"
	"io"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/transform"

	"market-data-pipeline/handlers/internal/format"
)

// decoder reads an encoding other than UTF-8, by its name in formats; nil for UTF-8.
func decoder(name string) *encoding.Decoder {
	switch name {
	case "utf-16":
		return &encoding.Decoder{Transformer: new(wide)}
	case "gb18030":
		return simplifiedchinese.GB18030.NewDecoder()
	case "latin-1":
		return &encoding.Decoder{Transformer: latin1{}}
	}
	return nil
}

// wide reads UTF-16, little-endian unless its byte order mark says otherwise; half a
// pair is U+FFFD. (Packages unicode and charmap of x/text would bring along more than
// the executables have room for.)
type wide struct{ begun, big bool }

// Reset implements transform.Transformer.
func (w *wide) Reset() { *w = wide{} }

// Transform implements transform.Transformer.
func (w *wide) Transform(to, from []byte, whole bool) (written, read int, err error) {
	unit := func(at int) rune {
		if w.big {
			return rune(from[at])<<8 | rune(from[at+1])
		}
		return rune(from[at+1])<<8 | rune(from[at])
	}
	for read < len(from) {
		size, c := 2, rune(utf8.RuneError)
		if len(from)-read < 2 {
			if size = len(from) - read; !whole {
				return written, read, transform.ErrShortSrc
			}
		} else if c = unit(read); !w.begun {
			w.begun = true
			if w.big = c == 0xfffe; w.big || c == 0xfeff {
				read += 2
				continue
			}
		}
		if utf16.IsSurrogate(c) {
			if len(from)-read < 4 && !whole {
				return written, read, transform.ErrShortSrc
			}
			if first := c; len(from)-read < 4 {
				c = utf8.RuneError
			} else if c = utf16.DecodeRune(first, unit(read+2)); c != utf8.RuneError {
				size = 4
			}
		}
		if written+utf8.RuneLen(c) > len(to) {
			return written, read, transform.ErrShortDst
		}
		written += utf8.EncodeRune(to[written:], c)
		read += size
	}
	return written, read, nil
}

// latin1 reads a byte as the character of its number.
type latin1 struct{ transform.NopResetter }

// Transform implements transform.Transformer.
func (latin1) Transform(to, from []byte, _ bool) (written, read int, err error) {
	for _, c := range from {
		if written+utf8.RuneLen(rune(c)) > len(to) {
			return written, read, transform.ErrShortDst
		}
		written += utf8.EncodeRune(to[written:], rune(c))
		read++
	}
	return written, read, nil
}

// decoded is r in UTF-8 with line feeds; what comes from r is written to hash. It
// is r itself where nothing is to be done.
func decoded(r io.Reader, f *format.Format, hash hash.Hash) (_ io.Reader, asItIs bool) {
	e := decoder(f.Encoding)
	if e == nil && !f.ReturnEndsLines {
		return r, true
	}
	r = io.TeeReader(r, hash)
	if e != nil {
		r = e.Reader(r)
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
	if e := decoder(name); e != nil {
		text, _ = e.Bytes(text)
	}
	return text
}
