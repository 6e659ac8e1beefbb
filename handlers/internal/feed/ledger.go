package feed

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"market-data-pipeline/handlers/internal/logging"
	"market-data-pipeline/handlers/internal/store"
)

// Ledger is the record of all feeds.
type Ledger struct {
	Store store.Store
	// Now tells the time of what is recorded.
	Now func() time.Time
	// Pause waits between two tries of a transaction.
	Pause func(ctx context.Context, try int) error
}

// NewLedger makes a ledger that goes by the wall clock.
func NewLedger(s store.Store) Ledger { return Ledger{Store: s, Now: time.Now, Pause: pause} }

// Session is a ledger for one piece of work, which reads an item once. What Admit
// and Successor answer without a write, they would answer later too: see I2.
func (l Ledger) Session() Ledger {
	l.Store = store.NewSession(l.Store)
	return l
}

// forget has an item read anew, because others may have written to it.
func (l Ledger) forget(key store.Key) {
	if session, ok := l.Store.(*store.Session); ok {
		session.Forget(key)
	}
}

// transact runs work on a snapshot and commits it, anew where it met another
// transaction or the table was throttled, until the context ends: no attempt is spent
// on contention. The SDK repeats a throttled request, but never a transaction that was
// cancelled, for whichever reason. work must therefore be free of effects other than on
// its documents and on variables that it sets each time.
func (l Ledger) transact(ctx context.Context, work func(*store.Transaction) error) error {
	for try := 0; ; try++ {
		tx := store.Begin(l.Store)
		if err := work(tx); err != nil {
			return err
		}
		err := tx.Commit(ctx)
		if again := errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrThrottled); !again {
			if try > 0 {
				logging.From(ctx).Info("transaction repeated", "tries", try)
			}
			return err
		}
		if ended := l.Pause(ctx, try); ended != nil {
			return fmt.Errorf("%w: %w", ended, err)
		}
	}
}

// pause waits a random time that grows to at most a second, so that the validators
// of a burst of files in one feed soon fall out of step.
func pause(ctx context.Context, try int) error {
	limit := time.Duration(min(5<<min(try, 8), 1000)) * time.Millisecond
	timer := time.NewTimer(rand.N(limit))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// retention is how long a version is kept once nothing more will become of it.
const retention = 400 * 24 * time.Hour

// writeProvisional records a status that the rest of the attempt has yet to make
// good. On a last attempt it is FAILED instead, until Settle, so that whoever dies in
// the middle leaves that behind.
func (l Ledger) writeProvisional(ctx context.Context, tx *store.Transaction, turn Turn, number *Number, status Status) error {
	if turn.Last() {
		return l.writeSettled(ctx, tx, turn, number, Failed, Unfinished)
	}
	return l.writeSettled(ctx, tx, turn, number, status, "")
}

// writeSettled records a status that holds whatever becomes of the attempt: in the
// history of the turn's version, and wherever that version is the one spoken of.
func (l Ledger) writeSettled(
	ctx context.Context, tx *store.Transaction, turn Turn, number *Number, status Status, reason string,
) error {
	version, err := loadVersion(ctx, tx, turn.Feed, turn.Ticket)
	if err != nil {
		return err
	}
	if version.Revision > turn.Ticket.Revision { // the same version is on its way again: see Claim
		return nil
	}
	now := l.Now()
	version.record(Event{Status: status, At: stamp(now), Stage: turn.Stage, Reason: reason}, now)
	if number.File == turn.Ticket.File && number.VersionID == turn.Ticket.VersionID {
		number.Status = status
	}
	return nil
}

// stage is the stage that recorded the status.
func (v *Version) stage() Stage {
	if len(v.History) == 0 {
		return ""
	}
	return v.History[len(v.History)-1].Stage
}

// skip records that a ticket will not be taken any further, since a newer revision
// of its number was there first. One that counts does so until the newer one does.
func (l Ledger) skip(ctx context.Context, tx *store.Transaction, turn Turn, number *Number, old, by Ticket) error {
	if old.sameVersion(by) {
		return nil
	}
	version, err := loadVersion(ctx, tx, turn.Feed, old)
	if err != nil || version.Status.final() {
		return err
	}
	return l.replace(ctx, tx, turn, number, old, by)
}

// replace records of a revision what replaced it. One that counted may have done so
// for so long that its record has expired: the new one knows the file at least.
func (l Ledger) replace(ctx context.Context, tx *store.Transaction, turn Turn, number *Number, old, by Ticket) error {
	version, err := loadVersion(ctx, tx, turn.Feed, old)
	if err != nil {
		return err
	}
	version.File, version.VersionID = old.File, old.VersionID
	turn.Ticket = old
	reason := fmt.Sprintf("revision %d replaced it: %s, version %s", by.Revision, by.File, by.VersionID)
	return l.writeSettled(ctx, tx, turn, number, Skipped, reason)
}

// sameVersion tells whether two revisions are of one version: see Claim.
func (t Ticket) sameVersion(other Ticket) bool {
	return t.File == other.File && t.VersionID == other.VersionID
}

// loadVersion loads the record of a ticket's version from where it lies.
func loadVersion(ctx context.Context, tx *store.Transaction, id string, ticket Ticket) (*Version, error) {
	head, err := store.Load[File](ctx, tx, FileKey(id, ticket.File))
	if err != nil {
		return nil, err
	}
	if head.VersionID == ticket.VersionID {
		return &head.Version, nil
	}
	return store.Load[Version](ctx, tx, VersionKey(id, ticket.File, ticket.VersionID))
}

// ReadVersion reads the record of a file's version from where it lies.
func ReadVersion(ctx context.Context, from store.Store, id, file, versionID string) (*Version, error) {
	return loadVersion(ctx, store.Begin(from), id, Ticket{File: file, VersionID: versionID})
}

// record adds a line to the history. A version whose status is final expires; one
// that moves again does not; in a file's item, the file's own expiry counts.
func (v *Version) record(event Event, now time.Time) {
	if last := len(v.History) - 1; last >= 0 && v.Status == event.Status &&
		v.History[last].Stage == event.Stage && v.History[last].Reason == event.Reason {
		return
	}
	v.Status = event.Status
	v.History = append(v.History, event)
	v.ExpiresAt = 0
	if event.Status.final() {
		v.ExpiresAt = now.Add(retention).Unix()
	}
}

// finish records a completion's status and results, and of what counted before that
// it does no more. A file that the validator releases has been
// VALIDATED since it was accepted, unless it waited; and it may have got further by
// now, for it is sent before it is completed.
func (l Ledger) finish(ctx context.Context, tx *store.Transaction, turn Turn, number *Number, outcome Outcome) error {
	if told, err := l.isTold(ctx, turn, outcome); err != nil || told {
		number.Status = outcome.Status
		return err
	}
	version, err := loadVersion(ctx, tx, turn.Feed, turn.Ticket)
	if err != nil {
		return err
	}
	if turn.Stage == Validator && (version.Status != Waiting || version.stage() != Validator) {
		return nil
	}
	if turn.Stage == Aggregator {
		if old := number.Counted; old.Revision > 0 && !old.sameVersion(turn.Ticket) {
			if err := l.replace(ctx, tx, turn, number, old, turn.Ticket); err != nil {
				return err
			}
		}
		number.Counted = turn.Ticket
		if number.Writing == turn.Ticket.Revision && version.Results != nil { // what others left is mended
			number.Days = version.Results.Days
		}
	}
	if outcome.Results != nil {
		version.Results = outcome.Results
	}
	return l.writeProvisional(ctx, tx, turn, number, outcome.Status)
}

func union(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

// Unfinished is the reason of a FAILED that is recorded in advance.
const Unfinished = "the last attempt did not finish"

// Fail records FAILED, unless a later stage has had the version since: then it was
// sent on, and its fate is decided there. A stage does so before all else in its
// last attempt, the validator with Receive, and again with the reason when that
// attempt fails.
func (l Ledger) Fail(ctx context.Context, turn Turn, reason string) error {
	return l.transact(ctx, func(tx *store.Transaction) error {
		_, number, err := loadTurn(ctx, tx, turn)
		if err != nil {
			return err
		}
		return l.fail(ctx, tx, turn, number, reason)
	})
}

func (l Ledger) fail(ctx context.Context, tx *store.Transaction, turn Turn, number *Number, reason string) error {
	version, err := loadVersion(ctx, tx, turn.Feed, turn.Ticket)
	if err != nil {
		return err
	}
	if version.Status.final() || version.stage().after(turn.Stage) {
		return nil
	}
	return l.writeSettled(ctx, tx, turn, number, Failed, reason)
}

// Settle replaces the stage's FAILED, once all is done, by what is true of the ticket.
func (l Ledger) Settle(ctx context.Context, turn Turn) error {
	return l.transact(ctx, func(tx *store.Transaction) error {
		_, number, err := loadTurn(ctx, tx, turn)
		if err != nil {
			return err
		}
		version, err := loadVersion(ctx, tx, turn.Feed, turn.Ticket)
		if err != nil {
			return err
		}
		if version.Status != Failed || version.stage() != turn.Stage {
			return nil
		}
		return l.writeSettled(ctx, tx, turn, number, truth(number, turn.Ticket), "")
	})
}

// truth is the status that a ticket's progress through the stages implies.
func truth(number *Number, ticket Ticket) Status {
	switch {
	case *number.At(Aggregator) == ticket.Revision:
		return Aggregated
	case len(number.Parked) > 0:
		return Waiting
	case *number.At(Processor) == ticket.Revision:
		return Processed
	default:
		return Validated
	}
}

// Reading is how an accepted version is read.
func (l Ledger) Reading(ctx context.Context, id, file, versionID string) (Reading, error) {
	version, err := ReadVersion(ctx, l.Store, id, file, versionID)
	if err != nil {
		return Reading{}, err
	}
	return version.Reading, nil
}

// read reads a document outside of any transaction.
func read[T any](ctx context.Context, l Ledger, key store.Key) (*T, error) {
	item, err := l.Store.Get(ctx, key)
	if err != nil {
		return nil, err
	}
	return store.Decode[T](item)
}

// Days are the days that the aggregator must mend for a number.
func (l Ledger) Days(ctx context.Context, id string, number int64) ([]string, error) {
	document, err := read[Number](ctx, l, NumberKey(id, number))
	if err != nil {
		return nil, err
	}
	return document.Days, nil
}
