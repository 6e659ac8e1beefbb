package feed

import (
	"context"
	"errors"
	"fmt"

	"market-data-pipeline/handlers/internal/objects"
)

// Reason is what a partner is told of an error: no more than it can act upon.
func Reason(turn Turn, cause error) string {
	var archived *objects.ArchivedError
	switch {
	case errors.As(cause, &archived):
		return archived.Error()
	case errors.Is(cause, objects.ErrMissing):
		return fmt.Sprintf("the %s needs an object that was deleted", turn.Stage)
	case errors.Is(cause, objects.ErrDenied):
		return fmt.Sprintf("the %s needs an object that was deleted or may not be read", turn.Stage)
	case errors.Is(cause, context.DeadlineExceeded):
		return fmt.Sprintf("the %s did not finish in its time", turn.Stage)
	case turn.Last():
		return fmt.Sprintf("the %s failed %d times; the operator has been told", turn.Stage, LastAttempt)
	default:
		return fmt.Sprintf("the %s failed", turn.Stage)
	}
}
