// Foreign programs judge a running instance: nothing here is ours but the wiring. Reads a
// description of the instance from standard input, prints a line for each check, and ends with
// status 1 at the first that fails. `agent SOCKET` serves a key to a foreign witness;
// `introduce DATABASE ORIGIN KEY` tells that witness of a log; `log FOLDER KEY POLICY` runs a foreign log past our witness.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
)

// Log is a log of the instance: its journal, or a petition's tree.
type Log struct {
	Origin string `json:"origin"`
	// URL of its files, with a slash at its end.
	URL string `json:"url"`
	// Keys that signed its checkpoint: Ed25519, and for the journal ML-DSA-44.
	Ed25519 string `json:"ed25519"`
	MLDSA   string `json:"ml_dsa"`
	// Cosigners of the journal, as a policy names them.
	Witnesses []string `json:"witnesses"`
}

// Proof is a tlog-proof of an entry of the journal.
type Proof struct {
	Entry string `json:"entry"`
	Proof string `json:"proof"`
}

// Consistency is what the JSON API says of two sizes of a tree.
type Consistency struct {
	From, To         int64
	FromRoot, ToRoot string
	Path             []string
}

// Instance is what is judged.
type Instance struct {
	Logs        []Log         `json:"logs"`
	Policy      string        `json:"policy"`
	Proofs      []Proof       `json:"proofs"`
	Consistency []Consistency `json:"consistency"`
}

func main() {
	ctx := context.Background()
	if len(os.Args) == 3 && os.Args[1] == "agent" {
		exit(serveAgent(os.Args[2]))
	}
	if len(os.Args) == 5 && os.Args[1] == "log" {
		exit(foreignLog(ctx, os.Args[2], os.Args[3], os.Args[4]))
		return
	}
	if len(os.Args) == 5 && os.Args[1] == "introduce" {
		exit(introduce(os.Args[2], os.Args[3], os.Args[4]))
		return
	}
	var instance Instance
	exit(json.NewDecoder(os.Stdin).Decode(&instance))
	for _, log := range instance.Logs {
		exit(notes(ctx, log))
		exit(trees(ctx, log))
		exit(walk(ctx, log))
		exit(torchwoodClient(ctx, log))
	}
	for _, proof := range instance.Proofs {
		exit(proofs(instance, proof))
	}
	for _, consistency := range instance.Consistency {
		exit(consistent(consistency))
	}
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "foreign:", err)
		os.Exit(1)
	}
}

// passed says what was checked, by which module.
func passed(module, format string, arguments ...any) {
	fmt.Printf("%-40s %s\n", module, fmt.Sprintf(format, arguments...))
}
