package feed

import (
	"fmt"
	"slices"
	"time"

	"market-data-pipeline/handlers/internal/store"
	"market-data-pipeline/handlers/internal/tradingday"
)

// Stage is a function that keeps a cursor in every feed.
type Stage string

// The stages, in the order in which a file passes them.
const (
	Validator  Stage = "validator"
	Processor  Stage = "processor"
	Aggregator Stage = "aggregator"
)

// Stages lists them in that order. A new stage is a constant, its place in this list
// and a member of PerStage.
var Stages = []Stage{Validator, Processor, Aggregator}

// after tells whether a file passes the stage behind another.
func (s Stage) after(other Stage) bool {
	return slices.Index(Stages, s) > slices.Index(Stages, other)
}

// Status is what has become of a file.
type Status string

// The statuses of docs/architecture.md.
const (
	Received   Status = "RECEIVED"
	Rejected   Status = "REJECTED"
	Validated  Status = "VALIDATED"
	Waiting    Status = "WAITING"
	Processed  Status = "PROCESSED"
	Aggregated Status = "AGGREGATED"
	Failed     Status = "FAILED"
	Skipped    Status = "SKIPPED"
)

// final tells whether nothing more becomes of a version by itself.
func (s Status) final() bool { return s == Rejected || s == Aggregated || s == Skipped }

// Kinds of feed: by the partner's sequence, or by arrival.
const (
	Sequenced = "sequenced"
	ByArrival = "arrival"
)

// PerStage holds a number per stage: in a feed the stage's cursor, in a number the
// revision that is complete at the stage.
type PerStage struct {
	Validator  int64 `dynamodbav:"validator" json:"validator"`
	Processor  int64 `dynamodbav:"processor" json:"processor"`
	Aggregator int64 `dynamodbav:"aggregator" json:"aggregator"`
}

// At points to a stage's number.
func (s *PerStage) At(stage Stage) *int64 {
	switch stage {
	case Validator:
		return &s.Validator
	case Processor:
		return &s.Processor
	case Aggregator:
		return &s.Aggregator
	}
	panic("unknown stage " + stage)
}

// Feed is the item FEED.
type Feed struct {
	// Kind is what is declared of the feed, or that of its first valid file; empty
	// until then.
	Kind string `dynamodbav:"kind,omitempty"`
	Next int64  `dynamodbav:"next"` // the last number given by arrival
	PerStage
	Highest int64 `dynamodbav:"highest"` // the highest number seen
	// ParkedTo is the highest number that was ever parked at a stage: behind it, nobody
	// need look for a successor.
	ParkedTo map[Stage]int64 `dynamodbav:"parkedTo,omitempty"`
	// Skipped are numbers that an operator lets every stage pass; those that all have
	// passed are left out. Nothing is parked at any of them: see I7.
	Skipped Intervals `dynamodbav:"skipped,omitempty"`
	// Skipping are numbers that an operator is about to skip. What is parked there is
	// dropped first.
	Skipping Intervals `dynamodbav:"skipping,omitempty"`
}

// NextAt is the number that a stage will take next: the first behind its cursor that
// was not skipped.
func (f *Feed) NextAt(stage Stage) int64 { return f.Skipped.Next(*f.At(stage) + 1) }

// pass moves a stage's cursor over what was skipped behind it, in one step.
func (f *Feed) pass(stage Stage) {
	*f.At(stage) = f.NextAt(stage) - 1
	f.Skipped = f.Skipped.Without(Intervals{{From: 1, Through: f.passed()}})
}

// reach moves a stage's cursor to a number that is complete, if nothing is in between.
func (f *Feed) reach(stage Stage, n int64) {
	if cursor := f.At(stage); n <= f.NextAt(stage) {
		*cursor = max(*cursor, n)
	}
	f.Highest = max(f.Highest, n)
}

// passed is the highest number that every stage has passed.
func (f *Feed) passed() int64 {
	lowest := int64(maxNumber)
	for _, stage := range Stages {
		lowest = min(lowest, *f.At(stage))
	}
	return lowest
}

// skips tells whether an operator skipped a number, or is about to, and nothing has
// been parked there since.
func (f *Feed) skips(n int64) bool { return f.Skipped.Contains(n) || f.Skipping.Contains(n) }

// decide fixes the feed's kind.
func (f *Feed) decide(kind string) {
	if f.Kind = kind; kind == ByArrival {
		f.Highest = f.Next // whatever sequences were seen before
	}
}

// Knows tells whether a number's item is about a file of the feed's kind. Until that is
// decided, files of both kinds may come; those of the other one count for nothing then.
func (f *Feed) Knows(n *Number) bool { return f.Kind == "" || n.Kind == "" || f.Kind == n.Kind }

// take has the stages wait for a number though it was skipped: its file has come.
func (f *Feed) take(n int64) {
	one := Intervals{{n, n}}
	f.Skipped, f.Skipping = f.Skipped.Without(one), f.Skipping.Without(one)
}

// expect has the stage look for the turn's ticket, which is to be parked.
func (f *Feed) expect(turn Turn) {
	if f.ParkedTo == nil {
		f.ParkedTo = map[Stage]int64{}
	}
	f.ParkedTo[turn.Stage] = max(f.ParkedTo[turn.Stage], turn.Ticket.Number)
	f.Highest = max(f.Highest, turn.Ticket.Number)
}

// Ticket is one revision of one number: what is admitted, parked and completed.
type Ticket struct {
	Number    int64  `dynamodbav:"number"`
	Revision  int64  `dynamodbav:"revision"`
	File      string `dynamodbav:"file"`
	VersionID string `dynamodbav:"versionId"`
}

// Number is the item NUMBER#…: one number in the order.
type Number struct {
	Ticket        // the revision accepted last; of revision 0, the version seen last
	Kind   string `dynamodbav:"kind,omitempty"` // of feed that its file fits into
	PerStage
	Parked map[Stage]Ticket `dynamodbav:"parked,omitempty"`
	// Since is when the number began to wait at a stage, whatever its revision.
	Since map[Stage]string `dynamodbav:"since,omitempty"`
	// Counted is the revision that the aggregator completed last: the one that
	// stands in the days.
	Counted Ticket `dynamodbav:"counted,omitempty"`
	// Writing is the newest revision that the processor has begun to write.
	Writing int64 `dynamodbav:"writing"`
	// Content is the hash of what the number brings, in a feed by arrival; Before and
	// Behind are its neighbours in the list of those that bring the same.
	Content string `dynamodbav:"content,omitempty"`
	Before  int64  `dynamodbav:"before,omitempty"`
	Behind  int64  `dynamodbav:"behind,omitempty"`
	// Again are the tickets that must be processed again on its account.
	Again []Ticket `dynamodbav:"again,omitempty"`
	// Days are those that some revision has written or is about to. The aggregator
	// mends them all, so that a correction leaves nothing behind on a day it has left.
	Days   []string `dynamodbav:"days,omitempty"`
	Status Status   `dynamodbav:"status,omitempty"`
}

// isThrough tells whether a stage has completed the newest revision.
func (n *Number) isThrough(stage Stage) bool { return n.Revision > 0 && *n.At(stage) == n.Revision }

// Act is the item OPERATOR#…: what an operator did to numbers, and why. No function
// reads it.
type Act struct {
	Command string `dynamodbav:"command" json:"command"` // skip or retry
	Interval
	At     string `dynamodbav:"at" json:"at"`
	By     string `dynamodbav:"by" json:"by"`
	Reason string `dynamodbav:"reason" json:"reason"`
}

// File is the item FILE#…: a file, with the record of its newest version, so that a
// stage writes one item for both.
type File struct {
	Version
	Number    int64  `dynamodbav:"number"`
	Kind      string `dynamodbav:"kind,omitempty"`
	Sequencer string `dynamodbav:"sequencer,omitempty"`
	// Accepted is the sequencer of the newest version that was accepted.
	Accepted string `dynamodbav:"accepted,omitempty"`
	// ExpiresAt is the item's own, and takes the place of the record's.
	ExpiresAt int64 `dynamodbav:"expiresAt,omitempty"`
}

// Version is the record of one object version. It lies in the file's item as long as
// the version is its newest, and in the item VERSION#… from then on.
type Version struct {
	File      string  `dynamodbav:"file,omitempty"`
	VersionID string  `dynamodbav:"versionId,omitempty"`
	Revision  int64   `dynamodbav:"revision"` // 0 until accepted
	Status    Status  `dynamodbav:"status,omitempty"`
	History   []Event `dynamodbav:"history,omitempty"`
	Rows      int64   `dynamodbav:"rows"`
	Symbols   int64   `dynamodbav:"symbols"`
	// LeftOut counts the rows that are no trades, by reason.
	LeftOut map[string]int64 `dynamodbav:"leftOut,omitempty"`
	// Reading is how the rows were understood, and will be by every stage.
	Reading Reading `dynamodbav:"reading"`
	// ContentHash is the SHA-256 of the uncompressed bytes, hexadecimal; of a version
	// without trades it is empty.
	ContentHash string         `dynamodbav:"contentHash,omitempty"`
	Rejects     *Rejects       `dynamodbav:"rejects,omitempty"`
	Results     *Results       `dynamodbav:"results,omitempty"`
	Attempts    map[string]int `dynamodbav:"attempts,omitempty"` // by Lambda request
	ExpiresAt   int64          `dynamodbav:"expiresAt,omitempty"`
}

// Reading is the format that read a version, and the trading day of its feed.
type Reading struct {
	Format string              `dynamodbav:"format,omitempty"` // its name; empty: the canonical one
	Hash   string              `dynamodbav:"hash,omitempty"`
	Day    tradingday.Declared `dynamodbav:"day"`
}

// UpdatedAt is when the version's status changed last.
func (v *Version) UpdatedAt() string {
	if len(v.History) == 0 {
		return ""
	}
	return v.History[len(v.History)-1].At
}

// Event is one line of a version's history.
type Event struct {
	Status Status `dynamodbav:"status"`
	At     string `dynamodbav:"at"`
	Stage  Stage  `dynamodbav:"stage"`
	Reason string `dynamodbav:"reason,omitempty"`
}

// Rejects says how many faults a file has, of which kinds, the first of them, and
// where more are listed.
type Rejects struct {
	Count    int64            `dynamodbav:"count"`
	Key      string           `dynamodbav:"key"`
	ByReason map[string]int64 `dynamodbav:"byReason,omitempty"`
	First    []Fault          `dynamodbav:"first,omitempty"`
}

// Fault is a fault as the report has it, with a short value.
type Fault struct {
	Line   int64  `dynamodbav:"line" json:"line"`
	Column string `dynamodbav:"column" json:"column"`
	Value  string `dynamodbav:"value" json:"value"`
	Reason string `dynamodbav:"reason" json:"reason"`
	Remedy string `dynamodbav:"remedy" json:"remedy"`
}

// Results says on which trading days the processor found trades in a version.
type Results struct {
	Days []string `dynamodbav:"days,omitempty"`
}

const (
	filePrefix    = "FILE#"
	versionPrefix = "VERSION#"
	numberPrefix  = "NUMBER#"
	actPrefix     = "OPERATOR#"
)

// Key is the key of a feed's own item; id is {partner}/{feed}, here and below.
func Key(id string) store.Key { return store.Key{Partition: id, Sort: "FEED"} }

// NumberKey is the key of a number.
func NumberKey(id string, number int64) store.Key {
	return store.Key{Partition: id, Sort: fmt.Sprintf("%s%018d", numberPrefix, number)}
}

// ActKey is the key of what an operator did from a number on, at a time.
func ActKey(id, at string, from int64) store.Key {
	return store.Key{Partition: id, Sort: fmt.Sprintf("%s%s#%018d", actPrefix, at, from)}
}

// FileKey is the key of a file's head.
func FileKey(id, file string) store.Key {
	return store.Key{Partition: id, Sort: filePrefix + file}
}

// VersionKey is the key of a version of a file that has a newer one.
func VersionKey(id, file, versionID string) store.Key {
	return store.Key{Partition: id, Sort: versionPrefix + file + "#" + versionID}
}

// stamp writes a time as every item and answer has it.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
