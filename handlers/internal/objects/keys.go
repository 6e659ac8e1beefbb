package objects

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// BarsKey is where the processor writes a number's one-minute bars of a trading day
// (YYYY-MM-DD). feed is {partner}/{feed}, here and below.
func BarsKey(feed, date string, number int64) string { return dataKey("bars", feed, date, number) }

// DaysKey is where the processor writes what a number comes to on a trading day, per symbol.
func DaysKey(feed, date string, number int64) string { return dataKey("days", feed, date, number) }

func dataKey(table, feed, date string, number int64) string {
	partner, name, _ := strings.Cut(feed, "/")
	return fmt.Sprintf("data/%s/partner=%s/feed=%s/date=%s/%018d.parquet", table, partner, name, date, number)
}

// NodeKey is where the aggregator writes what a run of numbers, of which first is the
// lowest, comes to on a trading day.
func NodeKey(feed, date string, level int, first int64) string {
	return fmt.Sprintf("aggregates/%s/%s/%d/%018d.parquet", feed, date, level, first)
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
