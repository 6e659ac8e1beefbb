package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"time"

	"market-data-pipeline/handlers/internal/bars"
	"market-data-pipeline/handlers/internal/format"
	"market-data-pipeline/handlers/internal/trades"
)

// formReport is what --format prints: the speeds on a file of one format.
type formReport struct {
	Bytes  int                `json:"bytes"`
	Rows   int64              `json:"rows"`
	Speeds map[string]float64 `json:"megabytesPerCpuSecond"`
	RowsPS map[string]float64 `json:"rowsPerCpuSecond"`
}

// measureForm reads a file by a format, given as JSON, validating it and making its
// bars; name is what the format reads of the file's name.
func measureForm(path, file, name string, rounds int) error {
	body, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	f, err := format.Parse(body)
	if err != nil {
		return err
	}
	plain, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	report := formReport{Bytes: len(plain), Speeds: map[string]float64{}, RowsPS: map[string]float64{}}
	options := trades.Options{Format: f, Name: name}
	work := map[string]func() (trades.Result, error){
		validateOurs: func() (trades.Result, error) {
			return trades.Scan(context.Background(), bytes.NewReader(plain), options, nil)
		},
		barsOurs: func() (trades.Result, error) {
			builder := bars.NewBuilder(1, discarded{})
			take, finish := bars.InOrder(builder, f)
			result, err := trades.Scan(context.Background(), bytes.NewReader(plain), options, take)
			if err == nil {
				err = finish(true)
			}
			if err == nil {
				err = builder.Close()
			}
			return result, err
		},
	}
	for range rounds {
		for what, do := range work {
			runtime.GC()
			before := processorTime()
			result, err := do()
			took := processorTime() - before
			if err := faultless(result, err); err != nil {
				return fmt.Errorf("%s: %w", what, err)
			}
			report.Rows = result.Rows
			report.Speeds[what] = max(report.Speeds[what], float64(len(plain))/1e6/took.Seconds())
			report.RowsPS[what] = max(report.RowsPS[what], float64(result.Rows)*float64(time.Second)/float64(took))
		}
	}
	return json.NewEncoder(os.Stdout).Encode(report)
}
