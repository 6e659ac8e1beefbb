// Package logging writes structured logs: who asked, which file, what became of
// it, and never what is in it.
package logging

import (
	"context"
	"io"
	"log/slog"
	"strings"

	"github.com/aws/aws-lambda-go/lambdacontext"
)

// New makes a logger of JSON lines in the form of Lambda's own: timestamp, level
// and message. level is AWS_LAMBDA_LOG_LEVEL; information where it is empty.
func New(out io.Writer, function, level string) *slog.Logger {
	var threshold slog.Level
	switch strings.ToUpper(level) {
	case "TRACE", "DEBUG":
		threshold = slog.LevelDebug
	case "WARN":
		threshold = slog.LevelWarn
	case "ERROR", "FATAL":
		threshold = slog.LevelError
	}
	handler := slog.NewJSONHandler(out, &slog.HandlerOptions{Level: threshold, ReplaceAttr: rename})
	return slog.New(handler).With("function", function)
}

func rename(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 {
		switch a.Key {
		case slog.TimeKey:
			a.Key = "timestamp"
		case slog.MessageKey:
			a.Key = "message"
		}
	}
	return a
}

type contextKey struct{}

// With adds attributes to all that is logged under the context.
func With(ctx context.Context, attributes ...any) context.Context {
	return context.WithValue(ctx, contextKey{}, From(ctx).With(attributes...))
}

// Into makes logger the context's, with the id of the Lambda request.
func Into(ctx context.Context, logger *slog.Logger) context.Context {
	return context.WithValue(ctx, contextKey{}, logger.With("requestId", RequestID(ctx)))
}

// From is the context's logger; one that is silent where there is none.
func From(ctx context.Context) *slog.Logger {
	if logger, found := ctx.Value(contextKey{}).(*slog.Logger); found {
		return logger
	}
	return slog.New(slog.DiscardHandler)
}

// RequestID is the id of the Lambda request, or "" outside of one.
func RequestID(ctx context.Context) string {
	if lambda, found := lambdacontext.FromContext(ctx); found {
		return lambda.AwsRequestID
	}
	return ""
}
