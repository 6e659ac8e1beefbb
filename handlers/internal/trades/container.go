package trades

import (
	"bufio"
	"context"
	"io"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// fileFault is a fault of the file, not of reading it.
type fileFault Reason

func (f fileFault) Error() string { return string(f) }

// The first bytes by which containers are known.
const (
	gzipMagic     = "\x1f\x8b"
	zipMagic      = "PK\x03\x04"
	emptyZipMagic = "PK\x05\x06"
	zstdMagic     = "\x28\xb5\x2f\xfd"
)

// notTexts begin files that are neither text nor a container that is read here:
// xz, bzip2, 7z, Parquet, PDF, Excel 97, LZ4.
var notTexts = []string{"\xfd7zXZ\x00", "BZh", "7z\xbc\xaf\x27\x1c", "PAR1", "%PDF-", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "\x04\x22\x4d\x18"}

// uncompressed reads what r holds, whatever it is packed in, and says what that is.
func uncompressed(ctx context.Context, r io.Reader) (io.Reader, string) {
	origin := &origin{Reader: r, ctx: ctx}
	in := bufio.NewReaderSize(origin, 64<<10)
	switch {
	case begins(in, gzipMagic):
		return &members{origin: origin, in: in}, "gzip"
	case begins(in, zipMagic), begins(in, emptyZipMagic):
		return &zipped{origin: origin, in: in}, "zip"
	case begins(in, zstdMagic):
		return newZstandard(origin, in), "zstd"
	}
	for _, magic := range notTexts {
		if begins(in, magic) {
			return failing{fileFault(NotText)}, "none"
		}
	}
	return in, "none"
}

// begins says whether what comes next is magic; an error comes again when reading.
func begins(r *bufio.Reader, magic string) bool {
	next, _ := r.Peek(len(magic))
	return string(next) == magic
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// origin remembers the reader's error, so that a decompressor's complaint about
// data that did not come is not taken for a fault of the file. It ends with the
// context, even where a decompressor reads on and on without giving anything.
type origin struct {
	io.Reader
	ctx context.Context
	err error
}

func (o *origin) Read(p []byte) (int, error) {
	if o.err = o.ctx.Err(); o.err != nil {
		return 0, o.err
	}
	n, err := o.Reader.Read(p)
	if err != nil && err != io.EOF {
		o.err = err
	}
	return n, err
}

// zstandard decompresses zstd, of one frame or several.
type zstandard struct {
	origin *origin
	out    *zstd.Decoder
	err    error // of making the decoder
}

// zstdWindow is how far back compressed data may refer, and so the memory it takes.
const zstdWindow = 32 << 20

func newZstandard(origin *origin, in *bufio.Reader) *zstandard {
	out, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(zstdWindow))
	return &zstandard{origin, out, err}
}

func (z *zstandard) Read(p []byte) (n int, err error) {
	if z.err != nil {
		return 0, z.err
	}
	n, err = z.out.Read(p)
	switch {
	case z.origin.err != nil:
		return n, z.origin.err
	case err == nil, err == io.EOF:
		return n, err
	case err == io.ErrUnexpectedEOF:
		return n, fileFault(TruncatedZstd)
	case err == zstd.ErrWindowSizeExceeded, err == zstd.ErrDecoderSizeExceeded:
		return n, fileFault(ZstdWindow)
	case strings.Contains(err.Error(), "unexpected EOF"):
		return n, fileFault(TruncatedZstd)
	}
	return n, fileFault(CorruptZstd)
}

// Close gives the decoder's memory back.
func (z *zstandard) Close() error {
	if z.out != nil {
		z.out.Close()
	}
	return nil
}
