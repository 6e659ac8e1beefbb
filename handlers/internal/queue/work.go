// Package queue carries files from stage to stage: the message and its queue.
package queue

import (
	"encoding/json"
	"fmt"

	"market-data-pipeline/handlers/internal/upload"
)

// Work is the message of both work queues: the claim to one object version.
type Work struct {
	Partner   string `json:"partner"`
	Feed      string `json:"feed"`
	File      string `json:"file"`
	Number    int64  `json:"number"`
	Revision  int64  `json:"revision"`
	Bucket    string `json:"bucket"`
	Key       string `json:"key"`
	VersionID string `json:"versionId"`
}

// Group is the message group: one per feed, so that a feed is taken in turn.
func (w Work) Group() string { return w.Partner + "/" + w.Feed }

// Encode writes the message.
func (w Work) Encode() (string, error) {
	body, err := json.Marshal(w)
	if err != nil {
		return "", fmt.Errorf("encode message: %w", err)
	}
	return string(body), nil
}

// Decode reads a message. The error names the member at fault, never its value.
func Decode(body string) (Work, error) {
	var work Work
	if err := json.Unmarshal([]byte(body), &work); err != nil {
		return Work{}, fmt.Errorf("the message is not work of this pipeline: %w", err)
	}
	file, err := upload.New(work.Partner, work.Feed, work.File)
	switch {
	case err != nil:
		return Work{}, fmt.Errorf("the message names no file of this pipeline: %w", err)
	case work.Key != file.Key():
		return Work{}, fmt.Errorf("the message's key is not its file's")
	case work.Number < 1 || work.Number > 999_999_999_999_999_999:
		return Work{}, fmt.Errorf("the message's number is out of range")
	case file.Sequence != 0 && file.Sequence != work.Number:
		return Work{}, fmt.Errorf("the message's number is not its file's sequence")
	case work.Revision < 1 || work.Revision > 999_999:
		return Work{}, fmt.Errorf("the message's revision is out of range")
	case work.Bucket == "" || work.VersionID == "":
		return Work{}, fmt.Errorf("the message lacks bucket or versionId")
	}
	return work, nil
}

// Of is the work on another file of the same feed.
func (w Work) Of(number, revision int64, name, versionID string) Work {
	file := upload.File{Partner: w.Partner, Feed: w.Feed, Name: name}
	w.File, w.Key, w.Number, w.Revision, w.VersionID = name, file.Key(), number, revision, versionID
	return w
}

// Cause names the sending of work on account of a message or request: a repeat of
// it, and nothing else, has the same name.
func Cause(id string, work Work) string {
	return fmt.Sprintf("%s-%d-%d", id, work.Number, work.Revision)
}
