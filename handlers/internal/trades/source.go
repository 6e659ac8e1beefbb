package trades

import (
	"context"
	"hash"
	"io"
	"sync"

	"market-data-pipeline/handlers/internal/format"
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
	memory memory
	n      int
	end    error // what ended the file behind these bytes: io.EOF, a fileFault or the reader's error
}

// memories are kept from file to file, for to clear new ones takes longer than to
// read a small file.
var memories = sync.Pool{New: func() any { return new([headroom + blockBytes + padding]byte) }}

// source reads, and where needed unpacks and decodes, ahead of the parser.
type source struct {
	blocks chan block
	free   chan memory
	stop   context.CancelFunc
	format *format.Format
	hash   hash.Hash // of what is decoded, by source where asItIs is false

	// To be looked at when there is a block.
	container string
	asItIs    bool
}

type memory = *[headroom + blockBytes + padding]byte

func open(ctx context.Context, r io.Reader, f *format.Format, hash hash.Hash) *source {
	ctx, stop := context.WithCancel(ctx)
	s := &source{
		blocks: make(chan block, blockCount), free: make(chan memory, blockCount), stop: stop, format: f, hash: hash,
	}
	for range blockCount {
		s.free <- nil // to be taken when it is needed
	}
	go s.read(ctx, r)
	return s
}

// close returns when nothing reads any more.
func (s *source) close() {
	s.stop()
	for b := range s.blocks { // until read closes it
		keep(b.memory)
	}
	for range len(s.free) {
		keep(<-s.free)
	}
}

func keep(m memory) {
	if m != nil {
		memories.Put(m)
	}
}

func (s *source) read(ctx context.Context, r io.Reader) {
	defer close(s.blocks)
	r, s.container = uncompressed(ctx, r)
	if closer, ok := r.(io.Closer); ok {
		defer closer.Close()
	}
	r, s.asItIs = decoded(r, s.format, s.hash)
	for {
		var m memory
		select {
		case m = <-s.free:
		case <-ctx.Done():
			s.blocks <- block{end: ctx.Err()}
			return
		}
		if m == nil {
			m = memories.Get().(memory)
		}
		n, err := fill(r, m[headroom:headroom+blockBytes])
		s.blocks <- block{m, n, err} // has room: there are no more blocks than that
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
