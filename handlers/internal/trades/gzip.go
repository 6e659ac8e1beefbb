package trades

import (
	"bufio"
	"io"

	"github.com/klauspost/compress/gzip"
)

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
	padded, err := m.skipZeros()
	if err != nil {
		return n, m.fault(err)
	}
	if padded || !begins(m.in, gzipMagic) {
		return n, fileFault(TrailingGzip)
	}
	return n, nil
}

// skipZeros reads the zeros with which tapes and some tools fill up a file: behind
// them nothing may stand.
func (m *members) skipZeros() (padded bool, err error) {
	for {
		next, err := m.in.ReadByte()
		if err != nil {
			return padded, err
		}
		if next != 0 {
			return padded, m.in.UnreadByte()
		}
		padded = true
	}
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
		return fileFault(TruncatedGzip)
	}
	return fileFault(CorruptGzip)
}
