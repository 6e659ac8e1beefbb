// Package upload reads the keys under which partners put their files:
//
//	uploads/{partner}/{feed}/[{sequence}/]{name}
//
// The grammar is fixed in docs/architecture.md, "Keys in the bucket".
package upload

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
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
	// Name is the key behind uploads/{partner}/{feed}/, the sequence included.
	Name string
	// Sequence is the number the partner gave the file, or 0 where the file is
	// to be numbered by its arrival.
	Sequence int64
}

// ID is {partner}/{feed}: the partition key of the table and the message group.
func (f File) ID() string { return f.Partner + "/" + f.Feed }

// Key is the object's key.
func (f File) Key() string { return prefix + f.ID() + "/" + f.Name }

// ErrUnrecognised says that neither partner nor feed can be read from a key, or
// that its name cannot be recorded under itself.
var ErrUnrecognised = errors.New("the key names no partner and feed")

// NameError says why a file's name breaks the grammar. The partner and the feed
// are known, so the file can be rejected under its own name.
type NameError struct{ Reason string }

func (e *NameError) Error() string { return e.Reason }

// Parse reads a key. The error is ErrUnrecognised, or a *NameError beside a File
// whose partner, feed and name are known.
func Parse(key string) (File, error) {
	rest, found := strings.CutPrefix(key, prefix)
	if !found {
		return File{}, ErrUnrecognised
	}
	parts := strings.SplitN(rest, "/", 3)
	if len(parts) != 3 {
		return File{}, ErrUnrecognised
	}
	return New(parts[0], parts[1], parts[2])
}

// New is Parse for a key already cut into its partner, feed and name.
func New(partner, feed, name string) (File, error) {
	if !ValidPartner(partner) || !ValidPartner(feed) || !recordable(name) {
		return File{}, ErrUnrecognised
	}
	file := File{Partner: partner, Feed: feed, Name: name}
	base := name
	if segment, behind, nested := strings.Cut(name, "/"); nested {
		sequence, err := parseSequence(segment)
		if err != nil {
			return file, err
		}
		file.Sequence, base = sequence, behind
	}
	if err := checkBase(base); err != nil {
		file.Sequence = 0
		return file, err
	}
	return file, nil
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

func recordable(name string) bool {
	return name != "" && len(name) <= maxRecordableBytes && utf8.ValidString(name) &&
		strings.IndexFunc(name, unicode.IsControl) < 0
}

func parseSequence(segment string) (int64, error) {
	if !isDigits(segment) {
		return 0, &NameError{Reason: fmt.Sprintf(
			"the folder %q is not a sequence: a file lies in its feed or in a folder of digits alone", segment)}
	}
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
	if strings.Contains(base, "/") {
		return &NameError{Reason: "the file lies too deep: only one folder, the sequence, may be in front of its name"}
	}
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
