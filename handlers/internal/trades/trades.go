// Package trades reads a partner's file by its format: package format says how a
// file is packed, cut into rows and fields, and what the fields mean.
//
// Scan checks every rule of the file in one pass and with bounded memory,
// whatever the size of the file. What is wrong with the file is a Rejection;
// what goes wrong while reading it is an error, so that trouble with the storage
// never rejects a partner's file.
package trades

import (
	"context"
	"io"
	"time"

	"market-data-pipeline/handlers/internal/decimal"
	"market-data-pipeline/handlers/internal/format"
)

// Bounds that keep memory and time bounded. A file beyond one of the last four is
// rejected.
const (
	// MaxRejections is how many rejections are kept; all are counted.
	MaxRejections = 1000
	// MaxValueBytes is how much of a faulty value a Rejection shows.
	MaxValueBytes = 200
	// MaxRecordBytes is the longest record, its line end included.
	MaxRecordBytes = 64 << 10
	// MaxFaults is the number of faults at which a file is given up.
	MaxFaults = 10_000
	// MaxSymbolDays is how many pairs of a symbol and a UTC date a file may have:
	// that many entries has its summary.
	MaxSymbolDays = 1 << 16
	// MaxDates is how many UTC dates a file may have trades on: so many pairs of objects
	// it leaves, and so many days it is taken into.
	MaxDates = 366
	// MaxTotalDigits is how many integer digits a file's total volume, and its total of
	// price × size, may have: 100,000 files of a day, each with as much as that, do not
	// overflow the twenty that sums have.
	MaxTotalDigits = 15
	// MaxBars is how many pairs of a symbol and a minute a file may have whose
	// rows are not in the order of time.
	MaxBars = 1 << 22
)

// Trade is one row of a valid file. The scanner reuses it: a visitor copies what
// it keeps (Symbol may be kept as it is).
type Trade struct {
	Time     int64           // nanoseconds since 1970-01-01T00:00:00Z
	Symbol   string          // 1–64 printable characters
	SymbolID int             // counts the file's distinct symbols from 0, in order of appearance
	Price    decimal.Decimal // above zero unless the options allow otherwise
	Size     decimal.Decimal // above zero
	Notional decimal.Notional
	Row      int64         // counts the rows behind the header from 1, those left out included
	Excluded format.Counts // what the trade does not count for
}

// Options are what a feed declares, and what bounds the scan.
type Options struct {
	// Format is how the file is read; nil is the canonical format.
	Format *format.Format
	// Name is the file's key behind its feed, of which the format may read parts.
	Name string
	// AllowNonPositivePrice lets prices be zero or negative.
	AllowNonPositivePrice bool
	// Checked says that a scan found the file valid before, so that what bounds the
	// work on it need not be counted again.
	Checked bool
	// Deadline, unless it is zero, is when a file that is not read by then is
	// rejected.
	Deadline time.Time
}

// Result is what a scan found out.
type Result struct {
	Rows        int64            // rows behind the header, faulty ones and those left out included
	LeftOut     map[string]int64 // rows that are no trades, by the format's reasons
	Symbols     int              // distinct symbols of faultless rows
	Container   string           // none, gzip, zip, zstd
	Columns     []string         // the file's, in its order, by the names that the format gives them
	ContentHash string           // SHA-256 of the uncompressed bytes, hexadecimal; empty if a fault ended the scan early
	Rejects     Rejects
}

// Valid says whether nothing at all is wrong with the file.
func (r *Result) Valid() bool { return r.Rejects.Count == 0 }

// Rejects are the faults of a file: the first MaxRejections of them, that it was
// given up if it was, and the count of all. A row may have several.
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

// Scan reads a file to its end and calls visit, unless it is nil, for each trade
// in order until the first fault; from then on it only checks.
//
// The error is visit's, the context's or the reader's. Scan never reads from r
// after it has returned.
func Scan(ctx context.Context, r io.Reader, options Options, visit func(*Trade) error) (Result, error) {
	return newScanner(options, visit).scan(ctx, r)
}
