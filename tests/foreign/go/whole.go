package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"

	"filippo.io/torchwood"
	"github.com/transparency-dev/formats/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/fsck"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// walk has Tessera walk the whole log: every entry bundle and every tile, rebuilt and compared.
func walk(ctx context.Context, l Log) error {
	root, err := url.Parse(l.URL)
	if err != nil {
		return err
	}
	fetcher, err := client.NewHTTPFetcher(root, http.DefaultClient)
	if err != nil {
		return err
	}
	verifier, err := note.NewVerifier(l.Ed25519)
	if err != nil {
		return err
	}
	check := fsck.New(l.Origin, verifier, fetcher, leafHashes, fsck.Opts{N: 2})
	if err := check.Check(ctx); err != nil {
		return fmt.Errorf("tessera: %s: %w", l.Origin, err)
	}
	liar := fsck.New(l.Origin, verifier, fetcher, otherHashes, fsck.Opts{N: 2})
	if liar.Check(ctx) == nil {
		return fmt.Errorf("tessera: %s: fsck takes a log with other entries", l.Origin)
	}
	checkpoint, _, _, err := client.FetchCheckpoint(ctx, fetcher.ReadCheckpoint, verifier, l.Origin)
	if err != nil {
		return fmt.Errorf("tessera: %s: %w", l.Origin, err)
	}
	passed("transparency-dev/tessera fsck", "%s: %d entries and all tiles", l.Origin, checkpoint.Size)
	return nil
}

func leafHashes(bundle []byte) ([][]byte, error) {
	var entries api.EntryBundle
	if err := entries.UnmarshalText(bundle); err != nil {
		return nil, err
	}
	hashes := make([][]byte, 0, len(entries.Entries))
	for _, entry := range entries.Entries {
		hashes = append(hashes, rfc6962.DefaultHasher.HashLeaf(entry))
	}
	return hashes, nil
}

// otherHashes is leafHashes with one entry changed: a check that cannot fail proves nothing.
func otherHashes(bundle []byte) ([][]byte, error) {
	hashes, err := leafHashes(bundle)
	if err == nil && len(hashes) > 0 {
		hashes[0] = rfc6962.DefaultHasher.HashLeaf([]byte("another"))
	}
	return hashes, err
}

// torchwoodClient reads all entries through another client, which checks each against the tree.
func torchwoodClient(ctx context.Context, l Log) error {
	tree, err := head(ctx, l)
	if err != nil {
		return err
	}
	fetcher, err := torchwood.NewTileFetcher(l.URL, torchwood.WithUserAgent("undersigned tests (+https://undersigned.example)"))
	if err != nil {
		return err
	}
	reader, err := torchwood.NewClient(fetcher)
	if err != nil {
		return err
	}
	count := int64(0)
	for range reader.AllEntries(ctx, tree, 0) {
		count++
	}
	if err := reader.Err(); err != nil || count != tree.N {
		return fmt.Errorf("torchwood: %s: %d of %d entries: %w", l.Origin, count, tree.N, err)
	}
	passed("filippo.io/torchwood", "%s: %d entries, each proven", l.Origin, count)
	return nil
}

// proofs verifies a receipt's tlog-proof under the policy, offline.
func proofs(instance Instance, given Proof) error {
	policy, err := torchwood.ParsePolicy([]byte(instance.Policy))
	if err != nil {
		return fmt.Errorf("torchwood: policy: %w", err)
	}
	hash := tlog.RecordHash([]byte(given.Entry))
	if err := torchwood.VerifyProof(policy, hash, []byte(given.Proof)); err != nil {
		return fmt.Errorf("torchwood: proof: %w", err)
	}
	other := tlog.RecordHash([]byte(given.Entry + "x"))
	if torchwood.VerifyProof(policy, other, []byte(given.Proof)) == nil {
		return fmt.Errorf("torchwood: the proof holds for another entry")
	}
	cosigned := bytes.Replace([]byte(given.Proof), []byte("index "), []byte("index 1"), 1)
	if torchwood.VerifyProof(policy, hash, cosigned) == nil {
		return fmt.Errorf("torchwood: the proof holds for another index")
	}
	var parsed proof.TLogProof
	if err := parsed.Unmarshal([]byte(given.Proof)); err != nil {
		return fmt.Errorf("formats: proof: %w", err)
	}
	passed("filippo.io/torchwood", "tlog-proof of entry %d under the policy, offline, and no other", parsed.Index)
	passed("transparency-dev/formats", "tlog-proof of entry %d reads the same", parsed.Index)
	return nil
}
