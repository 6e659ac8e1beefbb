package simulation

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/status"
	"market-data-pipeline/handlers/internal/store"
	"market-data-pipeline/handlers/internal/upload"
)

func load[T any](w *world, key store.Key) *T {
	item, err := w.store.Get(context.Background(), key)
	if err != nil {
		panic(err)
	}
	document, err := store.Decode[T](item)
	if err != nil {
		panic(err)
	}
	return document
}

// version is the record of a file's version.
func (w *world) version(id, file, versionID string) *feed.Version {
	version, err := feed.ReadVersion(context.Background(), w.store, id, file, versionID)
	if err != nil {
		panic(err)
	}
	return version
}

// commit writes, and checks that the invariants I1, I2, I6 and I7 of package feed hold.
func (w *world) commit(ctx context.Context, writes []store.Write) error {
	id := writes[0].Item.Key.Partition
	before := load[feed.Feed](w, feed.Key(id))
	if err := w.store.Commit(ctx, writes...); err != nil {
		return err
	}
	after := load[feed.Feed](w, feed.Key(id))
	for _, stage := range feed.Stages {
		from, to := *before.At(stage), *after.At(stage)
		if to < from {
			w.broken(fmt.Errorf("%s: the %s's cursor goes back from %d to %d", id, stage, from, to))
		}
		for n := from + 1; n <= to; n++ {
			number := load[feed.Number](w, feed.NumberKey(id, n))
			if *number.At(stage) == 0 && !w.ordered[hold{id, n}] {
				w.broken(fmt.Errorf("%s: the %s's cursor passes %d, which is not complete", id, stage, n))
			}
		}
	}
	for _, n := range w.numbers(id) {
		for stage := range load[feed.Number](w, feed.NumberKey(id, n)).Parked {
			if after.Skipped.Contains(n) && n > *after.At(stage) {
				w.broken(fmt.Errorf("%s: number %d is skipped, and parked at the %s", id, n, stage))
			}
		}
	}
	for _, write := range writes {
		if strings.HasPrefix(write.Item.Key.Sort, "NUMBER#") {
			w.checkCounted(id, load[feed.Number](w, write.Item.Key))
		}
	}
	return nil
}

// checkCounted demands that no version of a number is called AGGREGATED but the one
// that the aggregator completed last.
func (w *world) checkCounted(id string, number *feed.Number) {
	if number.Aggregator == 0 {
		return
	}
	for _, p := range w.places(id, number.Number) {
		record := w.version(id, p.object.file.Name, p.version.id)
		if record.Status == feed.Aggregated && record.Revision != number.Aggregator {
			w.broken(fmt.Errorf("%s number %d: revision %d is called AGGREGATED, but revision %d counts",
				id, number.Number, record.Revision, number.Aggregator))
		}
	}
}

// checkDeath demands that a function that was killed on its last attempt has left
// FAILED behind, but for one that was killed before it had written anything, or when
// nothing was left to do, though it may not know, or when what waits or was sent on
// has a fate of its own.
func (w *world) checkDeath(t *task, stage feed.Stage, key, versionID string) {
	if !t.died || !t.wrote || t.effect == "acknowledge" || t.misled || w.overlapped {
		return
	}
	file, err := upload.Parse(key)
	if err != nil {
		return // no name to keep a status under
	}
	version := w.version(file.ID(), file.Name, versionID)
	last := version.History[len(version.History)-1]
	number := load[feed.Number](w, feed.NumberKey(file.ID(), load[feed.File](w, feed.FileKey(file.ID(), file.Name)).Number))
	switch {
	case version.Status == feed.Failed, version.Status == feed.Rejected, version.Status == feed.Skipped, version.Status == feed.Aggregated:
	case number.Parked[stage].VersionID == versionID:
	case slices.Index(feed.Stages, last.Stage) > slices.Index(feed.Stages, stage):
	case stage == feed.Validator && version.Revision > 0 && number.Validator >= version.Revision: // another released it
	default:
		w.broken(fmt.Errorf("the %s is killed on its last attempt at %s, which stays %s", stage, key, version.Status))
	}
}

// places are the versions that have come with a number.
func (w *world) places(id string, number int64) []place {
	var places []place
	for _, o := range w.objects {
		if o.file.ID() != id || load[feed.File](w, feed.FileKey(id, o.file.Name)).Number != number {
			continue
		}
		for _, v := range o.versions[:o.put] {
			places = append(places, place{o, v})
		}
	}
	return places
}

// answer is what the status API says of a file.
type answer struct {
	Sequence   *int64
	Version    string
	Status     feed.Status
	Rejects    *struct{ Location string }
	WaitingFor *struct{ Sequence int64 }
}

func (w *world) ask(o *object) answer {
	api := status.Status{Store: w.store, Origins: []string{"*"}, Now: func() time.Time { return time.Unix(1_700_000_000, 0) }}
	response, err := api.Handle(context.Background(), events.APIGatewayProxyRequest{
		HTTPMethod: "GET",
		PathParameters: map[string]string{
			"partner": o.file.Partner, "feed": o.file.Feed, "file": url.PathEscape(o.file.Name),
		},
	})
	var a answer
	if err != nil || response.StatusCode != 200 {
		w.broken(fmt.Errorf("%s: the status API answers %d (%v)", o.file.Key(), response.StatusCode, err))
	} else if err := json.Unmarshal([]byte(response.Body), &a); err != nil {
		w.broken(err)
	}
	return a
}

// checkReasons demands that at rest, before anybody helps, every file that has
// not arrived at its end is named by a dead letter or by its status.
func (w *world) checkReasons() {
	dead := map[string]bool{}
	for _, q := range w.queues {
		for _, m := range q.dead {
			dead[m.work.Key] = true
		}
	}
	for _, o := range w.objects {
		if o.late {
			continue
		}
		for _, n := range w.failed {
			for _, v := range o.versions {
				if n.what == o.what(v) {
					dead[o.file.Key()] = true
				}
			}
		}
		if dead[o.file.Key()] {
			continue
		}
		a := w.ask(o)
		switch a.Status {
		case feed.Aggregated, feed.Rejected, feed.Failed, feed.Skipped:
		default:
			if a.WaitingFor == nil && !w.heldByAnother(o, dead) {
				w.broken(fmt.Errorf("%s is %s at rest, and nothing says why", o.file.Key(), a.Status))
			}
		}
	}
}

// heldByAnother tells whether a file is to be processed again on account of one that is
// dead: the dead letter names that one.
func (w *world) heldByAnother(o *object, dead map[string]bool) bool {
	for _, n := range w.numbers(o.file.ID()) {
		number := load[feed.Number](w, feed.NumberKey(o.file.ID(), n))
		again := slices.ContainsFunc(number.Again, func(t feed.Ticket) bool { return t.File == o.file.Name })
		if again && dead["uploads/"+o.file.ID()+"/"+number.File] {
			return true
		}
	}
	return false
}

// checkEnd demands the end that the rules of the feed prescribe.
func (w *world) checkEnd() {
	feeds := map[string][]*object{}
	for _, o := range w.objects {
		feeds[o.file.ID()] = append(feeds[o.file.ID()], o)
	}
	for id, objects := range feeds {
		w.checkFeed(id, objects)
	}
}

func (w *world) checkFeed(id string, objects []*object) {
	record := load[feed.Feed](w, feed.Key(id))
	valid := map[int64][]place{} // by number: of each file the newest valid version that no operator skipped
	numbers := map[int64]bool{}
	for _, o := range objects {
		head := load[feed.File](w, feed.FileKey(id, o.file.Name))
		kind := o.kind()
		if kind != record.Kind { // which is that of a valid file, if there is one
			if valid := slices.ContainsFunc(o.versions, func(v version) bool { return v.valid }); head.Status != feed.Rejected ||
				record.Kind == "" && valid {
				w.broken(fmt.Errorf("%s is not of the feed's kind %q and has the status %s", o.file.Key(), record.Kind, head.Status))
			}
			continue
		}
		if kind == feed.Sequenced && head.Number != o.file.Sequence || kind == feed.ByArrival && numbers[head.Number] {
			w.broken(fmt.Errorf("%s has the number %d", o.file.Key(), head.Number))
		}
		numbers[head.Number] = true
		for i := len(o.versions) - 1; i >= 0; i-- {
			if o.versions[i].valid && !w.dropped(id, o.file.Name, o.versions[i].id) {
				valid[head.Number] = append(valid[head.Number], place{o, o.versions[i]})
				break
			}
		}
	}
	if record.Kind == feed.ByArrival && record.Next != int64(len(numbers)) {
		w.broken(fmt.Errorf("%s: %d files by arrival, but the last number is %d", id, len(numbers), record.Next))
	}
	w.checkOrder(id, record, objects, valid)
}

// kind is the kind of feed that a file fits into.
func (o *object) kind() string {
	if o.file.Sequence > 0 {
		return feed.Sequenced
	}
	return feed.ByArrival
}

// place is a version that may stand at a number.
type place struct {
	object  *object
	version version
}

// checkOrder demands that all numbers in front of the first hole are through all
// stages with the right version, and none behind it is.
func (w *world) checkOrder(id string, record *feed.Feed, objects []*object, valid map[int64][]place) {
	var counted []contribution
	hole := int64(1)
	last := int64(0) // that is complete
	for ; len(valid[hole]) > 0 || w.skipped[hold{id, hole}]; hole++ {
		if len(valid[hole]) == 0 {
			continue
		}
		number := load[feed.Number](w, feed.NumberKey(id, hole))
		dropped := w.dropped(id, number.Ticket.File, number.Ticket.VersionID)
		if dropped && number.Counted.Revision == 0 {
			continue
		}
		last = hole
		found := false
		for _, p := range valid[hole] {
			if p.object.file.Name == number.Counted.File && p.version.id == number.Counted.VersionID {
				counted = append(counted, contribution{number: hole, place: p})
				found = true
			}
		}
		if !found {
			w.broken(fmt.Errorf("%s number %d ends with version %s of %s, not with the newest valid one", id, hole, number.Counted.VersionID, number.Counted.File))
			return
		}
		for _, stage := range feed.Stages {
			// The validator sends a file before it completes it: skipped in between, it stays incomplete there.
			sent := stage == feed.Validator && w.skipped[hold{id, hole}]
			if *number.At(stage) != number.Revision && !dropped && !sent {
				w.broken(fmt.Errorf("%s number %d revision %d: the %s is at revision %d", id, hole, number.Revision, stage, *number.At(stage)))
			}
		}
		w.checkVersions(id, number)
	}
	for _, stage := range feed.Stages {
		if cursor := *record.At(stage); cursor < last || cursor >= hole { // what is skipped is passed when something comes
			w.broken(fmt.Errorf("%s: the %s's cursor ends at %d, not at %d", id, stage, cursor, hole-1))
		}
	}
	for _, o := range objects {
		if o.kind() == record.Kind {
			w.checkStatus(o, hole)
		}
	}
	w.checkData(id, reference(counted, record.Kind == feed.Sequenced))
}

// dropped tells whether the last thing that happened to a version is that an operator
// skipped it.
func (w *world) dropped(id, file, versionID string) bool {
	history := w.version(id, file, versionID).History
	if len(history) == 0 {
		return false
	}
	last := history[len(history)-1]
	return last.Stage == "operator" && last.Status == feed.Skipped
}

// checkVersions demands that of all versions of a number that is through, the one
// that counts is AGGREGATED, and every other valid one tells what replaced it.
func (w *world) checkVersions(id string, number *feed.Number) {
	places := w.places(id, number.Number)
	revisions := map[string]int64{} // by the words that tell of a version
	for _, p := range places {
		record := w.version(id, p.object.file.Name, p.version.id)
		revisions[fmt.Sprintf("%s, version %s", p.object.file.Name, p.version.id)] = record.Revision
	}
	for _, p := range places {
		record := w.version(id, p.object.file.Name, p.version.id)
		if record.Revision == 0 || record.Revision == number.Counted.Revision && record.Status == feed.Aggregated {
			continue
		}
		last := record.History[len(record.History)-1]
		_, by, _ := strings.Cut(last.Reason, " replaced it: ")
		if record.Status != feed.Skipped || last.Stage != "operator" && revisions[by] <= record.Revision {
			w.broken(fmt.Errorf("%s revision %d of number %d, of which revision %d counts, ends as %s: %q",
				p.object.file.Key(), record.Revision, number.Number, number.Counted.Revision, record.Status, last.Reason))
		}
	}
}

// checkStatus demands that the API tells each file's end.
func (w *world) checkStatus(o *object, hole int64) {
	a := w.ask(o)
	newest := o.versions[len(o.versions)-1]
	switch {
	case a.Version != newest.id:
		w.broken(fmt.Errorf("%s: the newest version is %s, not %s", o.file.Key(), newest.id, a.Version))
	case a.Sequence == nil: // of the other kind; checked already
	case !newest.valid && a.Status == feed.Skipped && w.skipped[hold{o.file.ID(), *a.Sequence}]:
	case !newest.valid:
		if a.Status != feed.Rejected || a.Rejects == nil {
			w.broken(fmt.Errorf("%s is invalid and ends as %s", o.file.Key(), a.Status))
		} else if _, _, err := w.bucket.Read(context.Background(), a.Rejects.Location); err != nil {
			w.broken(fmt.Errorf("%s is rejected without a report: %w", o.file.Key(), err))
		}
	case w.dropped(o.file.ID(), o.file.Name, newest.id):
		if a.Status != feed.Skipped {
			w.broken(fmt.Errorf("%s was skipped by an operator and ends as %s", o.file.Key(), a.Status))
		}
	case *a.Sequence < hole:
		want, number := feed.Skipped, load[feed.Number](w, feed.NumberKey(o.file.ID(), *a.Sequence))
		if number.Counted.File == o.file.Name { // of two files with one number, it came later
			want = feed.Aggregated
		}
		if a.Status != want {
			w.broken(fmt.Errorf("%s is valid and ends as %s, not as %s", o.file.Key(), a.Status, want))
		}
	case a.Status == feed.Skipped && !w.standsAlone(o):
	case a.Status != feed.Waiting || a.WaitingFor == nil || a.WaitingFor.Sequence != hole:
		w.broken(fmt.Errorf("%s waits for number %d and ends as %s, waiting for %v", o.file.Key(), hole, a.Status, a.WaitingFor))
	}
}

func (w *world) standsAlone(o *object) bool {
	for _, other := range w.objects {
		if other != o && other.file.ID() == o.file.ID() && o.file.Sequence > 0 && other.file.Sequence == o.file.Sequence {
			return false
		}
	}
	return true
}
