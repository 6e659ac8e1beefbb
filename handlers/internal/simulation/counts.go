package simulation

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"time"

	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/logging"
	"market-data-pipeline/handlers/internal/store"
)

// counts is the metric of the files that wait, by the time that a count is for: the
// functions write it into their log.
type counts map[int64]int

// listening is a context whose log the counts are read from.
func (w *world) listening() context.Context {
	return logging.Into(context.Background(), slog.New(w.counts))
}

func (counts) Enabled(context.Context, slog.Level) bool { return true }
func (c counts) WithAttrs([]slog.Attr) slog.Handler     { return c }
func (c counts) WithGroup(string) slog.Handler          { return c }

// Handle implements slog.Handler.
func (c counts) Handle(_ context.Context, record slog.Record) error {
	change := 0
	var metric struct{ Timestamp int64 }
	record.Attrs(func(a slog.Attr) bool {
		switch a.Key {
		case "WaitingFilesChange":
			change = int(a.Value.Int64())
		case "_aws":
			raw, err := json.Marshal(a.Value.Any())
			if err == nil {
				err = json.Unmarshal(raw, &metric)
			}
			if err != nil {
				panic(err)
			}
		}
		return true
	})
	c.add(metric.Timestamp, change)
	return nil
}

func (c counts) add(at int64, change int) {
	if c[at] += change; c[at] == 0 {
		delete(c, at)
	}
}

// dueAt is the time that the wait of a number at a stage is counted for.
func dueAt(since string) int64 {
	began, err := time.Parse(time.RFC3339, since)
	if err != nil {
		panic(err)
	}
	return began.Add(10 * time.Minute).UnixMilli()
}

// checkCounts demands that what is counted for each time is what waits since ten
// minutes before it. An answer that is lost may take a count with it.
func (w *world) checkCounts() {
	waiting := counts{}
	for _, id := range w.feeds() {
		items, err := w.store.Query(context.Background(), store.Range{
			Partition: id, From: "NUMBER#", To: store.MaxSort("NUMBER#"), Limit: 1000,
		})
		if err != nil {
			panic(err)
		}
		for _, item := range items {
			number := load[feed.Number](w, item.Key)
			for stage := range number.Parked {
				waiting.add(dueAt(number.Since[stage]), 1)
			}
		}
	}
	if !maps.Equal(waiting, w.counts) {
		w.broken(fmt.Errorf("by the time: waiting are %v, counted %v", waiting, w.counts))
	}
}
