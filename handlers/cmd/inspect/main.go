// Command inspect tries files on formats with the functions' own code. It runs on
// this machine, for `pipeline inspect`, and is not deployed.
package main

import (
	"context"
	"fmt"
	"os"

	"market-data-pipeline/handlers/internal/inspect"
)

func main() {
	if err := inspect.Main(context.Background(), os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "inspect:", err)
		os.Exit(1)
	}
}
