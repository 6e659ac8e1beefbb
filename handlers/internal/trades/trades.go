// Package trades reads the partner's file: CSV (RFC 4180, UTF-8, optional byte
// order mark, LF or CRLF), plain or gzip as its first bytes say, with the header
// timestamp,symbol,price,size[,exchange][,conditions].
//
// Scan checks every rule of the file in one pass and with bounded memory,
// whatever the size of the file. What is wrong with the file is a Rejection;
// what goes wrong while reading it is an error, so that trouble with the storage
// never rejects a partner's file.
package trades

import (
	"context"
	"io"

	"market-data-pipeline/handlers/internal/decimal"
)

// Bounds that keep memory bounded. A file beyond one of the last two is rejected.
const (
	// MaxRejections is how many rejections are kept; all are counted.
	MaxRejections = 1000
	// MaxValueBytes is how much of a faulty value a Rejection shows.
	MaxValueBytes = 200
	// MaxRecordBytes is the longest record, its line end included.
	MaxRecordBytes = 64 << 10
	// MaxSymbolDays is how many pairs of a symbol and a UTC date a file may have:
	// that many entries has its summary.
	MaxSymbolDays = 1 << 16
)

// Trade is one row of a valid file. The scanner reuses it: a visitor copies what
// it keeps (Symbol may be kept as it is).
type Trade struct {
	Time     int64           // nanoseconds since 1970-01-01T00:00:00Z
	Symbol   string          // 1–24 of A–Z 0–9 . / -
	SymbolID int             // counts the file's distinct symbols from 0, in order of appearance
	Price    decimal.Decimal // above zero unless the options allow otherwise
	Size     decimal.Decimal // above zero
	Notional decimal.Notional
	Row      int64 // counts the rows behind the header from 1
}

// Options are what a feed may do differently.
type Options struct {
	// AllowNonPositivePrice lets prices be zero or negative.
	AllowNonPositivePrice bool
}

// Result is what a scan found out.
type Result struct {
	Rows        int64  // rows behind the header, faulty ones included
	Symbols     int    // distinct symbols of faultless rows
	ContentHash string // SHA-256 of the uncompressed bytes, hexadecimal; empty if a fault ended the scan early
	Rejects     Rejects
}

// Valid says whether nothing at all is wrong with the file.
func (r *Result) Valid() bool { return r.Rejects.Count == 0 }

// Rejects are the faults of a file: the first MaxRejections of them and the
// count of all. A row may have several.
type Rejects struct {
	Count    int64
	ByReason map[Reason]int64
	First    []Rejection
}

// Rejection is one fault, in the form of the report's lines.
type Rejection struct {
	Line   int64  `json:"line"`   // where the record begins, from 1; the header is line 1
	Column string `json:"column"` // empty when the fault is the whole record's or file's
	Value  string `json:"value"`  // at most MaxValueBytes of it, made valid UTF-8
	Reason Reason `json:"reason"`
}

// Scan reads a file to its end and calls visit, unless it is nil, for each row
// in order until the first fault; from then on it only checks.
//
// The error is visit's, the context's or the reader's. Scan never reads from r
// after it has returned.
func Scan(ctx context.Context, r io.Reader, options Options, visit func(*Trade) error) (Result, error) {
	return newScanner(options, visit).scan(ctx, r)
}
