package trades

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"

	"market-data-pipeline/handlers/internal/decimal"
)

const (
	dayNanoseconds = 24 * 60 * 60 * 1_000_000_000
	noDay          = -1 << 63
)

// scanner is the state of one Scan.
type scanner struct {
	options Options
	visit   func(*Trade) error
	result  Result

	columns  []string // of the header, once it is read
	line     int64    // of the next record
	skipping bool     // to the next line, behind a record that could not be split
	stopped  bool     // by a fault that makes the rest meaningless
	record   record
	prefix   prefix
	scratch  []byte
	unquoted [256 + padding]byte
	hash     hash.Hash

	symbols    symbols
	symbolDays int
	volume     decimal.Decimal  // of the whole file, so that no sum of a part of it can
	notional   decimal.Notional // overflow later; without signs
	last       int64            // the timestamp of the last row that has one
	day        int64            // the UTC day of the last trade, as its first nanosecond
	dayEnd     int64            // its last nanosecond
	trade      Trade
}

func newScanner(options Options, visit func(*Trade) error) *scanner {
	return &scanner{
		options: options, visit: visit, line: 1, hash: sha256.New(),
		last: noDay, day: noDay, dayEnd: noDay,
		result: Result{Rejects: Rejects{ByReason: map[Reason]int64{}}},
	}
}

func (s *scanner) scan(ctx context.Context, r io.Reader) (Result, error) {
	err := s.read(ctx, r)
	s.result.Symbols = len(s.symbols.known)
	return s.result, err
}

func (s *scanner) read(ctx context.Context, r io.Reader) error {
	source := open(ctx, r)
	defer source.close()
	var rest []byte // of the block before: a record's beginning
	var current memory
	defer func() { keep(current) }()
	for begun := false; ; begun = true {
		block := <-source.blocks
		fault, faulty := block.end.(gzipFault)
		if block.end != nil && block.end != io.EOF && !faulty {
			return block.end
		}
		s.hash.Write(block.memory[headroom:][:block.n])
		begin := headroom - copy(block.memory[headroom-len(rest):], rest)
		if current != nil {
			source.free <- current
		}
		current = block.memory
		data := current[begin : headroom+block.n]
		if !begun {
			data = bytes.TrimPrefix(data, []byte("\uFEFF"))
		}
		consumed, err := s.parse(data, block.end == io.EOF)
		if err != nil || s.stopped {
			return err
		}
		rest = data[consumed:]
		switch {
		case faulty:
			s.reject("", nil, Reason(fault))
			return nil
		case block.end == io.EOF:
			if s.columns == nil {
				s.reject("", nil, NoHeader)
			}
			s.result.ContentHash = hex.EncodeToString(s.hash.Sum(nil))
			return nil
		}
	}
}

// parse reads the records in data and says how many bytes they are. Fewer than
// all are left only where the last record may go on (final is false).
func (s *scanner) parse(data []byte, final bool) (consumed int, err error) {
	lines := bytes.LastIndexByte(data, '\n') + 1
	for consumed < len(data) && !s.stopped {
		if s.skipping {
			length := bytes.IndexByte(data[consumed:], '\n') + 1
			if length == 0 {
				return len(data), nil
			}
			consumed += length
			s.line++
			s.skipping = false
			continue
		}
		if s.columns != nil && consumed < lines {
			length, err := s.usualRows(data[consumed:lines])
			consumed += length
			if err != nil || s.stopped || consumed == len(data) {
				return consumed, err
			}
		}
		rest := data[consumed:]
		if !s.record.split(rest, final) {
			break
		}
		if s.columns == nil {
			s.header(rest)
		} else if err := s.row(rest); err != nil {
			return consumed, err
		}
		if s.record.fault != "" {
			s.skipping = true
			continue
		}
		consumed += s.record.size
		s.line += int64(s.record.newline)
	}
	return consumed, nil
}
