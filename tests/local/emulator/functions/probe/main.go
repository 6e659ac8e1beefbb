// Probe is the function of the emulator's own tests. It speaks the Lambda runtime API directly,
// so that it needs no module but the standard library, and does what its event tells it to do.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"syscall"
	"time"
)

// A command is the event, or the body of an SQS message in it.
type command struct {
	Log   string `json:"log"`   // write this line
	Sleep int    `json:"sleep"` // wait, milliseconds
	// Allocate takes so many MB of memory before that.
	Allocate int             `json:"allocate"`
	Notify   string          `json:"notify"` // POST the request id and the event there
	Answer   json.RawMessage `json:"answer"` // return this
	Fail     bool            `json:"fail"`   // return an error
	Die      bool            `json:"die"`    // end by SIGKILL, as a function out of memory does
	Env      bool            `json:"env"`    // return the names of all variables
}

func main() {
	api := "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/invocation/"
	for {
		next, err := http.Get(api + "next")
		if err != nil {
			return // the emulator is gone
		}
		event, err := io.ReadAll(next.Body)
		next.Body.Close()
		if err != nil || next.StatusCode != http.StatusOK {
			return
		}
		id := next.Header.Get("Lambda-Runtime-Aws-Request-Id")
		path, answer := "/response", []byte("null")
		if result, err := handle(id, event); err != nil {
			path = "/error"
			answer, _ = json.Marshal(map[string]string{"errorMessage": err.Error(), "errorType": "probe"})
		} else if result != nil {
			answer = result
		}
		done, err := http.Post(api+id+path, "application/json", bytes.NewReader(answer))
		if err != nil {
			return
		}
		done.Body.Close()
	}
}

func handle(id string, event []byte) ([]byte, error) {
	var batch struct {
		Records []struct {
			Body string `json:"body"`
		}
	}
	var c command
	if err := json.Unmarshal(event, &batch); err == nil && len(batch.Records) > 0 && batch.Records[0].Body != "" {
		if err := json.Unmarshal([]byte(batch.Records[0].Body), &c); err != nil {
			return nil, err
		}
	} else if err := json.Unmarshal(event, &c); err != nil {
		return nil, err
	}
	if c.Notify == "" {
		c.Notify = os.Getenv("NOTIFY") // events of S3 and API Gateway carry no command
	}
	if c.Log != "" {
		fmt.Println(c.Log)
	}
	if c.Notify != "" {
		note, err := json.Marshal(map[string]any{"id": id, "event": json.RawMessage(event), "pid": os.Getpid()})
		if err != nil {
			return nil, err
		}
		response, err := http.Post(c.Notify, "application/json", bytes.NewReader(note))
		if err != nil {
			return nil, err
		}
		response.Body.Close()
	}
	held := make([]byte, c.Allocate<<20)
	for i := 0; i < len(held); i += 4096 {
		held[i] = 1
	}
	time.Sleep(time.Duration(c.Sleep) * time.Millisecond)
	runtime.KeepAlive(held)
	switch {
	case c.Die:
		return nil, syscall.Kill(os.Getpid(), syscall.SIGKILL)
	case c.Fail || os.Getenv("FAIL") != "":
		return nil, fmt.Errorf("told to fail")
	case c.Env:
		return json.Marshal(os.Environ())
	case os.Getenv("PROXY") != "":
		return json.Marshal(map[string]any{"statusCode": 200, "body": string(event)})
	}
	return c.Answer, nil
}
