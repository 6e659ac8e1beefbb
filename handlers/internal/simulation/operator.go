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

// holds are the numbers that an operator might skip: the next of a validator, where
// it is missing or was rejected while others have come behind it.
func (w *world) holds() []hold {
	var found []hold
	for _, id := range w.feeds() {
		head := load[feed.Feed](w, feed.Key(id))
		number := load[feed.Number](w, feed.NumberKey(id, head.Validator+1))
		if head.Validator+1 < head.Highest && number.SkippedAt == "" && number.Revision == 0 &&
			(number.Status == "" || number.Status == feed.Rejected) {
			found = append(found, hold{id, head.Validator + 1})
		}
	}
	return found
}

func (w *world) feeds() []string {
	var ids []string
	for _, o := range w.objects {
		ids = append(ids, o.file.ID())
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// skip records the skip. Waking comes later: the operator's command is not one step.
func (w *world) skip(h hold) {
	w.note("the operator skips number %d of %s", h.number, h.id)
	tx := store.Begin(w.store)
	number, err := store.Load[feed.Number](context.Background(), tx, feed.NumberKey(h.id, h.number))
	if err != nil {
		panic(err)
	}
	number.Number, number.Status, number.SkippedAt = h.number, feed.Skipped, "2024-01-02T00:00:00.000Z"
	number.Parked = nil
	if err := tx.Commit(context.Background()); err != nil {
		panic(err)
	}
	w.skipped[h] = true
	if w.bug != SkipWithoutWake {
		w.wakes = append(w.wakes, h.id)
	}
}

// wake sends each stage the ticket that is parked behind its cursor and the
// numbers that were skipped.
func (w *world) wake(id string) {
	w.note("the operator wakes %s", id)
	head := load[feed.Feed](w, feed.Key(id))
	for i, stage := range stages {
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
	w.notify(raw, what)
}

// redrive does what an operator does about dead letters; false when there are none.
func (w *world) redrive() bool {
	moved := w.queues[0].redrive()
	moved = w.queues[1].redrive() || moved
	for _, n := range w.failed {
		w.notify(n.raw, n.what)
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
