package objects

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// partBytes bounds the memory of an upload. S3 takes 10,000 parts: 78 GiB.
const partBytes = 8 << 20

// Create implements Bucket: one request where the object fits into a part, else a
// multipart upload. Parts, not a temporary file, so that no object is bounded by the
// function's disk. An upload that fails is left to the bucket's lifecycle rule for
// incomplete uploads, which also catches what a killed function leaves.
func (b S3) Create(ctx context.Context, key, mediaType string, metadata map[string]string) Upload {
	return &multipart{ctx: ctx, bucket: b, key: key, mediaType: mediaType, metadata: metadata}
}

type multipart struct {
	ctx       context.Context
	bucket    S3
	key       string
	mediaType string
	metadata  map[string]string
	id        *string
	parts     []types.CompletedPart
	buffer    bytes.Buffer
}

// Write implements io.Writer.
func (u *multipart) Write(p []byte) (int, error) {
	written := 0
	for len(p) > 0 {
		n := min(len(p), partBytes-u.buffer.Len())
		u.buffer.Write(p[:n])
		p, written = p[n:], written+n
		if u.buffer.Len() == partBytes {
			if err := u.send(); err != nil {
				return written, err
			}
		}
	}
	return written, nil
}

func (u *multipart) send() error {
	if u.id == nil {
		answer, err := u.bucket.Client.CreateMultipartUpload(u.ctx, &s3.CreateMultipartUploadInput{
			Bucket: &u.bucket.Name, Key: &u.key, ContentType: &u.mediaType, Metadata: u.metadata,
		})
		if err != nil {
			return translate("write", u.key, err)
		}
		u.id = answer.UploadId
	}
	number := aws.Int32(int32(len(u.parts) + 1))
	answer, err := u.bucket.Client.UploadPart(u.ctx, &s3.UploadPartInput{
		Bucket: &u.bucket.Name, Key: &u.key, UploadId: u.id, PartNumber: number, Body: bytes.NewReader(u.buffer.Bytes()),
	})
	if err != nil {
		return translate("write", u.key, err)
	}
	u.parts = append(u.parts, types.CompletedPart{
		ETag: answer.ETag, PartNumber: number,
		ChecksumCRC32: answer.ChecksumCRC32, ChecksumCRC64NVME: answer.ChecksumCRC64NVME,
	})
	u.buffer.Reset()
	return nil
}

// Complete implements Upload.
func (u *multipart) Complete(etag string) error {
	match, noneMatch := &etag, (*string)(nil)
	if etag == "" {
		match, noneMatch = nil, aws.String("*")
	}
	var err error
	if u.id == nil {
		_, err = u.bucket.Client.PutObject(u.ctx, &s3.PutObjectInput{
			Bucket: &u.bucket.Name, Key: &u.key, ContentType: &u.mediaType, Metadata: u.metadata,
			Body: bytes.NewReader(u.buffer.Bytes()), IfMatch: match, IfNoneMatch: noneMatch,
		})
	} else {
		if u.buffer.Len() > 0 {
			if err := u.send(); err != nil {
				return err
			}
		}
		_, err = u.bucket.Client.CompleteMultipartUpload(u.ctx, &s3.CompleteMultipartUploadInput{
			Bucket: &u.bucket.Name, Key: &u.key, UploadId: u.id, IfMatch: match, IfNoneMatch: noneMatch,
			MultipartUpload: &types.CompletedMultipartUpload{Parts: u.parts},
		})
	}
	if err = translate("complete", u.key, err); errors.Is(err, ErrMissing) { // so S3 says that what has the ETag is gone
		return fmt.Errorf("complete %s: %w", u.key, ErrChanged)
	}
	return err
}
