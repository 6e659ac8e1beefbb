// Package objects reads and writes the bucket's objects.
package objects

import (
	"context"
	"errors"
	"fmt"
	"io"
)

var (
	// ErrMissing says that there is no such object or version.
	ErrMissing = errors.New("the object does not exist")
	// ErrDenied says that the object may not be read. S3 says so of a missing
	// object too, to a role that may not list the bucket.
	ErrDenied = errors.New("access to the object is denied")
	// ErrChanged says that a conditional write found another object than it expects.
	ErrChanged = errors.New("the object changed since it was read")
)

// ArchivedError says that an object must be restored from Glacier to be read.
type ArchivedError struct {
	Key string
	// Asked tells that its restore has been asked for.
	Asked bool
}

func (e *ArchivedError) Error() string {
	if e.Asked {
		return e.Key + " is archived: its restore has been asked for and takes 3 to 5 hours"
	}
	return fmt.Sprintf("%s is archived: restore it (aws s3api restore-object) and retry", e.Key)
}

// Media types of what the functions write.
const (
	JSON    = "application/json"
	JSONL   = "application/jsonl"
	Parquet = "application/vnd.apache.parquet"
)

// Bucket is one bucket.
type Bucket interface {
	// Open streams one version of an object from its start.
	Open(ctx context.Context, key, versionID string) (io.ReadCloser, error)
	// Read reads a small object whole, with its ETag.
	Read(ctx context.Context, key string) (body []byte, etag string, err error)
	// Write writes a small object.
	Write(ctx context.Context, key, mediaType string, body []byte) error
	// Replace writes a small object if the one there still has the ETag, or,
	// with the ETag "", if there is none. ErrChanged when it is otherwise.
	Replace(ctx context.Context, key, mediaType string, body []byte, etag string) error
	// Upload writes an object of unknown length as produce writes it, in bounded
	// memory. Nothing appears under the key unless produce succeeds.
	Upload(ctx context.Context, key, mediaType string, produce func(io.Writer) error) error
}
