package simulation

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"market-data-pipeline/handlers/internal/aggregator"
	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/objects"
	"market-data-pipeline/handlers/internal/processor"
	"market-data-pipeline/handlers/internal/queue"
	"market-data-pipeline/handlers/internal/store"
	"market-data-pipeline/handlers/internal/validator"
	"market-data-pipeline/handlers/internal/worker"
)

// world is the cloud of one schedule.
type world struct {
	choices    *choices
	bug        Bug
	faults     int // in thousandths of all effects
	duplicates int // how many more events S3 will repeat
	overlaps   int // how many more pieces of work will be begun while they are being done
	overlapped bool
	skips      int // how many more times an operator will skip numbers
	meddling   int // how many more times an operator will retry or redrive in the middle of things

	store   *store.Memory
	bucket  *objects.Memory
	objects []*object
	events  []*notification  // waiting for the validator
	past    []*notification  // delivered once
	failed  []*notification  // the validator's dead-letter queue
	running []*notification  // being handled
	queues  [2]*fifo         // the processor's and the aggregator's
	hungry  map[string]bool  // versions that the processor has not the memory for
	ordered map[hold]bool    // an operator was to skip it
	skipped map[hold]bool    // and has
	repeats []func()         // commands of an operator that have not ended well
	held    map[string]*task // by dead letter: who looks at it
	told    map[string]int   // by version: how many requests it is the subject of
	opened  string           // with the bug UseTwice: what is read instead of the rest

	counts counts
	reads  int // of the table
	units  int // of writing that its writes are billed as, if each item has at most 1 KB

	tasks    []*task
	requests int
	steps    int
	now      time.Duration // since the beginning
	mended   bool          // every function has the memory that it needs
	tracing  bool
	trace    []string
	failure  error
}

// notification is an S3 event on its way, with the request of its invocation.
type notification struct {
	raw       json.RawMessage
	what      string
	file      string // its key
	versionID string
	request   string
	attempts  int
	counted   int // of them those that lived to write, so that the validator knows of them
}

func newWorld(c *choices, bug Bug) *world {
	return &world{
		choices: c, bug: bug,
		store: store.NewMemory(), bucket: objects.NewMemory(),
		queues: [2]*fifo{newFIFO("processor"), newFIFO("aggregator")}, counts: counts{},
		ordered: map[hold]bool{}, skipped: map[hold]bool{}, held: map[string]*task{}, told: map[string]int{}, hungry: map[string]bool{},
	}
}

func (w *world) note(format string, values ...any) {
	if w.tracing && w.failure == nil {
		w.trace = append(w.trace, fmt.Sprintf("%4d %6s  %s", w.steps, w.now, fmt.Sprintf(format, values...)))
	}
}

// broken records the first thing that must not be.
func (w *world) broken(err error) {
	if w.failure == nil {
		w.note("BROKEN: %v", err)
		w.failure = err
	}
}

const maxSteps = 50_000

// settleDown takes one choice after the other until there is nothing left to do.
func (w *world) settleDown() {
	for w.failure == nil {
		actions := w.actions()
		if len(actions) == 0 {
			if w.passToNext() {
				continue
			}
			return
		}
		w.steps++
		w.pass(time.Second)
		if w.steps > maxSteps {
			w.broken(fmt.Errorf("no end after %d steps", maxSteps))
			break
		}
		actions[w.choices.pick(len(actions))]()
	}
	for len(w.tasks) > 0 { // no goroutine outlives its schedule
		w.run(w.tasks[0], killed)
	}
}

// maxTasks bounds the functions that run at the same time.
const maxTasks = 6

// actions is all that may happen next. The first is the plainest.
func (w *world) actions() []func() {
	var actions []func()
	for _, t := range w.tasks {
		actions = append(actions, func() { w.run(t, w.fault(t)) })
	}
	if len(w.tasks) < maxTasks {
		for i, q := range w.queues {
			for _, m := range q.receivable(w.now) {
				actions = append(actions, func() { w.deliver(i, m) })
			}
		}
		for i, n := range w.events {
			actions = append(actions, func() {
				w.events = append(w.events[:i:i], w.events[i+1:]...)
				w.invoke(n)
			})
		}
	}
	for _, o := range w.objects {
		if o.put < len(o.versions) && !o.late {
			actions = append(actions, func() { w.put(o) })
		}
	}
	if w.duplicates > 0 && len(w.past) > 0 {
		actions = append(actions, func() {
			w.duplicates--
			again := w.past[w.choices.pick(len(w.past))]
			w.note("S3 repeats the event of %s", again.what)
			w.notify(*again)
		})
	}
	for i, again := range w.repeats {
		actions = append(actions, func() {
			w.repeats = slices.Delete(w.repeats, i, i+1)
			again()
		})
	}
	return append(actions, w.mischief()...)
}

// mischief is what happens seldom.
func (w *world) mischief() []func() {
	var actions []func()
	if w.overlaps > 0 {
		for i, q := range w.queues {
			for _, m := range q.messages {
				if m.visibleAt > w.now && m.holder != nil && !m.holder.over {
					actions = append(actions, func() {
						w.overlaps--
						w.overlapped = true
						m.visibleAt, m.stolen = w.now, true
						if w.choices.pick(4) > 0 {
							m.holder.beat = nil // its heart stands still, so that it does not know
						}
						w.note("%s is visible again though it is being handled", m.id)
						w.deliver(i, m)
					})
				}
			}
		}
		for _, n := range w.running {
			actions = append(actions, func() {
				w.overlaps--
				w.overlapped = true
				w.note("Lambda repeats %s", n.request)
				w.invoke(&notification{raw: n.raw, what: n.what, request: n.request})
			})
		}
	}
	if w.meddling > 0 {
		actions = append(actions, func() {
			w.meddling--
			w.redrive()
		})
		for _, id := range w.feeds() {
			if len(w.numbers(id)) > 0 {
				actions = append(actions, func() {
					w.meddling--
					w.retry(id)
				})
			}
		}
	}
	if w.skips > 0 {
		for _, h := range w.holds() {
			actions = append(actions, func() {
				w.skips--
				run := w.holdsFrom(h)
				w.skip(run[:[]int{len(run), 1, 1 + w.choices.pick(len(run))}[w.choices.pick(3)]])
			})
		}
	}
	return actions
}

func (w *world) fault(t *task) fault {
	if !w.choices.chance(w.faults) {
		return none
	}
	if t.effect == "acknowledge" {
		return killed
	}
	return []fault{killed, lost, refused}[w.choices.pick(3)]
}

// put is a partner's upload.
func (w *world) put(o *object) {
	v := o.versions[o.put]
	o.put++
	what := o.what(v)
	w.note("a partner puts %s", what)
	w.bucket.Put(o.file.Key(), v.id, v.body())
	w.hungry[v.id] = w.choices.chance(20)
	w.tell(o.file.Key(), v.id, v.sequencer, what)
}

// notify sends an event, as a request of its own.
func (w *world) notify(n notification) {
	w.requests++
	n.request, n.attempts, n.counted = fmt.Sprintf("request-%d", w.requests), 0, 0
	w.events = append(w.events, &n)
	w.told[n.file+n.versionID]++
}

func (w *world) ledger(t *task) feed.Ledger {
	return feed.Ledger{
		Store: table{w, t},
		Now:   func() time.Time { return time.Unix(1_700_000_000, 0).Add(w.now) },
		Pause: func(ctx context.Context, _ int) error { return t.have(ctx, "pause", func() error { return nil }) },
	}
}

// invoke runs the validator asynchronously: three attempts in all.
func (w *world) invoke(n *notification) {
	n.attempts++
	w.running = append(w.running, n)
	name := fmt.Sprintf("validator %s attempt %d", n.request, n.attempts)
	w.note("%s starts on %s", name, n.what)
	w.start(name, func(t *task) error {
		ctx := lambdacontext.NewContext(w.listening(), &lambdacontext.LambdaContext{AwsRequestID: n.request})
		return validator.Validator{
			Ledger:    w.ledger(t),
			Bucket:    func(string) objects.Bucket { return bucket{w, t} },
			Processor: sender{queue: w.queues[0], task: t},
		}.Handle(ctx, n.raw)
	}, func(t *task) {
		w.running = slices.DeleteFunc(w.running, func(other *notification) bool { return other == n })
		if t.wrote {
			n.counted++
		}
		if n.counted == feed.LastAttempt && w.told[n.file+n.versionID] == 1 {
			w.checkDeath(t, feed.Validator, n.file, n.versionID)
		}
		switch {
		case !t.died && t.err == nil:
			w.past = append(w.past, n)
		case n.attempts < feed.LastAttempt:
			w.events = append(w.events, n)
		default:
			w.failed = append(w.failed, n)
		}
	})
}

// deliver runs the processor or the aggregator on a message.
func (w *world) deliver(stage int, m *message) {
	q := w.queues[stage]
	name := fmt.Sprintf("%s %s receive %d", q.name, m.id, m.receives+1)
	w.checkHeld(m)
	if !q.receive(m, w.now) {
		w.note("%s: dead", m.id)
		w.checkGivenUp(m)
		return
	}
	w.note("%s starts on %s number %d revision %d", name, m.work.Group(), m.work.Number, m.work.Revision)
	if w.bug == AcknowledgeFirst {
		q.remove(m)
	}
	receipt := m.receives
	body, err := m.work.Encode()
	if err != nil {
		panic(err)
	}
	event := events.SQSEvent{Records: []events.SQSMessage{{
		MessageId: m.id, Body: body,
		Attributes: map[string]string{"ApproximateReceiveCount": strconv.Itoa(m.receives)},
	}}}
	w.start(name, func(t *task) error {
		t.receipt, m.holder, t.hungry = receipt, t, stage == 0 && w.hungry[m.work.VersionID]
		if w.bug == IgnoreCorrections && w.complete(stage, m.work) {
			return nil
		}
		response, err := w.worker(stage, t, m).Handle(w.listening(), event)
		if err == nil && len(response.BatchItemFailures) > 0 {
			err = fmt.Errorf("message given back")
		}
		if w.bug == AcknowledgeExpired && err != nil && !q.valid(m, receipt, w.now) {
			t.failed = ""
			return nil
		}
		return err
	}, func(t *task) {
		valid := q.valid(m, receipt, w.now)
		if w.bug == AcknowledgeExpired && !t.died && t.err == nil {
			valid = true
		}
		if m.receives == receipt && receipt == maxReceives {
			w.checkDeath(t, feed.Stages[stage+1], m.work.Key, m.work.VersionID)
		}
		switch {
		case !valid: // its receipt has run out: it can neither give back nor delete the message
		case !t.died && t.err == nil:
			q.remove(m)
		default:
			w.checkTakenUp(m, t)
		}
	})
}

// complete tells whether the stage has completed any revision of a number.
func (w *world) complete(stage int, work queue.Work) bool {
	return *load[feed.Number](w, feed.NumberKey(work.Group(), work.Number)).At(feed.Stages[stage+1]) > 0
}

func (w *world) worker(stage int, t *task, m *message) worker.Worker {
	ledger := w.ledger(t)
	own := sender{queue: w.queues[stage], task: t, message: m, drop: w.bug == DropWake}
	held := lease
	if w.bug == HoldForLong {
		held = hiddenFor
	}
	if stage == 0 {
		return worker.Worker{
			Stage: feed.Processor, Ledger: ledger, Own: own, Next: forwarder(w, t), Lease: held, Repeat: t.repeat,
			Do: processor.Processor{Bucket: bucket{w, t}}.Do,
		}
	}
	return worker.Worker{
		Stage: feed.Aggregator, Ledger: ledger, Own: own, Lease: held, Repeat: t.repeat,
		Do: aggregator.Aggregator{Bucket: bucket{w, t}, Fanout: fanout}.Do,
	}
}

func forwarder(w *world, t *task) queue.Queue { return sender{queue: w.queues[1], task: t} }
