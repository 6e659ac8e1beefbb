package trades

import (
	"bufio"
	"io"

	"github.com/klauspost/compress/gzip"
)

// gzipFault is a fault of the file, not of reading it.
type gzipFault Reason

func (f gzipFault) Error() string { return string(f) }

// uncompressed reads r, or what r decompresses to if it begins as gzip does.
func uncompressed(r io.Reader) io.Reader {
	origin := &origin{Reader: r}
	buffered := bufio.NewReaderSize(origin, 64<<10)
	if beginsGzip(buffered) {
		return &members{origin: origin, in: buffered}
	}
	return buffered
}

const gzipMagic = "\x1f\x8b"

func beginsGzip(r *bufio.Reader) bool {
	magic, _ := r.Peek(len(gzipMagic)) // an error comes again when reading
	return string(magic) == gzipMagic
}

// origin remembers the reader's error, so that a decompressor's complaint about
// data that did not come is not taken for a fault of the file.
type origin struct {
	io.Reader
	err error
}

func (o *origin) Read(p []byte) (int, error) {
	n, err := o.Reader.Read(p)
	if err != nil && err != io.EOF {
		o.err = err
	}
	return n, err
}

// members decompresses one gzip member after another. Unlike the decompressor's
// own way to do that, it tells what follows the last one from a broken member.
type members struct {
	origin *origin
	in     *bufio.Reader
	out    gzip.Reader
	inside bool // of a member
}

func (m *members) Read(p []byte) (n int, err error) {
	if !m.inside {
		m.inside = true // of its header already, which may end too early
		if err := m.out.Reset(m.in); err != nil {
			return 0, m.fault(err)
		}
		m.out.Multistream(false)
	}
	n, err = m.out.Read(p)
	if err != io.EOF {
		return n, m.fault(err)
	}
	m.inside = false
	if _, err := m.in.Peek(1); err != nil {
		return n, m.fault(err)
	}
	if !beginsGzip(m.in) {
		return n, gzipFault(TrailingGzip)
	}
	return n, nil
}

func (m *members) fault(err error) error {
	switch {
	case m.origin.err != nil:
		return m.origin.err
	case err == nil:
		return nil
	case err == io.EOF && !m.inside:
		return io.EOF
	case err == io.EOF, err == io.ErrUnexpectedEOF:
		return gzipFault(TruncatedGzip)
	}
	return gzipFault(CorruptGzip)
}
