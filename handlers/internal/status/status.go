// Package status answers what became of a partner's file, and how a feed stands.
// openapi.yaml is its contract.
package status

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"market-data-pipeline/handlers/internal/deadline"
	"market-data-pipeline/handlers/internal/logging"
	"market-data-pipeline/handlers/internal/store"
	"market-data-pipeline/handlers/internal/upload"
)

// Status reads the table and never writes.
type Status struct {
	Store store.Store
	// Origins are those that may read the answers in a browser; "*" is any.
	Origins []string
	Now     func() time.Time
}

// margin is what is kept of the function's time, to say that there is no answer.
const margin = 2 * time.Second

// Handle answers one request. Its error is always nil: every failure is an answer.
func (s Status) Handle(ctx context.Context, request events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
	inTime, cancel := deadline.Before(ctx, margin)
	defer cancel()
	answer := s.answer(inTime, request)
	answer.headers = s.cors(answer.headers, header(request, "Origin"))
	logging.From(ctx).Info("request answered", "stage", "status",
		"partner", printable(request.PathParameters["partner"]), "feed", printable(request.PathParameters["feed"]),
		"outcome", answer.status)
	return answer.proxy(), nil
}

// printable is a name of the grammar, or nothing: logs hold no hostile text.
func printable(name string) string {
	if upload.ValidPartner(name) {
		return name
	}
	return ""
}

const allowed = "GET, HEAD, OPTIONS"

func (s Status) answer(ctx context.Context, request events.APIGatewayProxyRequest) answer {
	switch request.HTTPMethod {
	case http.MethodGet, http.MethodHead:
	case http.MethodOptions:
		return answer{status: http.StatusNoContent, headers: map[string]string{"Allow": allowed}}
	default:
		refusal := problem(http.StatusMethodNotAllowed, "Only GET, HEAD and OPTIONS are answered here.")
		refusal.headers["Allow"] = allowed
		return refusal
	}
	// The names of a partner and a feed hold nothing that is ever percent-encoded,
	// and decide who may ask: they are taken as they are.
	partner, feed := request.PathParameters["partner"], request.PathParameters["feed"]
	if !upload.ValidPartner(partner) || !upload.ValidPartner(feed) {
		return problem(http.StatusBadRequest,
			"A partner and a feed are named by 1 to 40 of a-z, 0-9 and hyphen, not digits alone.")
	}
	document, err := s.route(ctx, request, partner, feed)
	if err != nil {
		return failure(ctx, err)
	}
	return conditional(document, header(request, "If-None-Match"))
}

func (s Status) route(ctx context.Context, request events.APIGatewayProxyRequest, partner, feed string) (any, error) {
	file, asked := request.PathParameters["file"]
	if !asked {
		page, err := parsePage(partner, feed, request)
		if err != nil {
			return nil, err
		}
		return s.feed(ctx, partner, feed, page)
	}
	// API Gateway hands the rest of the path on as it came, other gateways decode
	// it. Decoded once is meant; as it is, is for a name that has a percent sign.
	decoded, err := url.PathUnescape(file)
	if err != nil {
		return s.file(ctx, partner, feed, file)
	}
	document, err := s.file(ctx, partner, feed, decoded)
	if err != nil && decoded != file {
		if literal, literalErr := s.file(ctx, partner, feed, file); literalErr == nil {
			return literal, nil
		}
	}
	return document, err
}

// failure turns an error into an answer that tells nothing of the inside.
func failure(ctx context.Context, err error) answer {
	var refusal *refusal
	switch {
	case errors.As(err, &refusal):
		return problem(refusal.status, refusal.detail)
	case errors.Is(err, store.ErrThrottled), errors.Is(err, context.DeadlineExceeded):
		logging.From(ctx).Warn("table unavailable", "stage", "status", "error", err.Error())
		busy := problem(http.StatusServiceUnavailable, "The record is busy. Ask again in a moment.")
		busy.headers["Retry-After"] = "1"
		return busy
	default:
		logging.From(ctx).Error("request failed", "stage", "status", "error", err.Error())
		return problem(http.StatusInternalServerError, "The answer could not be made. The operator has been told.")
	}
}

// refusal is an error that is the caller's.
type refusal struct {
	status int
	detail string
}

func (r *refusal) Error() string { return r.detail }

// header reads a header by its name in any case; sent on several lines, it is a
// list. Only the last of them is in Headers.
func header(request events.APIGatewayProxyRequest, name string) string {
	for key, values := range request.MultiValueHeaders {
		if strings.EqualFold(key, name) {
			return strings.Join(values, ", ")
		}
	}
	for key, value := range request.Headers {
		if strings.EqualFold(key, name) {
			return value
		}
	}
	return ""
}
