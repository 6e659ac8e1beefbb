package processor

import (
	"context"
	"fmt"

	"market-data-pipeline/handlers/internal/feed"
	"market-data-pipeline/handlers/internal/queue"
	"market-data-pipeline/handlers/internal/trades"
	"market-data-pipeline/handlers/internal/tradingday"
)

// reading is how the work's file is read, and on which days its trades are: as the
// validator read it, whatever has been declared since.
func (p Processor) reading(ctx context.Context, ledger feed.Ledger, work queue.Work) (trades.Options, *tradingday.Days, error) {
	reading, err := ledger.Reading(ctx, work.Group(), work.File, work.VersionID)
	if err != nil {
		return trades.Options{}, nil, err
	}
	read, err := p.Formats.Get(ctx, reading.Hash)
	if err != nil {
		return trades.Options{}, nil, fmt.Errorf("the format that read %s: %w", work.Key, err)
	}
	days, err := tradingday.New(reading.Day)
	// The validator has judged the prices' signs and the file's size already.
	return trades.Options{Format: read, Name: work.File, AllowNonPositivePrice: true, Checked: true}, days, err
}
