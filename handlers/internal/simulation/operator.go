package simulation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/operator"
	"market-data-pipeline/handlers/internal/queue"
	"market-data-pipeline/handlers/internal/validator"
)

// The operator is the one behind `pipeline feed` and `pipeline redrive`, under the same
// scheduler as the functions: each command may be interleaved with them, refused,
// misled and killed between any two of its effects. A person repeats what did not end
// well.

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
	return held && !w.ordered[h] && h.number < load[feed.Feed](w, feed.Key(h.id)).Highest
}

// holdsFrom lists a hold and those right behind it.
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

// operate runs a command, and again until it has ended well or the ledger refuses it.
func (w *world) operate(what string, command func(*task, operator.Operator) error, done func()) {
	w.note("the operator begins to %s", what)
	w.start("the operator, to "+what, func(t *task) error { return command(t, w.operator(t)) }, func(t *task) {
		var refusal *feed.Refusal
		switch {
		case !t.died && t.err == nil:
			done()
		case !errors.As(t.err, &refusal):
			w.repeats = append(w.repeats, func() { w.operate(what, command, done) })
		}
	})
}

// operator is the operator's own code, with its way to this world.
func (w *world) operator(t *task) operator.Operator {
	drop := w.bug == SkipWithoutWake && strings.Contains(t.name, "skip")
	return operator.Operator{
		Ledger: w.ledger(t), Bucket: "uploads",
		Queues: map[feed.Stage]queue.Queue{
			feed.Processor:  sender{queue: w.queues[0], task: t, drop: drop},
			feed.Aggregator: sender{queue: w.queues[1], task: t, drop: drop},
		},
		Invoke: func(ctx context.Context, event []byte) error {
			return t.have(ctx, "invoke the validator", func() error {
				if !drop {
					w.notify(w.notification(event))
				}
				return nil
			})
		},
		Withdraw: func(ctx context.Context, work queue.Work) error {
			return operator.Withdraw(ctx, bucket{w, t}, w.ledger(t), fanout, work)
		},
		Uncount: func(_ context.Context, waits []feed.Wait) error {
			for _, wait := range waits {
				w.counts.add(dueAt(wait.Since), -1)
			}
			return nil
		},
	}
}

var note = feed.Note{By: "operator", Reason: "not needed"}

// skip skips a run of numbers.
func (w *world) skip(run []hold) {
	first, last := run[0], run[len(run)-1]
	for _, h := range run {
		w.ordered[h] = true
	}
	w.operate(fmt.Sprintf("skip %d to %d of %s", first.number, last.number, first.id),
		func(_ *task, o operator.Operator) error {
			_, err := o.Skip(context.Background(), first.id, feed.Interval{From: first.number, Through: last.number}, note)
			return err
		},
		func() {
			for _, h := range run {
				w.skipped[h] = true
			}
		})
}

// retry takes up a number again that something has come for, whether it needs it or
// not.
func (w *world) retry(id string) {
	numbers := w.numbers(id)
	number := numbers[w.choices.pick(len(numbers))]
	w.operate(fmt.Sprintf("retry %d of %s", number, id), func(_ *task, o operator.Operator) error {
		_, err := o.Retry(context.Background(), id, number, note)
		return err
	}, func() {})
}

// numbers are those of a feed that something has come for.
func (w *world) numbers(id string) []int64 {
	var numbers []int64
	for _, o := range w.objects {
		if n := load[feed.File](w, feed.FileKey(id, o.file.Name)).Number; o.file.ID() == id && n > 0 {
			numbers = append(numbers, n)
		}
	}
	return numbers
}

// redrive moves dead letters back; false when there are none.
func (w *world) redrive() bool {
	any := false
	for _, function := range feed.Stages {
		if len(w.letters(function)) == 0 {
			continue
		}
		any = true
		w.operate(fmt.Sprintf("redrive the %s", function), func(t *task, o operator.Operator) error {
			_, err := o.Redrive(context.Background(), string(function), deadLetters{w, t, function})
			return err
		}, func() {})
	}
	return any
}

// workOff redrives until nothing is dead any more.
func (w *world) workOff() {
	for round := 0; w.failure == nil && w.redrive(); round++ {
		if round == 100 {
			w.broken(fmt.Errorf("dead letters after %d redrives", round))
		}
		w.settleDown()
	}
}

// notification reads an event of the bucket.
func (w *world) notification(event []byte) notification {
	records, err := validator.Decode(event)
	if err != nil {
		panic(err)
	}
	key, versionID := records[0].S3.Object.URLDecodedKey, records[0].S3.Object.VersionID
	what := key
	for _, o := range w.objects {
		for _, v := range o.versions {
			if o.file.Key() == key && v.id == versionID {
				what = o.what(v)
			}
		}
	}
	return notification{raw: event, what: what, file: key, versionID: versionID}
}

func (o *object) what(v version) string {
	return fmt.Sprintf("%s version %s (valid: %v)", o.file.Key(), v.id, v.valid)
}

// tell sends the validator an event of an object version.
func (w *world) tell(key, versionID, sequencer, what string) {
	raw, err := operator.Event("uploads", key, versionID, sequencer)
	if err != nil {
		panic(err)
	}
	w.notify(notification{raw: raw, what: what, file: key, versionID: versionID})
}
