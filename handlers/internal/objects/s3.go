package objects

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
)

// S3 is a Bucket in Amazon S3.
type S3 struct {
	Client *s3.Client
	Name   string
}

// Open implements Bucket. The stream goes on where it broke off, up to three
// times in a row without a byte: a file of gigabytes outlives a connection.
func (b S3) Open(ctx context.Context, key, versionID string) (io.ReadCloser, error) {
	stream := &stream{ctx: ctx, bucket: b, key: key}
	if versionID != "" {
		stream.versionID = &versionID
	}
	if err := stream.connect(); err != nil {
		return nil, err
	}
	return stream, nil
}

// Head implements Bucket.
func (b S3) Head(ctx context.Context, key string) (Head, error) {
	answer, err := b.Client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &b.Name, Key: &key})
	if err != nil {
		return Head{}, translate("look at", key, err)
	}
	return Head{ETag: aws.ToString(answer.ETag), Metadata: answer.Metadata}, nil
}

// Write implements Bucket.
func (b S3) Write(ctx context.Context, key, mediaType string, body []byte) error {
	_, err := b.Client.PutObject(ctx, &s3.PutObjectInput{
		Bucket: &b.Name, Key: &key, ContentType: &mediaType, Body: bytes.NewReader(body),
	})
	return translate("write", key, err)
}

// restoredFor is how many days a restored object can be read: time for the
// operator to let the work be tried again.
const restoredFor = 7

// unreadable translates an error of reading, and asks for the restore of an object
// that is archived.
func (b S3) unreadable(ctx context.Context, key string, versionID *string, cause error) error {
	err := translate("read", key, cause)
	var archived *ArchivedError
	if !errors.As(err, &archived) {
		return err
	}
	_, refused := b.Client.RestoreObject(ctx, &s3.RestoreObjectInput{
		Bucket: &b.Name, Key: &key, VersionId: versionID,
		RestoreRequest: &types.RestoreRequest{
			Days:                 aws.Int32(restoredFor),
			GlacierJobParameters: &types.GlacierJobParameters{Tier: types.TierStandard},
		},
	})
	var api smithy.APIError
	if refused != nil && !(errors.As(refused, &api) && api.ErrorCode() == "RestoreAlreadyInProgress") {
		return fmt.Errorf("%w; its restore cannot be asked for: %w", err, refused)
	}
	return &ArchivedError{Key: key, Asked: true}
}

type stream struct {
	ctx       context.Context
	bucket    S3
	key       string
	versionID *string // nil: the current one, which must not change on the way
	etag      *string // of the version that was begun
	body      io.ReadCloser
	offset    int64
	length    int64
	failures  int
}

func (s *stream) connect() error {
	input := &s3.GetObjectInput{Bucket: &s.bucket.Name, Key: &s.key, VersionId: s.versionID, IfMatch: s.etag}
	if s.offset > 0 {
		input.Range = aws.String(fmt.Sprintf("bytes=%d-", s.offset))
	}
	answer, err := s.bucket.Client.GetObject(s.ctx, input)
	if err != nil {
		return s.bucket.unreadable(s.ctx, s.key, s.versionID, err)
	}
	s.body, s.etag = answer.Body, answer.ETag
	s.length = s.offset + aws.ToInt64(answer.ContentLength)
	return nil
}

// Read implements io.Reader.
func (s *stream) Read(p []byte) (int, error) {
	for {
		n, err := s.body.Read(p)
		s.offset += int64(n)
		if n > 0 {
			s.failures = 0
			return n, nil
		}
		if err == nil || err == io.EOF && s.offset >= s.length {
			return 0, err
		}
		s.failures++
		if s.failures > 3 || s.ctx.Err() != nil {
			return 0, fmt.Errorf("read %s at byte %d: %w", s.key, s.offset, err)
		}
		s.body.Close()
		if err := s.connect(); err != nil {
			return 0, err
		}
	}
}

// Close implements io.Closer.
func (s *stream) Close() error { return s.body.Close() }

// translate goes by S3's code and not by the answer's status: 404 is also of a bucket
// or an upload that is missing, and that is no fault of a file's.
func translate(verb, key string, err error) error {
	if err == nil {
		return nil
	}
	var api smithy.APIError
	if errors.As(err, &api) {
		switch api.ErrorCode() {
		case "InvalidObjectState":
			return &ArchivedError{Key: key}
		// The last is of a version that is a delete marker; NotFound is HEAD's NoSuchKey,
		// whose answer has no body.
		case "NoSuchKey", "NoSuchVersion", "NotFound", "MethodNotAllowed":
			return fmt.Errorf("%s %s: %w", verb, key, ErrMissing)
		case "AccessDenied", "Forbidden":
			return fmt.Errorf("%s %s: %w", verb, key, ErrDenied)
		case "PreconditionFailed", "ConditionalRequestConflict":
			return fmt.Errorf("%s %s: %w", verb, key, ErrChanged)
		}
	}
	return fmt.Errorf("%s %s: %w", verb, key, err)
}
