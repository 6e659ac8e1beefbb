package objects_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"market-data-pipeline/handlers/internal/emulatortest"
	"market-data-pipeline/handlers/internal/objects"
)

// put is a partner's upload: it gives the version's identifier.
type put func(t *testing.T, key string, body []byte) string

func TestTheBucketInMemory(t *testing.T) {
	contract(t, func(*testing.T) (objects.Bucket, put) {
		bucket, versions := objects.NewMemory(), 0
		return bucket, func(_ *testing.T, key string, body []byte) string {
			versions++
			id := fmt.Sprint("v", versions)
			bucket.Put(key, id, body)
			return id
		}
	})
}

func TestTheBucketInS3(t *testing.T) {
	config := emulatortest.Start(t)
	client := s3.NewFromConfig(config, func(o *s3.Options) { o.UsePathStyle = true })
	buckets := 0
	var last objects.S3
	contract(t, func(t *testing.T) (objects.Bucket, put) {
		buckets++
		name := fmt.Sprintf("bucket-%d", buckets)
		if _, err := client.CreateBucket(context.Background(), &s3.CreateBucketInput{Bucket: &name}); err != nil {
			t.Fatal(err)
		}
		_, err := client.PutBucketVersioning(context.Background(), &s3.PutBucketVersioningInput{
			Bucket:                  &name,
			VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled},
		})
		if err != nil {
			t.Fatal(err)
		}
		last = objects.S3{Client: client, Name: name}
		return last, func(t *testing.T, key string, body []byte) string {
			answer, err := client.PutObject(context.Background(), &s3.PutObjectInput{
				Bucket: &name, Key: &key, Body: bytes.NewReader(body),
			})
			if err != nil {
				t.Fatal(err)
			}
			return aws.ToString(answer.VersionId)
		}
	})
	t.Run("an object says what it is", func(t *testing.T) {
		ctx := context.Background()
		for key, err := range map[string]error{
			"written":  last.Write(ctx, "written", objects.JSONL, nil),
			"replaced": last.Replace(ctx, "replaced", objects.JSONL, nil, ""),
			"uploaded": last.Upload(ctx, "uploaded", objects.JSONL, func(io.Writer) error { return nil }),
			"in parts": last.Upload(ctx, "in parts", objects.JSONL, func(w io.Writer) error {
				_, err := w.Write(make([]byte, 8<<20))
				return err
			}),
		} {
			if err != nil {
				t.Fatal(err)
			}
			head, err := client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &last.Name, Key: &key})
			if err != nil || aws.ToString(head.ContentType) != objects.JSONL {
				t.Errorf("what was %s is %+v, %v", key, head, err)
			}
		}
	})
}

func contract(t *testing.T, open func(*testing.T) (objects.Bucket, put)) {
	ctx := context.Background()
	t.Run("each version of an object can be streamed", func(t *testing.T) {
		bucket, put := open(t)
		first := put(t, "uploads/a/b/x + ä.csv", []byte("first"))
		second := put(t, "uploads/a/b/x + ä.csv", nil)
		for version, want := range map[string]string{first: "first", second: ""} {
			body, err := bucket.Open(ctx, "uploads/a/b/x + ä.csv", version)
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(body)
			if err != nil || string(got) != want {
				t.Errorf("got %q, %v", got, err)
			}
			if err := body.Close(); err != nil {
				t.Error(err)
			}
		}
	})
	t.Run("what is missing is said to be", func(t *testing.T) {
		bucket, put := open(t)
		version := put(t, "x", []byte("x"))
		if _, err := bucket.Open(ctx, "y", version); !errors.Is(err, objects.ErrMissing) {
			t.Errorf("Open: %v", err)
		}
		if _, _, err := bucket.Read(ctx, "y"); !errors.Is(err, objects.ErrMissing) {
			t.Errorf("Read: %v", err)
		}
	})
	t.Run("what is written is read", func(t *testing.T) {
		bucket, _ := open(t)
		if err := bucket.Write(ctx, "x", objects.JSON, []byte("one")); err != nil {
			t.Fatal(err)
		}
		body, etag, err := bucket.Read(ctx, "x")
		if err != nil || string(body) != "one" || etag == "" {
			t.Errorf("got %q, %q, %v", body, etag, err)
		}
	})
	t.Run("an object is replaced only if it is as it was read", func(t *testing.T) {
		bucket, _ := open(t)
		if err := bucket.Replace(ctx, "x", objects.JSON, []byte("one"), ""); err != nil {
			t.Fatal(err)
		}
		_, etag, err := bucket.Read(ctx, "x")
		if err != nil {
			t.Fatal(err)
		}
		if err := bucket.Replace(ctx, "x", objects.JSON, []byte("other"), ""); !errors.Is(err, objects.ErrChanged) {
			t.Errorf("a first writing over another: %v", err)
		}
		if err := bucket.Replace(ctx, "x", objects.JSON, []byte("two"), etag); err != nil {
			t.Error(err)
		}
		if err := bucket.Replace(ctx, "x", objects.JSON, []byte("three"), etag); !errors.Is(err, objects.ErrChanged) {
			t.Errorf("a replacement by a stale reader: %v", err)
		}
		if body, _, err := bucket.Read(ctx, "x"); err != nil || string(body) != "two" {
			t.Errorf("got %q, %v", body, err)
		}
	})
	t.Run("an object that is gone is no longer as it was read", func(t *testing.T) {
		bucket, _ := open(t)
		if err := bucket.Replace(ctx, "x", objects.JSON, []byte("two"), `"etag"`); !errors.Is(err, objects.ErrChanged) {
			t.Errorf("got %v", err)
		}
		if _, _, err := bucket.Read(ctx, "x"); !errors.Is(err, objects.ErrMissing) {
			t.Errorf("Read: %v", err)
		}
	})
	t.Run("an object of any length is uploaded as it is produced", func(t *testing.T) {
		bucket, _ := open(t)
		for _, size := range []int{0, 5, 8 << 20, 8<<20 + 1, 20<<20 + 1} {
			want := bytes.Repeat([]byte("0123456789abcdef"), size/16+1)[:size]
			err := bucket.Upload(ctx, "x", objects.Parquet, func(w io.Writer) error {
				_, err := io.Copy(w, bytes.NewReader(want))
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if got, _, err := bucket.Read(ctx, "x"); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%d bytes become %d (%v)", size, len(got), err)
			}
		}
	})
	t.Run("nothing appears of an upload that fails", func(t *testing.T) {
		bucket, _ := open(t)
		broken := errors.New("broken")
		err := bucket.Upload(ctx, "x", objects.Parquet, func(w io.Writer) error {
			if _, err := w.Write(make([]byte, 9<<20)); err != nil {
				return err
			}
			return broken
		})
		if !errors.Is(err, broken) {
			t.Errorf("got %v", err)
		}
		if _, _, err := bucket.Read(ctx, "x"); !errors.Is(err, objects.ErrMissing) {
			t.Errorf("Read: %v", err)
		}
	})
}
