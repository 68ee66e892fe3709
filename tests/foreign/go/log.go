package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/storage/posix"
	"golang.org/x/mod/sumdb/note"
)

// foreignLog runs a log of Tessera's whose checkpoints come out only when the witnesses of the
// policy have cosigned them: ours. It grows twice, so that a consistency proof is asked for.
func foreignLog(ctx context.Context, folder, key, policyFile string) error {
	signer, err := note.NewSigner(key)
	if err != nil {
		return err
	}
	policy, err := os.ReadFile(policyFile)
	if err != nil {
		return err
	}
	witnesses, err := tessera.NewWitnessGroupFromPolicy(policy)
	if err != nil {
		return fmt.Errorf("tessera: policy: %w", err)
	}
	driver, err := posix.New(ctx, posix.Config{Path: folder})
	if err != nil {
		return err
	}
	options := tessera.NewAppendOptions().
		WithCheckpointSigner(signer).
		WithCheckpointInterval(time.Second).
		WithBatching(1, 100*time.Millisecond).
		WithWitnesses(witnesses, &tessera.WitnessOptions{FailOpen: false})
	appender, shutdown, reader, err := tessera.NewAppender(ctx, driver, options)
	if err != nil {
		return err
	}
	awaiter := tessera.NewPublicationAwaiter(ctx, reader.ReadCheckpoint, 100*time.Millisecond)
	for entry := range 2 {
		future := appender.Add(ctx, tessera.NewEntry(fmt.Appendf(nil, "entry %d", entry)))
		index, checkpoint, err := awaiter.Await(ctx, future)
		if err != nil {
			return fmt.Errorf("tessera: %w", err)
		}
		if !witnesses.Satisfied(checkpoint) {
			return fmt.Errorf("tessera: our witness's cosignature does not verify:\n%s", checkpoint)
		}
		passed("transparency-dev/tessera", "entry %d of its own log, cosigned by our witness", index.Index)
	}
	return shutdown(ctx)
}
