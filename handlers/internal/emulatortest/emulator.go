// Package emulatortest gives tests an AWS emulator of their own, so that what
// speaks to AWS is held to the same tests as its stand-in in memory.
package emulatortest

import (
	"bufio"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	clients "market-data-pipeline/handlers/internal/aws"
)

// The emulator lives until its standard input is closed.
const script = `
import sys
from local.emulator import process
with process.ephemeral() as emulator:
    print(emulator.endpoint, flush=True)
    sys.stdin.read()
`

// Start starts an emulator for the test's duration. It needs the project's Python
// environment, which make setup makes.
func Start(t *testing.T) aws.Config {
	t.Helper()
	_, here, _, _ := runtime.Caller(0)
	project := filepath.Join(filepath.Dir(here), "..", "..", "..")
	command := exec.Command(filepath.Join(project, ".venv", "bin", "python"), "-c", script)
	command.Dir = project
	input, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatalf("the emulator does not start (make setup prepares it): %v", err)
	}
	t.Cleanup(func() {
		input.Close()
		if err := command.Wait(); err != nil {
			t.Errorf("the emulator ends with: %v", err)
		}
	})
	endpoint, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		t.Fatalf("the emulator names no endpoint: %v", err)
	}
	for name, value := range map[string]string{
		"AWS_REGION":            "us-east-1",
		"AWS_ACCESS_KEY_ID":     "test",
		"AWS_SECRET_ACCESS_KEY": "test",
		"AWS_SESSION_TOKEN":     "",
		"AWS_ENDPOINT_URL":      strings.TrimSpace(endpoint),
	} {
		t.Setenv(name, value)
	}
	config, err := clients.Config() // the functions' own, which loses no answer
	if err != nil {
		t.Fatal(err)
	}
	return config
}
