package simulation

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/queue"
	"market-data-pipeline/handlers/internal/store"
)

// The operator does what `pipeline feed skip` and `pipeline redrive` do.

// hold is a number at which a feed is held up, as `pipeline feed show` tells.
type hold struct {
	id     string
	number int64
}

// holds are the numbers that an operator might skip: the next of a stage, where it
// is missing, was rejected or failed while others have come behind it. Of what failed
// only that which a redrive brings back after all: the end is the same then. What
// counts, though the validator has not recorded that it was sent, is not skipped.
func (w *world) holds() []hold {
	var found []hold
	for _, id := range w.feeds() {
		head := load[feed.Feed](w, feed.Key(id))
		for _, stage := range feed.Stages {
			if next := (hold{id, *head.At(stage) + 1}); w.holdsUp(next) && !slices.Contains(found, next) {
				found = append(found, next)
			}
		}
	}
	return found
}

func (w *world) holdsUp(h hold) bool {
	number := load[feed.Number](w, feed.NumberKey(h.id, h.number))
	held := number.Revision == 0 && (number.Status == "" || number.Status == feed.Rejected) ||
		number.Revision > number.Aggregator && number.Status == feed.Failed && len(number.Parked) == 0
	return held && number.SkippedAt == "" && h.number < load[feed.Feed](w, feed.Key(h.id)).Highest
}

// holdsFrom lists a hold and those right behind it: the operator skips as many of them as
// there is room for in one transaction.
func (w *world) holdsFrom(first hold) []hold {
	run := []hold{first}
	for next := first; ; run = append(run, next) {
		if next.number++; !w.holdsUp(next) {
			return run
		}
	}
}

func (w *world) feeds() []string {
	var ids []string
	for _, o := range w.objects {
		ids = append(ids, o.file.ID())
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// skip records the skip of a run. Waking comes later: the operator's command is not
// one step.
func (w *world) skip(run []hold) {
	tx := store.Begin(w.store)
	for _, h := range run {
		w.note("the operator skips number %d of %s", h.number, h.id)
		w.skipOne(tx, h)
		w.skipped[h] = true
	}
	if err := tx.Commit(context.Background()); err != nil {
		panic(err)
	}
	if w.bug != SkipWithoutWake {
		w.wakes = append(w.wakes, run[0].id)
	}
}

func (w *world) skipOne(tx *store.Transaction, h hold) {
	number, err := store.Load[feed.Number](context.Background(), tx, feed.NumberKey(h.id, h.number))
	if err != nil {
		panic(err)
	}
	const at = "2024-01-02T00:00:00.000Z"
	number.Number, number.Status, number.SkippedAt = h.number, feed.Skipped, at
	for _, since := range number.Since {
		w.counts.add(dueAt(since), -1)
	}
	number.Parked, number.Since = nil, nil
	if number.VersionID != "" {
		version, err := store.Load[feed.Version](context.Background(), tx, feed.VersionKey(h.id, number.File, number.VersionID))
		if err != nil {
			panic(err)
		}
		version.Status = feed.Skipped
		version.History = append(version.History, feed.Event{Status: feed.Skipped, At: at, Stage: "operator"})
		head, err := store.Load[feed.File](context.Background(), tx, feed.FileKey(h.id, number.File))
		if err != nil {
			panic(err)
		}
		if head.VersionID == number.VersionID {
			head.Status = feed.Skipped
		}
	}
}

// wake sends each stage the ticket that is parked behind its cursor and the
// numbers that were skipped.
func (w *world) wake(id string) {
	w.note("the operator wakes %s", id)
	head := load[feed.Feed](w, feed.Key(id))
	for i, stage := range feed.Stages {
		n := *head.At(stage) + 1
		number := load[feed.Number](w, feed.NumberKey(id, n))
		ticket, parked := number.Parked[stage]
		for ; number.SkippedAt != "" && !parked; ticket, parked = number.Parked[stage] {
			n++
			number = load[feed.Number](w, feed.NumberKey(id, n))
		}
		if !parked {
			continue
		}
		if stage == feed.Validator {
			sequencer := load[feed.File](w, feed.FileKey(id, ticket.File)).Sequencer
			w.tell("uploads/"+id+"/"+ticket.File, ticket.VersionID, sequencer, "the operator's event of "+ticket.File)
			continue
		}
		partner, name, _ := strings.Cut(id, "/")
		w.queues[i-1].put(queue.Work{Partner: partner, Feed: name, Bucket: "uploads"}.
			Of(ticket.Number, ticket.Revision, ticket.File, ticket.VersionID))
	}
}

// tell sends the validator an event of an object version.
func (w *world) tell(key, versionID, sequencer, what string) {
	var record events.S3EventRecord
	record.S3.Bucket.Name = "uploads"
	record.S3.Object.Key = key
	record.S3.Object.VersionID = versionID
	record.S3.Object.Sequencer = sequencer
	raw, err := json.Marshal(events.S3Event{Records: []events.S3EventRecord{record}})
	if err != nil {
		panic(err)
	}
	w.notify(notification{raw: raw, what: what, file: key, versionID: versionID})
}

// redrive does what an operator does about dead letters; false when there are none.
func (w *world) redrive() bool {
	moved := w.queues[0].redrive()
	moved = w.queues[1].redrive() || moved
	for _, n := range w.failed {
		w.notify(*n)
		moved = true
	}
	w.failed = nil
	return moved
}

// workOff redrives until nothing is dead any more.
func (w *world) workOff() {
	for round := 0; w.failure == nil && w.redrive(); round++ {
		w.note("the operator redrives what is dead")
		if round == 100 {
			w.broken(fmt.Errorf("dead letters after %d redrives", round))
		}
		w.settleDown()
	}
}
