package trades

import (
	"context"
	"io"
)

const (
	blockBytes = 256 << 10
	blockCount = 3 // one being read, one being parsed, one between

	// headroom before a block's bytes takes the unfinished record of the block
	// before; padding behind them lets the parser load whole words.
	headroom = MaxRecordBytes
	padding  = 32
)

// block is a piece of the uncompressed file: memory[headroom:][:n].
type block struct {
	memory []byte
	n      int
	end    error // what ended the file behind these bytes: io.EOF, a gzipFault or the reader's error
}

// source reads, and where needed decompresses, ahead of the parser.
type source struct {
	blocks chan block
	free   chan []byte
	stop   context.CancelFunc
}

func open(ctx context.Context, r io.Reader) *source {
	ctx, stop := context.WithCancel(ctx)
	s := &source{make(chan block, blockCount), make(chan []byte, blockCount), stop}
	for range blockCount {
		s.free <- make([]byte, headroom+blockBytes+padding)
	}
	go s.read(ctx, r)
	return s
}

// close returns when nothing reads any more.
func (s *source) close() {
	s.stop()
	for range s.blocks { // until read closes it
	}
}

func (s *source) read(ctx context.Context, r io.Reader) {
	defer close(s.blocks)
	r = uncompressed(r)
	for {
		var memory []byte
		select {
		case memory = <-s.free:
		case <-ctx.Done():
			s.blocks <- block{end: ctx.Err()}
			return
		}
		n, err := fill(r, memory[headroom:headroom+blockBytes])
		s.blocks <- block{memory, n, err} // has room: there are no more blocks than that
		if err != nil {
			return
		}
	}
}

// fill is io.ReadFull with the reader's own errors: io.EOF at the end of the file
// and io.ErrUnexpectedEOF only where a connection broke.
func fill(r io.Reader, p []byte) (n int, err error) {
	for n < len(p) && err == nil {
		var more int
		more, err = r.Read(p[n:])
		n += more
	}
	return n, err
}
