package trades

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"strings"
	"time"

	"market-data-pipeline/handlers/internal/decimal"
	"market-data-pipeline/handlers/internal/format"
)

const (
	dayNanoseconds    = 24 * 60 * 60 * 1_000_000_000
	minuteNanoseconds = 60 * 1_000_000_000
	noDay             = -1 << 63
)

// maxTotal is the first total that has too many digits.
var maxTotal, _ = decimal.Parse([]byte("1" + strings.Repeat("0", MaxTotalDigits)))

// scanner is the state of one Scan.
type scanner struct {
	options Options
	format  *format.Format
	visit   func(*Trade) error
	result  Result

	columns   columns  // once they are known
	headed    bool     // the file has a header
	constants []string // what each part of the symbol is that is of no column
	clock     clock
	utf8      bool // the file is, so that U+FFFD stands for itself

	line     int64 // of the next record
	skipping bool  // to the next line, behind a record that could not be split
	stopped  bool  // by a fault that makes the rest meaningless
	lines    lines
	record   record
	joined   []byte       // a timestamp of several columns
	name     []byte       // a symbol of several parts
	faults   []fieldFault // of a row
	hash     hash.Hash

	fast     fast
	prefix   prefix
	scratch  []byte
	unquoted [256 + padding]byte

	symbols    symbols
	symbolDays int
	days       map[symbolDay]struct{} // where rows are not in the order of time
	bars       barSet                 // likewise, where they are counted
	volume     decimal.Decimal        // of the whole file, so that no sum of a part of it can
	notional   decimal.Notional       // overflow later; without signs
	last       int64                  // the timestamp of the last row that has one
	day        int64                  // the UTC day of the last trade, as its first nanosecond
	dayEnd     int64                  // its last nanosecond
	dates      map[int64]bool         // all UTC days
	trade      Trade
}

func newScanner(options Options, visit func(*Trade) error) *scanner {
	f := options.Format
	if f == nil {
		f = format.Canonical()
	}
	s := &scanner{
		options: options, format: f, visit: visit, line: 1, hash: sha256.New(),
		clock: clock{Timestamp: &f.Timestamp}, utf8: f.Encoding == "utf-8",
		record: record{delimiter: f.Delimiter, quote: f.Quote, trim: f.Trim},
		last:   noDay, day: 0, dayEnd: -1, dates: map[int64]bool{},
		result: Result{Rejects: Rejects{ByReason: map[Reason]int64{}}},
	}
	s.lines = newLines(f)
	if f.Order != format.ByTime && !options.Checked {
		s.bars.slots = make([]uint64, 1<<10)
	}
	return s
}

func (s *scanner) scan(ctx context.Context, r io.Reader) (Result, error) {
	err := s.read(ctx, r)
	s.result.Symbols = len(s.symbols.known)
	return s.result, err
}

func (s *scanner) read(ctx context.Context, r io.Reader) error {
	if !s.begin() {
		return nil
	}
	source := open(ctx, r, s.format, s.hash)
	defer source.close()
	var late <-chan time.Time
	if !s.options.Deadline.IsZero() {
		timer := time.NewTimer(time.Until(s.options.Deadline))
		defer timer.Stop()
		late = timer.C
	}
	var rest []byte // of the block before: a record's beginning
	var total int64
	var current memory
	defer func() { keep(current) }()
	for begun := false; ; begun = true {
		var block block
		select {
		case block = <-source.blocks:
		case <-late:
			s.reject("", fmt.Appendf(nil, "%d bytes of it were read", total), TooSlow)
			return nil
		}
		s.result.Container = source.container
		total += int64(block.n)
		fault, faulty := block.end.(fileFault)
		if block.end != nil && block.end != io.EOF && !faulty {
			return block.end
		}
		if source.asItIs {
			s.hash.Write(block.memory[headroom:][:block.n])
		}
		begin := headroom - copy(block.memory[headroom-len(rest):], rest)
		if current != nil {
			source.free <- current
		}
		current = block.memory
		data := current[begin : headroom+block.n]
		if !begun {
			if s.utf8 && isUTF16(data) {
				s.reject("", data[:min(len(data), 2)], OtherEncoding)
				return nil
			}
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
			s.end()
			s.result.ContentHash = hex.EncodeToString(s.hash.Sum(nil))
			return nil
		}
	}
}

// end judges what a file lacks at its end.
func (s *scanner) end() {
	f := s.format
	switch {
	case s.result.Rows > 0 || !s.result.Valid():
	case f.EmptyFile == "fault":
		s.reject("", nil, NoRows)
	case f.EmptyFile == "header" && !s.headed:
		s.reject("", nil, s.headerFault(NoHeader))
	}
	if f.TrailerRequired && f.Trailer != "" && !s.lines.ended && s.columns.known {
		s.reject("", nil, NoTrailer+": it must begin with "+Reason(f.Trailer))
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
		if s.lines.special {
			size, more := s.other(data[consumed:], final)
			if more {
				break
			}
			consumed += size
			if size > 0 || s.skipping {
				continue
			}
			if s.stopped {
				break
			}
		}
		if s.fast.ready && consumed < lines {
			length, err := s.usualRows(data[consumed:lines])
			consumed += length
			if err != nil || s.stopped || consumed == len(data) {
				return consumed, err
			}
			if length > 0 && s.lines.special {
				continue
			}
		}
		rest := data[consumed:]
		if !s.columns.known && s.format.Delimiters != nil {
			s.chooseDelimiter(rest)
		}
		if !s.record.split(rest, final) {
			break
		}
		if err := s.take(rest); err != nil {
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

// take checks the record that data begins with.
func (s *scanner) take(data []byte) error {
	if !s.columns.known && !s.first(data) || s.stopped {
		return nil
	}
	if r := &s.record; r.fault == "" && r.count == 1 && len(r.fields[0]) == 0 {
		s.result.Rows++
		s.reject("", nil, BlankLine)
		return nil
	}
	return s.row(data)
}
