package objects

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// BarsKey is where the processor writes a file's one-minute bars. feed is
// {partner}/{feed}, here and below.
func BarsKey(feed string, number, revision int64) string {
	return resultsPrefix(feed, number, revision) + "bars.parquet"
}

// SummaryKey is where the processor writes what a file contributes to each day.
func SummaryKey(feed string, number, revision int64) string {
	return resultsPrefix(feed, number, revision) + "summary.json"
}

func resultsPrefix(feed string, number, revision int64) string {
	return fmt.Sprintf("results/%s/%018d/%06d/", feed, number, revision)
}

// AggregateKey is where the aggregator writes a day (YYYY-MM-DD).
func AggregateKey(feed, date string) string {
	return fmt.Sprintf("aggregates/%s/%s.json", feed, date)
}

// RejectsKey is where the validator says why it rejected a version of a file.
func RejectsKey(feed, file, versionID string) string {
	return fmt.Sprintf("rejects/%s/%s/%s.jsonl", feed, file, versionID)
}

// UnrecognisedKey is where the validator reports a key that names no feed.
func UnrecognisedKey(key string) string {
	digest := sha256.Sum256([]byte(key))
	return "rejects/unrecognised/" + hex.EncodeToString(digest[:]) + ".jsonl"
}
