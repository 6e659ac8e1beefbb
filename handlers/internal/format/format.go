// Package format holds how a partner's files are read: a format is data, written
// as formats/NAME.yaml, checked against formats/format.schema.json and handed to
// the functions as JSON. docs/formats.md explains every key.
//
// Parse checks all of a format, what the schema cannot say included, so that
// nothing of it can be wrong when a file is read.
package format

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// Format is a checked format.
type Format struct {
	Hash string // SHA-256 of the canonical JSON, hexadecimal

	Encoding          string // utf-8, utf-16, gb18030, latin-1
	ReturnEndsLines   bool   // CR alone ends a line
	Delimiter         byte
	Delimiters        []byte // of which the header tells the one; nil: Delimiter alone
	Quote             byte   // 0: none
	Trim              bool
	PreambleLines     int
	Comments          []string
	Trailer           string // how the last line begins; empty: there is none
	TrailerRequired   bool
	BlankLines        string // fault, at-end, ignored
	TrailingDelimiter bool
	EmptyFile         string // valid, header, fault

	Header     string // required, none, optional
	LooseNames bool
	Columns    []Column
	IgnoreRest bool
	Ignored    []string

	FileName  *FileName
	Timestamp Timestamp
	Symbol    Symbol
	Price     Number
	Size      Number
	LeaveOut  []Rule

	Conditions *Conditions
	Order      string // time, time-within-symbol, none
}

// Orders of rows.
const (
	ByTime             = "time"
	ByTimeWithinSymbol = "time-within-symbol"
	AnyOrder           = "none"
)

// Column is a column that a file may have. Everything else names columns by their
// index in Format.Columns.
type Column struct {
	Name     string
	Aliases  []string
	Optional bool
}

// FileName is what the name of a file says.
type FileName struct {
	Pattern *regexp.Regexp // of all of the name
	Path    bool           // of the key behind the feed, not of its last part
}

// Unit is the nanoseconds of one.
type Unit int64

// The units of timestamps that are numbers.
const (
	Seconds      Unit = 1_000_000_000
	Milliseconds Unit = 1_000_000
	Microseconds Unit = 1_000
	Nanoseconds  Unit = 1
)

// Timestamp is how a trade's time is written.
type Timestamp struct {
	Columns       []int // several are joined by a blank
	Epoch         []Unit
	RFC3339       string // utc, any; empty: not this
	Layouts       []Layout
	SinceMidnight Unit           // 0: not this
	Zone          *time.Location // of values that state none
	Date          *Date          // nil: the value has its own
	SkippedTimes  string         // fault, offset-before, offset-after
	RepeatedTimes string         // fault, first, second
}

// Date is where the date stands when the value is a time of day.
type Date struct {
	Column int // -1: in the file's name
	Group  string
	Layout Layout
}

// Symbol is what a symbol is joined of.
type Symbol struct {
	Parts   []Part
	Pattern *regexp.Regexp // of all of it; nil: any
}

// Part is a part of a symbol: of a column, the file's name, or Constant.
type Part struct {
	Columns        []int // the first that the file has
	Group          string
	Constant       string
	Prefix, Suffix string
}

// Number is how a price or a size is written.
type Number struct {
	Column    int
	Comma     bool // is the decimal point
	Thousands byte // 0: none
	Free      bool // 9.54e-06, +1, .5 and 5. too
	Unsigned  bool // a minus means nothing
	Scale     *Scale
	// ScaleIntegers leaves numbers with a decimal point as they are.
	ScaleIntegers bool
}

// Rule leaves rows out.
type Rule struct {
	Column int
	Values map[string]bool
	Not    bool // rows whose value is none of them
	Reason string
}

// Counts is what a trade counts for.
type Counts uint8

// What a trade may count for.
const (
	Open Counts = 1 << iota
	High
	Low
	Close
	Volume
	All = Open | High | Low | Close | Volume
)

// countNames are their names, in formats and in what is written.
var countNames = []struct {
	name   string
	counts Counts
}{{"open", Open}, {"high", High}, {"low", Low}, {"close", Close}, {"volume", Volume}}

// Names are the names of what is counted for.
func (c Counts) Names() []string {
	names := []string{}
	for _, n := range countNames {
		if c&n.counts != 0 {
			names = append(names, n.name)
		}
	}
	return names
}

// MarshalText writes the names, parted by commas.
func (c Counts) MarshalText() ([]byte, error) { return []byte(strings.Join(c.Names(), ",")), nil }

// UnmarshalText reads what MarshalText writes.
func (c *Counts) UnmarshalText(text []byte) error {
	*c = 0
	for name := range strings.SplitSeq(string(text), ",") {
		if name == "" && len(text) == 0 {
			return nil
		}
		counts := countsOf(name)
		if counts == 0 {
			return fmt.Errorf("%q: is none of open, high, low, close, volume", name)
		}
		*c |= counts
	}
	return nil
}

// countsOf is what a name stands for; 0 if it is none.
func countsOf(name string) Counts {
	for _, n := range countNames {
		if n.name == name {
			return n.counts
		}
	}
	return 0
}

// Conditions is which sale conditions count for what.
type Conditions struct {
	Column     int
	Characters bool   // each is a condition
	Separator  string // empty: the value is one condition
	Strip      string
	Fault      bool // conditions that the table lacks are a fault
	Others     Counts
	Table      map[string]Counts
}

// Parse reads a format's JSON and checks it. The error has a line for each fault,
// which names where it is, the value, and what may stand there.
func Parse(body []byte) (*Format, error) {
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		return nil, fmt.Errorf("the format is not JSON: %w", err)
	}
	var r reader
	f := r.format(value)
	if len(r.faults) > 0 {
		return nil, errors.Join(r.faults...)
	}
	hash := sha256.Sum256(appendCanonical(nil, value))
	f.Hash = hex.EncodeToString(hash[:])
	return f, nil
}

// Find is the index of the column of that name in a header, or -1.
func (f *Format) Find(name string) int {
	for i, c := range f.Columns {
		if f.same(c.Name, name) {
			return i
		}
		for _, alias := range c.Aliases {
			if f.same(alias, name) {
				return i
			}
		}
	}
	return -1
}

// Ignores says whether a header's name means nothing.
func (f *Format) Ignores(name string) bool {
	for _, ignored := range f.Ignored {
		if f.same(ignored, name) {
			return true
		}
	}
	return f.IgnoreRest
}
