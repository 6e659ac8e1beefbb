package objects_test

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"market-data-pipeline/handlers/internal/objects"
)

// multipart is a server that takes an upload in parts, but for the request refused.
type multipart struct {
	t         *testing.T
	refused   string
	refuse    http.HandlerFunc
	requests  []string
	mediaType string
	completed []part
}

type part struct {
	PartNumber                             int
	ETag, ChecksumCRC32, ChecksumCRC64NVME string
}

func (m *multipart) answer(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	request, number := r.Method, query.Get("partNumber")
	switch {
	case query.Has("uploads"):
		request, m.mediaType = "create", r.Header.Get("Content-Type")
	case number != "":
		request = "part " + number
	case query.Has("uploadId"):
		request = "complete"
	}
	m.requests = append(m.requests, request)
	sent, err := io.ReadAll(r.Body)
	if err != nil {
		m.t.Error(err)
	}
	if request == m.refused {
		m.refuse(w, r)
		return
	}
	if request != "create" && query.Get("uploadId") != "id" {
		m.t.Errorf("%s of another upload: %s", request, r.URL)
	}
	switch request {
	case "create":
		io.WriteString(w, "<InitiateMultipartUploadResult><UploadId>id</UploadId></InitiateMultipartUploadResult>")
	case "complete":
		var body struct{ Part []part }
		if err := xml.Unmarshal(sent, &body); err != nil {
			m.t.Error(err)
		}
		m.completed = body.Part
		io.WriteString(w, "<CompleteMultipartUploadResult/>")
	default:
		w.Header().Set("ETag", "etag-"+number)
		w.Header().Set("x-amz-checksum-crc32", "crc32-"+number)
		w.Header().Set("x-amz-checksum-crc64nvme", "crc64-"+number)
	}
}

func (m *multipart) upload(t *testing.T, size int) error {
	m.t = t
	upload := bucketOf(t, m.answer).Create(context.Background(), "x", objects.Parquet, nil)
	if _, err := upload.Write(make([]byte, size)); err != nil {
		return err
	}
	return upload.Complete("")
}

const partSize = 8 << 20

func TestAnUploadInPartsNamesEachAsS3Does(t *testing.T) {
	server := new(multipart)
	if err := server.upload(t, 2*partSize+1); err != nil {
		t.Fatal(err)
	}
	var want []part
	for n := 1; n <= 3; n++ {
		want = append(want, part{n, fmt.Sprint("etag-", n), fmt.Sprint("crc32-", n), fmt.Sprint("crc64-", n)})
	}
	if diff := cmp.Diff(want, server.completed); diff != "" || server.mediaType != objects.Parquet {
		t.Errorf("completed an upload of %s with\n%s", server.mediaType, diff)
	}
}

func TestAnUploadHasNoEmptyPart(t *testing.T) {
	server := new(multipart)
	if err := server.upload(t, 2*partSize); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"create", "part 1", "part 2", "complete"}, server.requests); diff != "" {
		t.Error(diff)
	}
}

func TestAnUploadThatIsRefusedAtAnyStepIsAnErrorAndGoesNoFurther(t *testing.T) {
	for steps, refused := range []string{"create", "part 1", "part 2", "part 3", "complete"} {
		server := &multipart{refused: refused, refuse: fault(403, "AccessDenied")}
		if err := server.upload(t, 2*partSize+1); !errors.Is(err, objects.ErrDenied) {
			t.Errorf("%s refused: %v", refused, err)
		}
		if len(server.requests) != steps+1 {
			t.Errorf("%s refused: %q", refused, server.requests)
		}
	}
}

func TestAnUploadThatIsGoneIsNotAMissingObject(t *testing.T) {
	server := &multipart{refused: "complete", refuse: fault(404, "NoSuchUpload")}
	if err := server.upload(t, partSize); err == nil || errors.Is(err, objects.ErrMissing) {
		t.Errorf("got %v", err)
	}
}

// S3 begins to answer a completion before it knows how it ends.
func TestACompletionThatFailsThoughItsAnswerBeganWellIsAnError(t *testing.T) {
	server := &multipart{refused: "complete", refuse: fault(200, "InternalError")}
	if err := server.upload(t, partSize); err == nil {
		t.Error("no error")
	}
}
