// Package upload reads the keys under which partners put their files:
//
//	uploads/{partner}/{feed}/[{sequence}/|{dates}/]{name}
//
// The grammar is fixed in docs/architecture.md, "Keys in the bucket".
package upload

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	prefix          = "uploads/"
	maxPartnerBytes = 40
	maxNameBytes    = 200
	maxDigits       = 18
	// A name outside the grammar can be recorded under itself only while every
	// key derived from it stays within the 1,024 bytes of S3 and DynamoDB.
	maxRecordableBytes = 512
)

// File is a partner's file as its key names it.
type File struct {
	Partner string
	Feed    string
	// Name is the key behind uploads/{partner}/{feed}/, all folders included.
	Name string
	// Sequence is the number the partner gave the file, or 0 where the file is
	// to be numbered by its arrival.
	Sequence int64
	// Dated is what the sequence would be of a file whose one folder is a date such
	// as 20260105, if its feed is declared to be in sequence; else 0.
	Dated int64
}

// ID is {partner}/{feed}: the partition key of the table and the message group.
func (f File) ID() string { return f.Partner + "/" + f.Feed }

// Key is the object's key.
func (f File) Key() string { return prefix + f.ID() + "/" + f.Name }

// ErrUnrecognised says that neither partner nor feed can be read from a key, or
// that its name cannot be recorded under itself.
var ErrUnrecognised = errors.New("the file cannot be recorded under its key")

func unrecognised(reason string, values ...any) error {
	return fmt.Errorf("%w: %s", ErrUnrecognised, fmt.Sprintf(reason, values...))
}

// NameError says why a file's name breaks the grammar. The partner and the feed
// are known, so the file can be rejected under its own name.
type NameError struct{ Reason string }

func (e *NameError) Error() string { return e.Reason }

// Parse reads a key. The error is ErrUnrecognised, or a *NameError beside a File
// whose partner, feed and name are known.
func Parse(key string) (File, error) {
	rest, found := strings.CutPrefix(key, prefix)
	parts := strings.SplitN(rest, "/", 3)
	if !found || len(parts) != 3 {
		return File{}, unrecognised("it is not uploads/{partner}/{feed}/{name}")
	}
	return New(parts[0], parts[1], parts[2])
}

// New is Parse for a key already cut into its partner, feed and name.
func New(partner, feed, name string) (File, error) {
	if err := nameable(partner, feed, name); err != nil {
		return File{}, err
	}
	file := File{Partner: partner, Feed: feed, Name: name}
	segments := strings.Split(name, "/")
	folders, base := segments[:len(segments)-1], segments[len(segments)-1]
	sequence, err := parseFolders(folders)
	if err == nil {
		err = checkBase(base)
	}
	switch {
	case err != nil:
		return file, err
	case len(folders) == 1 && isTime("20060102", folders[0]):
		file.Dated = sequence
	default:
		file.Sequence = sequence
	}
	return file, nil
}

// parseFolders reads what lies in front of a name: one folder of digits alone, which is
// a sequence, or folders that tell a date; 0 for those and for none.
func parseFolders(folders []string) (sequence int64, err error) {
	if len(folders) == 1 && isDigits(folders[0]) {
		return parseSequence(folders[0])
	}
	for len(folders) > 0 {
		dated := leadingDate(folders)
		if dated == 0 {
			return 0, &NameError{Reason: fmt.Sprintf("the folder %q is not a sequence (one folder of digits alone) "+
				"and not a date (2026-01-05, 20260105, 2026/01/05, dt=2026-01-05): put the file into no other folder", folders[0])}
		}
		folders = folders[dated:]
	}
	return 0, nil
}

// leadingDate is how many of the first folders are one date or one partition, such as
// dt=2026-01-05; 0 if they are none.
func leadingDate(folders []string) int {
	if key, value, found := strings.Cut(folders[0], "="); found && isWord(key) && value != "" {
		return 1
	}
	for n := min(len(folders), 4); n > 0; n-- {
		if first := strings.Join(folders[:n], "/"); slices.ContainsFunc(dates[n], func(layout string) bool { return isTime(layout, first) }) {
			return n
		}
	}
	return 0
}

// dates are the layouts of a date by the number of folders that it takes. A year alone
// is none: it could be a sequence.
var dates = [][]string{
	1: {"2006-01-02", "20060102", "2006-01"},
	2: {"2006/01", "2006-01-02/15", "20060102/15"},
	3: {"2006/01/02"},
	4: {"2006/01/02/15"},
}

// isTime tells whether a text is a time of a layout, in a year that has market data.
func isTime(layout, text string) bool {
	t, err := time.Parse(layout, text)
	return err == nil && t.Year() >= 1900 && t.Year() < 2200 && t.Format(layout) == text
}

// isWord tells whether a text can name a partition.
func isWord(text string) bool {
	return text != "" && strings.IndexFunc(text, func(c rune) bool {
		return c != '_' && c != '-' && (c > unicode.MaxASCII || !unicode.IsLetter(c) && !unicode.IsDigit(c))
	}) < 0
}

// ValidPartner tells whether a partner's or a feed's name is within the grammar:
// 1–40 of a–z, 0–9 and hyphen, and not digits alone.
func ValidPartner(name string) bool {
	if name == "" || len(name) > maxPartnerBytes || isDigits(name) {
		return false
	}
	for _, c := range []byte(name) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}

// nameable tells why nothing can be recorded under a partner, a feed and a name.
func nameable(partner, feed, name string) error {
	const form = "is not 1 to 40 of a–z, 0–9 and hyphen, or is digits alone"
	switch {
	case !ValidPartner(partner):
		return unrecognised("the partner %.*q "+form, maxPartnerBytes, partner)
	case !ValidPartner(feed):
		return unrecognised("the feed %.*q "+form, maxPartnerBytes, feed)
	case name == "":
		return unrecognised("the name is empty")
	case len(name) > maxRecordableBytes:
		return unrecognised("the name, its folders included, is longer than %d bytes", maxRecordableBytes)
	case !utf8.ValidString(name):
		return unrecognised("the name is not UTF-8")
	case strings.IndexFunc(name, unicode.IsControl) >= 0:
		return unrecognised("the name has a control character, such as a tab or a line end")
	}
	return nil
}

func parseSequence(segment string) (int64, error) {
	significant := strings.TrimLeft(segment, "0")
	if significant == "" {
		return 0, &NameError{Reason: "the sequence is 0: sequences start at 1"}
	}
	if len(significant) > maxDigits {
		return 0, &NameError{Reason: fmt.Sprintf("the sequence has more than %d digits", maxDigits)}
	}
	sequence, err := strconv.ParseInt(significant, 10, 64)
	if err != nil {
		return 0, &NameError{Reason: "the sequence is not a number"}
	}
	return sequence, nil
}

// The endings of data files. They only tell them from what ends up in a bucket by
// mistake: how a file is packed and written is found in it.
var (
	texts  = []string{".csv", ".txt", ".tsv", ".psv"}
	packed = []string{".gz", ".zip", ".zst"}
)

func checkBase(base string) error {
	stem, found := base, false
	for _, endings := range [][]string{packed, texts} {
		for _, ending := range endings {
			if shorter, ends := strings.CutSuffix(stem, ending); ends {
				stem, found = shorter, true
				break
			}
		}
	}
	switch {
	case !found:
		return &NameError{Reason: "the name does not end as a data file's does: " + strings.Join(slices.Concat(texts, packed), ", ")}
	case stem == "":
		return &NameError{Reason: "the name is empty in front of its ending"}
	case len(stem) > maxNameBytes:
		return &NameError{Reason: fmt.Sprintf("the name is longer than %d bytes", maxNameBytes)}
	}
	return nil
}

func isDigits(s string) bool {
	if s == "" {
		return false
	}
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}
