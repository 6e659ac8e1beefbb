package queue

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/smithy-go"
)

// ErrExpired says that a receipt is void: its message has been visible again since,
// or is no longer in the queue.
var ErrExpired = errors.New("the message's receipt has expired")

// Queue is one FIFO work queue.
type Queue interface {
	// Send puts work at the end of its feed's group. cause names what made it
	// necessary, so that only a repeat of the same cause is dropped as a
	// duplicate; at most 128 letters, digits and punctuation.
	Send(ctx context.Context, work Work, cause string) error
	// Delay hides a received message from now on for a while and no longer, so that
	// its next attempt waits as long as is sensible, not for the whole visibility
	// timeout. ErrExpired when the receipt is void.
	Delay(ctx context.Context, receipt string, wait time.Duration) error
}

// SQS is a Queue in Amazon SQS.
type SQS struct {
	Client *sqs.Client
	URL    string
}

// Send implements Queue.
func (q SQS) Send(ctx context.Context, work Work, cause string) error {
	body, err := work.Encode()
	if err != nil {
		return err
	}
	group := work.Group()
	_, err = q.Client.SendMessage(ctx, &sqs.SendMessageInput{
		QueueUrl: &q.URL, MessageBody: &body, MessageGroupId: &group, MessageDeduplicationId: &cause,
	})
	if err != nil {
		return fmt.Errorf("send number %d of %s: %w", work.Number, group, err)
	}
	return nil
}

// Delay implements Queue.
func (q SQS) Delay(ctx context.Context, receipt string, wait time.Duration) error {
	_, err := q.Client.ChangeMessageVisibility(ctx, &sqs.ChangeMessageVisibilityInput{
		QueueUrl: &q.URL, ReceiptHandle: &receipt, VisibilityTimeout: int32(wait / time.Second),
	})
	var api smithy.APIError
	if errors.As(err, &api) && slices.Contains(voidReceipt, api.ErrorCode()) {
		return fmt.Errorf("delay message: %w: %w", ErrExpired, err)
	}
	if err != nil {
		return fmt.Errorf("delay message: %w", err)
	}
	return nil
}

// voidReceipt are SQS's codes for a receipt that is of no more use. It says
// InvalidParameterValue of a FIFO queue's that has expired; nothing else that
// Delay sends can be at fault.
var voidReceipt = []string{"ReceiptHandleIsInvalid", "InvalidParameterValue", "MessageNotInflight",
	"AWS.SimpleQueueService.MessageNotInflight"}

// Memory is a Queue in memory that keeps what was sent. It drops a repeated
// cause, as SQS does for five minutes.
type Memory struct {
	Sent   []Work
	Causes []string
	Delays []time.Duration
}

// Send implements Queue.
func (m *Memory) Send(_ context.Context, work Work, cause string) error {
	for _, known := range m.Causes {
		if known == cause {
			return nil
		}
	}
	m.Sent, m.Causes = append(m.Sent, work), append(m.Causes, cause)
	return nil
}

// Delay implements Queue.
func (m *Memory) Delay(_ context.Context, _ string, wait time.Duration) error {
	m.Delays = append(m.Delays, wait)
	return nil
}
