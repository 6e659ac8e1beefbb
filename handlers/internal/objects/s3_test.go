package objects_test

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"market-data-pipeline/handlers/internal/objects"
)

// bucketOf is a bucket of a server that answers as S3 is known to.
func bucketOf(t *testing.T, answer http.HandlerFunc) objects.S3 {
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	return objects.S3{Name: "uploads", Client: s3.New(s3.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(server.URL), UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider("key", "secret", ""),
		Retryer:     aws.NopRetryer{},
	})}
}

func TestAStreamGoesOnWhereItBrokeOff(t *testing.T) {
	const whole = "0123456789abcdefghij"
	var ranges []string
	bucket := bucketOf(t, func(w http.ResponseWriter, r *http.Request) {
		ranges = append(ranges, r.Header.Get("Range"))
		if r.URL.Query().Get("versionId") != "v1" {
			t.Errorf("another version is read: %s", r.URL)
		}
		var start int
		if header := r.Header.Get("Range"); header != "" {
			if _, err := fmt.Sscanf(header, "bytes=%d-", &start); err != nil {
				t.Error(err)
			}
		}
		w.Header().Set("Content-Length", fmt.Sprint(len(whole)-start))
		if start > 0 {
			w.WriteHeader(http.StatusPartialContent)
		}
		io.WriteString(w, whole[start:min(2*start+1, len(whole))]) // and breaks off
	})
	body, err := bucket.Open(context.Background(), "x", "v1")
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	got, err := io.ReadAll(body)
	if err != nil || string(got) != whole {
		t.Errorf("got %q, %v", got, err)
	}
	if want := "[ bytes=1- bytes=3- bytes=7- bytes=15-]"; fmt.Sprint(ranges) != want {
		t.Errorf("asked for %v, want %v", ranges, want)
	}
}

func TestAStreamThatNeverGoesOnIsAnErrorWhereverItBrokeOff(t *testing.T) {
	for _, first := range []string{"", "0123"} {
		requests := 0
		bucket := bucketOf(t, func(w http.ResponseWriter, r *http.Request) {
			requests++
			w.Header().Set("Content-Length", "10")
			if r.Header.Get("Range") == "" {
				io.WriteString(w, first)
			}
		})
		body, err := bucket.Open(context.Background(), "x", "v1")
		if err != nil {
			t.Fatal(err)
		}
		defer body.Close()
		got, err := io.ReadAll(body)
		if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("at byte %d:", len(first))) || string(got) != first {
			t.Errorf("got %q, %v", got, err)
		}
		if requests != 4 {
			t.Errorf("asked %d times, want 4", requests)
		}
	}
}

// A partner may say of a file that it is encoded. Go would decode it on the way, and
// a stream that breaks off would go on at another byte.
func TestAnObjectIsStreamedAsItIsStored(t *testing.T) {
	const stored = "\x1f\x8bno gzip in truth"
	bucket := bucketOf(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		io.WriteString(w, stored)
	})
	body, err := bucket.Open(context.Background(), "x", "v1")
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	if got, err := io.ReadAll(body); err != nil || string(got) != stored {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestAStreamEndsWithItsFunction(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	requests := 0
	bucket := bucketOf(t, func(w http.ResponseWriter, r *http.Request) {
		requests++
		w.Header().Set("Content-Length", "10")
		io.WriteString(w, "0123")
		w.(http.Flusher).Flush()
		cancel()
		<-r.Context().Done()
	})
	body, err := bucket.Open(ctx, "x", "v1")
	if err == nil {
		defer body.Close()
		_, err = io.ReadAll(body)
	}
	if !errors.Is(err, context.Canceled) || requests != 1 {
		t.Errorf("got %v after %d requests", err, requests)
	}
}

func TestAStreamThatMayNotGoOnIsAnError(t *testing.T) {
	bucket := bucketOf(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Range") != "" {
			fault(403, "AccessDenied")(w, r)
			return
		}
		w.Header().Set("Content-Length", "10")
		io.WriteString(w, "0123") // and breaks off
	})
	body, err := bucket.Open(context.Background(), "x", "v1")
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	if got, err := io.ReadAll(body); !errors.Is(err, objects.ErrDenied) || string(got) != "0123" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestTheErrorsOfS3AreTold(t *testing.T) {
	for code, c := range map[string]struct {
		status int
		is     error
	}{
		"NoSuchKey":        {404, objects.ErrMissing},
		"NoSuchVersion":    {404, objects.ErrMissing},
		"MethodNotAllowed": {405, objects.ErrMissing},
		"AccessDenied":     {403, objects.ErrDenied},
	} {
		t.Run(code, func(t *testing.T) {
			_, err := bucketOf(t, fault(c.status, code)).Open(context.Background(), "x", "v1")
			if !errors.Is(err, c.is) {
				t.Errorf("got %v", err)
			}
		})
	}
	t.Run("InvalidObjectState", func(t *testing.T) {
		_, err := bucketOf(t, fault(403, "InvalidObjectState")).Open(context.Background(), "data/x", "")
		var archived *objects.ArchivedError
		if !errors.As(err, &archived) || archived.Key != "data/x" || archived.Asked || !strings.Contains(err.Error(), "restore") {
			t.Errorf("got %v", err)
		}
	})
	for answer, restore := range map[string]http.HandlerFunc{
		"taken":   func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(202) },
		"started": fault(409, "RestoreAlreadyInProgress"),
	} {
		t.Run("InvalidObjectState, and the restore is "+answer, func(t *testing.T) {
			var asked []string
			b := bucketOf(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodGet {
					fault(403, "InvalidObjectState")(w, r)
					return
				}
				var request struct {
					Days int
					Tier string `xml:"GlacierJobParameters>Tier"`
				}
				if err := xml.NewDecoder(r.Body).Decode(&request); err != nil {
					t.Error(err)
				}
				asked = append(asked, fmt.Sprint(r.URL.Path, " ", r.URL.Query().Get("versionId"), " ", request))
				restore(w, r)
			})
			_, err := b.Open(context.Background(), "uploads/x", "v1")
			var archived *objects.ArchivedError
			if !errors.As(err, &archived) || *archived != (objects.ArchivedError{Key: "uploads/x", Asked: true}) {
				t.Errorf("got %v", err)
			}
			if len(asked) != 1 || !strings.HasSuffix(asked[0], "/uploads/x v1 {7 Standard}") {
				t.Errorf("asked for %q", asked)
			}
			if !strings.HasSuffix(err.Error(), "its restore has been asked for and takes 3 to 5 hours") {
				t.Error(err)
			}
		})
	}
	for code, status := range map[string]int{"ConditionalRequestConflict": 409, "PreconditionFailed": 412} {
		t.Run(code, func(t *testing.T) {
			err := bucketOf(t, fault(status, code)).Create(context.Background(), "x", objects.Parquet, nil).Complete("")
			if !errors.Is(err, objects.ErrChanged) {
				t.Errorf("got %v", err)
			}
		})
	}
	for status, want := range map[int]error{404: objects.ErrMissing, 403: objects.ErrDenied} { // without a body
		t.Run(fmt.Sprint("HEAD answers ", status), func(t *testing.T) {
			_, err := bucketOf(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }).Head(context.Background(), "x")
			if !errors.Is(err, want) {
				t.Errorf("got %v", err)
			}
		})
	}
	t.Run("a bucket that is missing is not a missing object", func(t *testing.T) {
		_, err := bucketOf(t, fault(404, "NoSuchBucket")).Open(context.Background(), "x", "v1")
		if err == nil || errors.Is(err, objects.ErrMissing) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("any other", func(t *testing.T) {
		err := bucketOf(t, fault(500, "InternalError")).Write(context.Background(), "x", objects.JSON, nil)
		if err == nil || errors.Is(err, objects.ErrMissing) || errors.Is(err, objects.ErrChanged) {
			t.Errorf("got %v", err)
		}
	})
}

func fault(status int, code string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		fmt.Fprintf(w, "<Error><Code>%s</Code><Message>no</Message></Error>", code)
	}
}
