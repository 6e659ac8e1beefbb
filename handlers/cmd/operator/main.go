// Command operator does what `pipeline feed` and `pipeline redrive` ask for. It is
// built for the host and not deployed. It reads one request from standard input, has
// its credentials and its endpoint from the environment, as a function has, and
// writes one answer to standard output: what was done, or why the ledger refuses.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"market-data-pipeline/handlers/internal/aws"
	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/operator"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	var request operator.Request
	if err := json.NewDecoder(os.Stdin).Decode(&request); err != nil {
		return fmt.Errorf("the request is no JSON: %w", err)
	}
	config, err := aws.Config()
	if err != nil {
		return err
	}
	o := operator.New(config, request.Stack)
	answer, err := o.Answer(ctx, request, request.Stack.DeadLetters(config, request.Function))
	var refusal *feed.Refusal
	if errors.As(err, &refusal) {
		answer, err = map[string]*feed.Refusal{"refusal": refusal}, nil
	}
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(answer)
}
