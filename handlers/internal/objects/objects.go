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
	// Open streams one version of an object from its start; "" is the current one.
	Open(ctx context.Context, key, versionID string) (io.ReadCloser, error)
	// Head tells of the current version.
	Head(ctx context.Context, key string) (Head, error)
	// Write writes a small object, whatever is there.
	Write(ctx context.Context, key, mediaType string, body []byte) error
	// Create begins an object of unknown length.
	Create(ctx context.Context, key, mediaType string, metadata map[string]string) Upload
}

// Head is what is known of an object without reading it.
type Head struct {
	ETag     string
	Metadata map[string]string
}

// Upload is an object that is being written, in bounded memory. Nothing appears under
// its key before Complete; one that is not completed needs nothing more.
type Upload interface {
	io.Writer
	// Complete puts the object in the place of the one with the ETag, or, with the
	// ETag "", where there is none. ErrChanged when it is otherwise.
	Complete(etag string) error
}
