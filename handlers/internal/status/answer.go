package status

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/aws/aws-lambda-go/events"
)

type answer struct {
	status  int
	headers map[string]string
	body    []byte
}

// proxy has the body whatever the method: no answer to HEAD may have one (RFC 9110,
// 9.3.2), so the gateway leaves it out, and has the length of GET's to announce.
func (a answer) proxy() events.APIGatewayProxyResponse {
	return events.APIGatewayProxyResponse{StatusCode: a.status, Headers: a.headers, Body: string(a.body)}
}

// conditional is the document with its ETag, or 304 for who has it already.
func conditional(document any, ifNoneMatch string) answer {
	body := encode(document)
	digest := sha256.Sum256(body)
	etag := `"` + hex.EncodeToString(digest[:16]) + `"`
	a := answer{status: http.StatusOK, body: body, headers: map[string]string{
		"Content-Type":           "application/json",
		"ETag":                   etag,
		"Cache-Control":          "private, no-cache",
		"X-Content-Type-Options": "nosniff",
	}}
	if matches(ifNoneMatch, etag) {
		delete(a.headers, "Content-Type")
		a.status, a.body = http.StatusNotModified, nil
	}
	return a
}

// matches compares weakly, as RFC 9110 has it for If-None-Match.
func matches(ifNoneMatch, etag string) bool {
	for _, candidate := range strings.Split(ifNoneMatch, ",") {
		candidate = strings.TrimPrefix(strings.TrimSpace(candidate), "W/")
		if candidate == etag || candidate == "*" {
			return true
		}
	}
	return false
}

// problem is an error as RFC 9457 has it.
func problem(status int, detail string) answer {
	return answer{
		status: status,
		headers: map[string]string{
			"Content-Type":           "application/problem+json",
			"Cache-Control":          "no-store",
			"X-Content-Type-Options": "nosniff",
		},
		body: encode(struct {
			Type   string `json:"type"`
			Title  string `json:"title"`
			Status int    `json:"status"`
			Detail string `json:"detail"`
		}{"about:blank", http.StatusText(status), status, detail}),
	}
}

// encode writes the answers' own types, which always can be written.
func encode(document any) []byte {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(document); err != nil {
		panic(err)
	}
	return bytes.TrimSuffix(body.Bytes(), []byte("\n"))
}

// cors adds what lets a page of an allowed origin read the answer.
func (s Status) cors(headers map[string]string, origin string) map[string]string {
	switch {
	case slices.Contains(s.Origins, "*"):
		headers["Access-Control-Allow-Origin"] = "*"
	case origin != "" && slices.Contains(s.Origins, origin):
		headers["Access-Control-Allow-Origin"] = origin
		headers["Vary"] = "Origin"
	default:
		headers["Vary"] = "Origin"
		return headers
	}
	headers["Access-Control-Expose-Headers"] = "ETag, Retry-After"
	headers["Access-Control-Allow-Methods"] = allowed
	headers["Access-Control-Allow-Headers"] =
		"Authorization, If-None-Match, X-Amz-Content-Sha256, X-Amz-Date, X-Amz-Security-Token"
	headers["Access-Control-Max-Age"] = "600"
	return headers
}
