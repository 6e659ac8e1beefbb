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

// partner is a partner's upload: it gives the version's identifier.
type partner func(t *testing.T, key string, body []byte) string

func TestTheBucketInMemory(t *testing.T) {
	contract(t, func(*testing.T) (objects.Bucket, partner) {
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
	contract(t, func(t *testing.T) (objects.Bucket, partner) {
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
			"uploaded": put(last, "uploaded", 0, ""),
			"in parts": put(last, "in parts", 8<<20, ""),
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

func contract(t *testing.T, open func(*testing.T) (objects.Bucket, partner)) {
	ctx := context.Background()
	t.Run("each version of an object can be streamed", func(t *testing.T) {
		bucket, upload := open(t)
		first := upload(t, "uploads/a/b/x + ä.csv", []byte("first"))
		second := upload(t, "uploads/a/b/x + ä.csv", nil)
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
		bucket, upload := open(t)
		version := upload(t, "x", []byte("x"))
		if _, err := bucket.Open(ctx, "y", version); !errors.Is(err, objects.ErrMissing) {
			t.Errorf("Open: %v", err)
		}
		if _, err := bucket.Open(ctx, "y", ""); !errors.Is(err, objects.ErrMissing) {
			t.Errorf("Open the current one: %v", err)
		}
		if _, err := bucket.Head(ctx, "y"); !errors.Is(err, objects.ErrMissing) {
			t.Errorf("Head: %v", err)
		}
	})
	t.Run("what is written is read", func(t *testing.T) {
		bucket, _ := open(t)
		if err := bucket.Write(ctx, "x", objects.JSON, []byte("one")); err != nil {
			t.Fatal(err)
		}
		if got, err := read(bucket, "x"); err != nil || string(got) != "one" {
			t.Errorf("got %q, %v", got, err)
		}
	})
	t.Run("an object is replaced only if it is as it was seen", func(t *testing.T) {
		bucket, _ := open(t)
		for _, size := range []int{1, 8<<20 + 1} {
			key := fmt.Sprint("x", size)
			if err := put(bucket, key, size, ""); err != nil {
				t.Fatal(err)
			}
			head, err := bucket.Head(ctx, key)
			if err != nil || head.ETag == "" || head.Metadata["revision"] != "7" {
				t.Fatalf("%+v, %v", head, err)
			}
			if err := put(bucket, key, size, ""); !errors.Is(err, objects.ErrChanged) {
				t.Errorf("a first writing over another: %v", err)
			}
			if err := put(bucket, key, size+1, head.ETag); err != nil {
				t.Error(err)
			}
			if err := put(bucket, key, size+2, head.ETag); !errors.Is(err, objects.ErrChanged) {
				t.Errorf("a replacement by one that is late: %v", err)
			}
			if got, err := read(bucket, key); err != nil || len(got) != size+1 {
				t.Errorf("got %d bytes, %v", len(got), err)
			}
		}
	})
	t.Run("an object that is gone is no longer as it was seen", func(t *testing.T) {
		bucket, _ := open(t)
		if err := put(bucket, "x", 3, `"etag"`); !errors.Is(err, objects.ErrChanged) {
			t.Errorf("got %v", err)
		}
		if _, err := bucket.Head(ctx, "x"); !errors.Is(err, objects.ErrMissing) {
			t.Errorf("Head: %v", err)
		}
	})
	t.Run("an object of any length is uploaded as it is produced", func(t *testing.T) {
		bucket, _ := open(t)
		for _, size := range []int{0, 5, 8 << 20, 8<<20 + 1, 20<<20 + 1} {
			key := fmt.Sprint("x", size)
			if err := put(bucket, key, size, ""); err != nil {
				t.Fatal(err)
			}
			if got, err := read(bucket, key); err != nil || !bytes.Equal(got, content(size)) {
				t.Errorf("%d bytes become %d (%v)", size, len(got), err)
			}
		}
	})
	t.Run("nothing appears of an upload that is not completed", func(t *testing.T) {
		bucket, _ := open(t)
		if _, err := bucket.Create(ctx, "x", objects.Parquet, nil).Write(content(9 << 20)); err != nil {
			t.Fatal(err)
		}
		if _, err := bucket.Head(ctx, "x"); !errors.Is(err, objects.ErrMissing) {
			t.Errorf("Head: %v", err)
		}
	})
}

func content(size int) []byte { return bytes.Repeat([]byte("0123456789abcdef"), size/16+1)[:size] }

// put writes an object of so many bytes in the place of the one with the ETag.
func put(bucket objects.Bucket, key string, size int, etag string) error {
	upload := bucket.Create(context.Background(), key, objects.JSONL, map[string]string{"revision": "7"})
	if _, err := upload.Write(content(size)); err != nil {
		return err
	}
	return upload.Complete(etag)
}

// read reads the current version of an object.
func read(bucket objects.Bucket, key string) ([]byte, error) {
	body, err := bucket.Open(context.Background(), key, "")
	if err != nil {
		return nil, err
	}
	defer body.Close()
	return io.ReadAll(body)
}
