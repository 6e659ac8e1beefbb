package validator

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"unicode/utf8"

	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/logging"
	"market-data-pipeline/handlers/internal/objects"
	"market-data-pipeline/handlers/internal/trades"
)

// fault is the one fault of a file that is rejected without being read.
func fault(reason, value string) *trades.Rejects {
	return &trades.Rejects{
		Count:    1,
		ByReason: map[trades.Reason]int64{trades.Reason(reason): 1},
		First:    []trades.Rejection{{Value: clip(value, trades.MaxValueBytes), Reason: trades.Reason(reason)}},
	}
}

// clip is the beginning of a value, whole characters of it.
func clip(value string, most int) string {
	if len(value) > most {
		for most > 0 && !utf8.RuneStart(value[most]) {
			most--
		}
		value = value[:most]
	}
	return string(bytes.ToValidUTF8([]byte(value), []byte("\uFFFD")))
}

// reject writes the report and then the status, so that whoever reads the status
// finds the report.
func (v Validator) reject(ctx context.Context, in intake, reason string, rejects *trades.Rejects) error {
	arrival := in.arrival
	key := objects.RejectsKey(arrival.File.ID(), arrival.File.Name, arrival.VersionID)
	if err := v.report(ctx, in.bucket, key, rejects); err != nil {
		return err
	}
	if err := v.Ledger.Reject(ctx, arrival, reason, inline(rejects, key)); err != nil {
		return err
	}
	logging.From(ctx).Warn("file rejected", "outcome", "rejected", "faults", rejects.Count)
	return nil
}

// What the status itself tells of a file's faults is bounded, as the item that holds
// it is: the report has more.
const (
	faultsInStatus  = 20
	reasonsInStatus = 50
	valueInStatus   = 80 // bytes
)

// inline is what the status tells of the faults. Of more reasons than it has room for
// it counts the most frequent.
func inline(rejects *trades.Rejects, key string) *feed.Rejects {
	told := &feed.Rejects{Count: rejects.Count, Key: key, ByReason: map[string]int64{}}
	reasons := slices.SortedFunc(maps.Keys(rejects.ByReason), func(a, b trades.Reason) int {
		return cmp.Or(cmp.Compare(rejects.ByReason[b], rejects.ByReason[a]), cmp.Compare(a, b))
	})
	for _, reason := range reasons[:min(len(reasons), reasonsInStatus)] {
		told.ByReason[string(reason)] = rejects.ByReason[reason]
	}
	for _, fault := range rejects.First[:min(len(rejects.First), faultsInStatus)] {
		told.First = append(told.First, feed.Fault{
			Line: fault.Line, Column: fault.Column, Value: clip(fault.Value, valueInStatus),
			Reason: string(fault.Reason), Remedy: fault.Reason.Remedy(),
		})
	}
	return told
}

// report writes one line with the counts of all faults and a line for each of the
// first.
func (v Validator) report(ctx context.Context, bucket, key string, rejects *trades.Rejects) error {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	lines := make([]any, 0, len(rejects.First)+1)
	lines = append(lines, struct {
		Count    int64                   `json:"count"`
		ByReason map[trades.Reason]int64 `json:"byReason"`
	}{rejects.Count, rejects.ByReason})
	for _, rejection := range rejects.First {
		lines = append(lines, rejection)
	}
	for _, line := range lines {
		if err := encoder.Encode(line); err != nil {
			return fmt.Errorf("encode report %s: %w", key, err)
		}
	}
	return v.Bucket(bucket).Write(ctx, key, objects.JSONL, body.Bytes())
}
