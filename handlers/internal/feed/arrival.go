package feed

import (
	"context"
	"fmt"
	"strings"

	"market-data-pipeline/handlers/internal/store"
	"market-data-pipeline/handlers/internal/upload"
)

// Arrival is an object version that S3 has told of, once or more often.
type Arrival struct {
	File      upload.File
	VersionID string
	// Sequencer orders the events of one key; see After.
	Sequencer string
	// Kind is what is declared of the feed; empty: its first valid file decides.
	Kind string
	// Decided tells that the feed's kind is known, so that Accept need not look.
	Decided bool
	// Request is the Lambda request; retries of an asynchronous one share it.
	Request string
}

// place is the kind of feed that the file fits into, and its number there, if its key
// tells it. A folder that is a date is a sequence only where that is declared.
func (a Arrival) place() (kind string, sequence int64) {
	sequence = a.File.Sequence
	if a.Kind == Sequenced {
		sequence = max(sequence, a.File.Dated)
	}
	if sequence > 0 {
		return Sequenced, sequence
	}
	return ByArrival, 0
}

// After tells whether one sequencer is later than another of the same key: as S3
// says, the shorter is padded with zeros on the right.
func After(a, b string) bool {
	width := max(len(a), len(b))
	pad := func(s string) string { return strings.ToUpper(s) + strings.Repeat("0", width-len(s)) }
	return pad(a) > pad(b)
}

// Standing is what the record says of an arrival.
type Standing int

// What the validator must do with an arrival.
const (
	// Fresh: the version is to be validated.
	Fresh Standing = iota
	// Accepted: it was found valid; its ticket is to be released, perhaps again.
	Accepted
	// Done: it was rejected, or a newer version was accepted before it.
	Done
	// OtherKind: the feed is of the other kind; the version is to be rejected.
	OtherKind
)

// Receipt is the answer of Receive.
type Receipt struct {
	Standing Standing
	Turn            // the validator's; the ticket's revision is 0 unless accepted
	Kind     string // the feed's
}

// Receive records an arrival, and gives its file a number when it is first seen. The
// feed's kind is not decided by that, but when the first file is found valid: until
// then, each file has the number that it would have in a feed of its own kind. A last
// attempt is FAILED from here on, until it is settled.
func (l Ledger) Receive(ctx context.Context, a Arrival) (Receipt, error) {
	var receipt Receipt
	fresh := false
	err := l.transact(ctx, func(tx *store.Transaction) error {
		fresh = false
		docs, err := l.loadArrival(ctx, tx, a)
		if err != nil {
			return err
		}
		head, version := docs.head, docs.version
		feed, err := l.feedFor(ctx, tx, head, a)
		if err != nil {
			return err
		}
		if version.Status == "" && head.Accepted != "" && head.Accepted == a.Sequencer {
			receipt = Receipt{Standing: Done} // accepted so long ago that its record has expired
			return nil
		}
		if version.Status == "" {
			now := l.Now()
			version.File, version.VersionID = a.File.Name, a.VersionID
			version.record(Event{Status: Received, At: stamp(now), Stage: Validator}, now)
		}
		if version.Attempts == nil {
			version.Attempts = map[string]int{}
		}
		version.Attempts[a.Request]++
		receipt = Receipt{Kind: feed.Kind, Turn: Turn{
			Stage: Validator, Feed: a.File.ID(), Attempt: version.Attempts[a.Request],
			Ticket: Ticket{Number: head.Number, Revision: version.Revision, File: a.File.Name, VersionID: a.VersionID},
		}}
		switch {
		case version.Revision > 0:
			receipt.Standing = Accepted
		case version.Status == Rejected, version.Status == Skipped:
			receipt.Standing = Done
		case head.Accepted != "" && !After(a.Sequencer, head.Accepted):
			receipt.Standing = Done
			l.outrun(version)
		case !assign(feed, head, a):
			receipt.Standing = OtherKind
		default:
			receipt.Standing = Fresh
		}
		if receipt.Standing == Done {
			return nil
		}
		receipt.Ticket.Number, receipt.Kind = head.Number, feed.Kind
		fresh = receipt.Standing == Fresh && head.VersionID == a.VersionID && !feed.skips(head.Number)
		if receipt.Last() {
			number, err := l.loadTrouble(ctx, tx, a.File.ID(), head)
			if err != nil {
				return err
			}
			return l.fail(ctx, tx, receipt.Turn, number, Unfinished)
		}
		return nil
	})
	if err != nil || !fresh {
		return receipt, err
	}
	return receipt, l.announceArrival(ctx, a, receipt)
}

// announceArrival tells of a number that something has come for it, so that whoever waits
// for it knows. It decides nothing, so it needs no transaction with the file.
func (l Ledger) announceArrival(ctx context.Context, a Arrival, receipt Receipt) error {
	kind, _ := a.place()
	return l.transact(ctx, func(tx *store.Transaction) error {
		number, err := store.Load[Number](ctx, tx, NumberKey(receipt.Feed, receipt.Ticket.Number))
		if err != nil {
			return err
		}
		if number.Revision == 0 && number.Status != Skipped && !number.Ticket.sameVersion(receipt.Ticket) {
			number.Ticket, number.Kind, number.Status = receipt.Ticket, kind, Received
		}
		return nil
	})
}

// loadTrouble loads a number whose file may never be accepted, and has the feed know that
// it has come, so that an operator can skip it.
func (l Ledger) loadTrouble(ctx context.Context, tx *store.Transaction, id string, head *File) (*Number, error) {
	known, err := l.peek(ctx, id)
	if err != nil {
		return nil, err
	}
	if head.Number > known.Highest && known.Kind == head.Kind {
		feed, err := store.Load[Feed](ctx, tx, Key(id))
		if err != nil {
			return nil, err
		}
		feed.Highest = max(feed.Highest, head.Number)
	}
	return store.Load[Number](ctx, tx, NumberKey(id, head.Number))
}

// feedFor is the feed as an arrival needs it. Only who gives a number by arrival, or may
// decide the feed's kind, needs it as it is.
func (l Ledger) feedFor(ctx context.Context, tx *store.Transaction, head *File, a Arrival) (*Feed, error) {
	feed, err := l.peek(ctx, a.File.ID())
	if err != nil {
		return nil, err
	}
	kind, _ := a.place()
	numbered := kind == Sequenced || head.Number > 0 && head.Kind == kind
	if feed.Kind != "" && (numbered || feed.Kind != kind) {
		return feed, nil
	}
	return store.Load[Feed](ctx, tx, Key(a.File.ID()))
}

// outrun records that a newer version of the same key was accepted first: that one,
// or one that is newer still, is spoken of when the file is.
func (l Ledger) outrun(version *Version) {
	now := l.Now()
	version.record(Event{Status: Skipped, At: stamp(now), Stage: Validator, Reason: replaced}, now)
}

const replaced = "a newer revision replaced it"

// assign gives a file its number, unless the feed is of the other kind.
func assign(feed *Feed, head *File, a Arrival) bool {
	if feed.Kind == "" && a.Kind != "" {
		feed.decide(a.Kind)
	}
	kind, sequence := a.place()
	if feed.Kind != "" && feed.Kind != kind {
		return false
	}
	if head.Number > 0 && head.Kind == kind {
		return true
	}
	head.Number, head.Kind, head.ExpiresAt = sequence, kind, 0
	if kind == ByArrival {
		feed.Next++
		head.Number = feed.Next
	}
	if kind == Sequenced || feed.Kind != "" {
		feed.Highest = max(feed.Highest, head.Number)
	}
	return true
}

// OtherKindError says that the feed has become one of the other kind, while a file was
// looked at.
type OtherKindError struct{ Kind string }

func (e *OtherKindError) Error() string { return "the feed's files are numbered by " + e.Kind }

// decide fixes the feed's kind, if this is its first valid file.
func (l Ledger) decide(ctx context.Context, tx *store.Transaction, a Arrival, kind string) error {
	if a.Decided {
		return nil
	}
	feed, err := store.Load[Feed](ctx, tx, Key(a.File.ID()))
	if err != nil {
		return err
	}
	if feed.Kind == "" {
		feed.decide(kind)
	}
	if feed.Kind != kind {
		return &OtherKindError{feed.Kind}
	}
	return nil
}

// Found is what the validator found in a valid version.
type Found struct {
	Rows, Symbols int64
	LeftOut       map[string]int64
	Reading       Reading
	ContentHash   string
}

// Acceptance is the answer of Accept.
type Acceptance struct {
	Ticket
	// Accepted is false when a newer version was accepted before it.
	Accepted bool
	// Released tells that it was its turn, as Admit would find.
	Released bool
}

// Accept gives a version that was found valid the next revision of its number, once. One
// whose turn it is it completes for the validator, but for the cursor, so that it need not
// be admitted. The first one decides the feed's kind; an *OtherKindError is the answer to
// whoever comes too late for it.
func (l Ledger) Accept(ctx context.Context, a Arrival, turn Turn, found Found) (acceptance Acceptance, err error) {
	err = l.transact(ctx, func(tx *store.Transaction) error {
		docs, err := l.loadArrival(ctx, tx, a)
		if err != nil {
			return err
		}
		head, version := docs.head, docs.version
		acceptance = Acceptance{
			Ticket:   Ticket{Number: head.Number, Revision: version.Revision, File: a.File.Name, VersionID: a.VersionID},
			Accepted: version.Revision > 0,
		}
		if acceptance.Accepted {
			return nil
		}
		if head.Accepted != "" && !After(a.Sequencer, head.Accepted) {
			l.outrun(version)
			return nil
		}
		number, err := store.Load[Number](ctx, tx, NumberKey(a.File.ID(), head.Number))
		if err != nil {
			return err
		}
		if err := l.decide(ctx, tx, a, head.Kind); err != nil {
			return err
		}
		feed, err := l.peek(ctx, a.File.ID())
		if err != nil {
			return err
		}
		ticket := &acceptance.Ticket
		ticket.Revision = number.Revision + 1
		if acceptance.Released = number.awaitsFirst(feed); acceptance.Released {
			number.Validator = ticket.Revision
		}
		number.Ticket, number.Kind = *ticket, head.Kind
		version.Revision, version.Rows, version.Symbols = ticket.Revision, found.Rows, found.Symbols
		version.LeftOut, version.Reading = found.LeftOut, found.Reading
		if found.Rows > 0 {
			version.ContentHash = found.ContentHash
		}
		head.Accepted = a.Sequencer
		acceptance.Accepted = true
		turn.Ticket = *ticket
		return l.writeProvisional(ctx, tx, turn, number, Validated)
	})
	return acceptance, err
}

// awaitsFirst tells whether the validator's cursor is right in front of a number, though
// the feed may be out of date: the cursor passes it only when a revision of it is complete
// or what has come for it is skipped, and neither comes about without a write of the
// number.
func (n *Number) awaitsFirst(feed *Feed) bool {
	return n.Number == feed.NextAt(Validator) && n.Validator == 0 && n.Status != Skipped && n.Parked[Validator].Revision == 0
}

// peek reads a feed for what holds whatever others write meanwhile: its kind, once it is
// decided, and that a cursor has got as far as it has.
func (l Ledger) peek(ctx context.Context, id string) (*Feed, error) {
	return read[Feed](ctx, l, Key(id))
}

// Reject records that a version is not valid. A number that has no valid version
// yet is then rejected itself, and holds its feed.
func (l Ledger) Reject(ctx context.Context, a Arrival, reason string, rejects *Rejects) error {
	return l.transact(ctx, func(tx *store.Transaction) error {
		docs, err := l.loadArrival(ctx, tx, a)
		if err != nil {
			return err
		}
		head, version := docs.head, docs.version
		if version.Revision > 0 {
			return fmt.Errorf("%s version %s was accepted and is now rejected", a.File.Name, a.VersionID)
		}
		now := l.Now()
		if version.Status == "" { // a name that breaks the grammar is not received first
			version.record(Event{Status: Received, At: stamp(now), Stage: Validator}, now)
		}
		version.File, version.VersionID, version.Rejects = a.File.Name, a.VersionID, rejects
		version.record(Event{Status: Rejected, At: stamp(now), Stage: Validator, Reason: reason}, now)
		if head.Number == 0 {
			head.ExpiresAt = now.Add(retention).Unix()
			return nil
		}
		number, err := l.loadTrouble(ctx, tx, a.File.ID(), head)
		if err != nil {
			return err
		}
		if number.Revision == 0 && number.File == a.File.Name && number.VersionID == a.VersionID {
			number.Status = Rejected
		}
		return nil
	})
}

type arrivalDocuments struct {
	head    *File
	version *Version
}

// loadArrival loads what is known of an arrival. One that is newer than all before takes
// the place of the newest, whose record gets an item of its own.
func (l Ledger) loadArrival(ctx context.Context, tx *store.Transaction, a Arrival) (docs arrivalDocuments, err error) {
	id := a.File.ID()
	if docs.head, err = store.Load[File](ctx, tx, FileKey(id, a.File.Name)); err != nil {
		return docs, err
	}
	head := docs.head
	switch {
	case head.VersionID == a.VersionID:
		docs.version = &head.Version
		return docs, nil
	case head.VersionID != "" && !After(a.Sequencer, head.Sequencer):
		docs.version, err = store.Load[Version](ctx, tx, VersionKey(id, a.File.Name, a.VersionID))
		return docs, err
	case head.VersionID != "":
		older, err := store.Load[Version](ctx, tx, VersionKey(id, a.File.Name, head.VersionID))
		if err != nil {
			return docs, err
		}
		*older = head.Version
		if older.Status.final() {
			older.ExpiresAt = l.Now().Add(retention).Unix()
		}
	}
	head.Version = Version{File: a.File.Name, VersionID: a.VersionID}
	head.Sequencer = a.Sequencer
	docs.version = &head.Version
	return docs, nil
}
