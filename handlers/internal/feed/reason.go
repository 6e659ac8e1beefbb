package feed

import (
	"errors"
	"fmt"

	"market-data-pipeline/handlers/internal/objects"
)

// Reason is what a partner is told of an error: no more than it can act upon.
func Reason(stage Stage, cause error) string {
	var archived *objects.ArchivedError
	switch {
	case errors.As(cause, &archived):
		return archived.Error()
	case errors.Is(cause, objects.ErrMissing):
		return fmt.Sprintf("the %s needs an object that was deleted", stage)
	case errors.Is(cause, objects.ErrDenied):
		return fmt.Sprintf("the %s needs an object that was deleted or may not be read", stage)
	default:
		return fmt.Sprintf("the %s failed %d times; the operator has been told", stage, LastAttempt)
	}
}
