package validator

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

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
		First:    []trades.Rejection{{Value: clip(value), Reason: trades.Reason(reason)}},
	}
}

func clip(value string) string {
	if len(value) > trades.MaxValueBytes {
		value = value[:trades.MaxValueBytes]
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
	if err := v.Ledger.Reject(ctx, arrival, reason, &feed.Rejects{Count: rejects.Count, Key: key}); err != nil {
		return err
	}
	logging.From(ctx).Warn("file rejected", "outcome", "rejected", "faults", rejects.Count)
	return nil
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
