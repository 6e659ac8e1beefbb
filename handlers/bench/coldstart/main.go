// Command coldstart measures how long each function takes from its start to its
// first call of the Runtime API: its own initialisation, which every cold start
// waits for.
//
//	go run ./bench/coldstart [-runs 21] [-json]
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"
)

var functions = []string{"validator", "processor", "aggregator", "status"}

// Figure is what was measured of a function.
type Figure struct {
	Function string  `json:"function"`
	Bytes    int64   `json:"bytes"`    // of the executable
	LeastMS  float64 `json:"leastMs"`  // until the first call of the Runtime API
	MedianMS float64 `json:"medianMs"` // likewise
}

func main() {
	runs := flag.Int("runs", 21, "how often to start each function")
	asJSON := flag.Bool("json", false, "print JSON")
	flag.Parse()
	figures, err := measureAll(*runs)
	if err != nil {
		log.Fatal(err)
	}
	if *asJSON {
		if err := json.NewEncoder(os.Stdout).Encode(figures); err != nil {
			log.Fatal(err)
		}
		return
	}
	fmt.Println("Cold start: from exec to the first call of the Runtime API")
	for _, f := range figures {
		fmt.Printf("  %-10s  median %5.1f ms  least %5.1f ms  executable %4.1f MB\n",
			f.Function, f.MedianMS, f.LeastMS, float64(f.Bytes)/1e6)
	}
}

func measureAll(runs int) ([]Figure, error) {
	folder, err := os.MkdirTemp("", "coldstart")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-tags", "lambda.norpc", "-o", folder+"/")
	for _, function := range functions {
		build.Args = append(build.Args, "market-data-pipeline/handlers/cmd/"+function)
	}
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return nil, fmt.Errorf("build the functions: %w", err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	asked := make(chan time.Time)
	go http.Serve(listener, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		asked <- time.Now()
		<-r.Context().Done() // there is no event: the function waits until it is killed
	}))
	var figures []Figure
	for _, function := range functions {
		figure, err := measure(filepath.Join(folder, function), listener.Addr().String(), asked, runs)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", function, err)
		}
		figures = append(figures, figure)
	}
	return figures, nil
}

func measure(path, api string, asked <-chan time.Time, runs int) (Figure, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Figure{}, err
	}
	times := make([]float64, runs)
	for i := range times {
		command := exec.Command(path)
		command.Env = []string{
			"AWS_LAMBDA_RUNTIME_API=" + api, "AWS_REGION=us-east-1", "TABLE_NAME=t", "BUCKET_NAME=b", "ALLOWED_ORIGINS=*",
			"PROCESSOR_QUEUE_URL=https://sqs.us-east-1.amazonaws.com/0/p", "AGGREGATOR_QUEUE_URL=https://sqs.us-east-1.amazonaws.com/0/a",
		}
		command.Stderr = io.Discard
		begin := time.Now()
		if err := command.Start(); err != nil {
			return Figure{}, err
		}
		select {
		case at := <-asked:
			times[i] = float64(at.Sub(begin).Microseconds()) / 1000
		case <-time.After(10 * time.Second):
			err = fmt.Errorf("no call of the Runtime API within 10 s")
		}
		command.Process.Kill()
		command.Wait()
		if err != nil {
			return Figure{}, err
		}
	}
	slices.Sort(times)
	return Figure{Function: filepath.Base(path), Bytes: info.Size(), LeastMS: times[0], MedianMS: times[runs/2]}, nil
}
