package main

import (
	"context"
	"encoding/base64"
	"fmt"

	"filippo.io/torchwood"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/tlog"
)

// tiles reads tiles for golang.org/x/mod, which checks them against the tree.
type tiles struct {
	ctx context.Context
	log Log
}

func (t tiles) Height() int { return torchwood.TileHeight }

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range wanted {
		data, err := fetch(t.ctx, t.log, torchwood.TilePath(tile))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func head(ctx context.Context, l Log) (tlog.Tree, error) {
	text, err := fetch(ctx, l, "checkpoint")
	if err != nil {
		return tlog.Tree{}, err
	}
	checkpoint, err := torchwood.ParseCheckpoint(string(text[:indexOfSignatures(text)]))
	if err != nil {
		return tlog.Tree{}, err
	}
	return checkpoint.Tree, nil
}

func indexOfSignatures(note []byte) int {
	for at := range note {
		if at > 0 && note[at-1] == '\n' && note[at] == '\n' {
			return at
		}
	}
	return len(note)
}

// trees makes the root, inclusion proofs and consistency proofs from the tiles with
// golang.org/x/mod, and has transparency-dev/merkle verify them; wrong ones are refused by both.
func trees(ctx context.Context, l Log) error {
	tree, err := head(ctx, l)
	if err != nil {
		return err
	}
	reader := tlog.TileHashReader(tree, tiles{ctx, l})
	root, err := tlog.TreeHash(tree.N, reader)
	if err != nil || root != tree.Hash {
		return fmt.Errorf("x/mod: %s: root %v, not %v: %w", l.Origin, root, tree.Hash, err)
	}
	inclusions, consistencies := 0, 0
	for at := int64(0); at < tree.N; at += 1 + tree.N/40 {
		hashes, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, at)})
		if err != nil {
			return err
		}
		record, err := tlog.ProveRecord(tree.N, at, reader)
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(record, tree.N, tree.Hash, at, hashes[0]); err != nil {
			return fmt.Errorf("x/mod: %s: leaf %d: %w", l.Origin, at, err)
		}
		path := raw(record)
		leaf, top := hashes[0][:], tree.Hash[:]
		if err := proof.VerifyInclusion(rfc6962.DefaultHasher, uint64(at), uint64(tree.N), leaf, path, top); err != nil {
			return fmt.Errorf("merkle: %s: leaf %d: %w", l.Origin, at, err)
		}
		if tree.N > 1 {
			other := (at + 1) % tree.N
			if proof.VerifyInclusion(rfc6962.DefaultHasher, uint64(other), uint64(tree.N), leaf, path, top) == nil {
				return fmt.Errorf("merkle: %s: leaf %d proves as leaf %d", l.Origin, at, other)
			}
		}
		inclusions++
		if at == 0 {
			continue
		}
		old, err := tlog.TreeHash(at, reader)
		if err != nil {
			return err
		}
		consistency, err := tlog.ProveTree(tree.N, at, reader)
		if err != nil {
			return err
		}
		if err := tlog.CheckTree(consistency, tree.N, tree.Hash, at, old); err != nil {
			return fmt.Errorf("x/mod: %s: %d to %d: %w", l.Origin, at, tree.N, err)
		}
		if err := proof.VerifyConsistency(rfc6962.DefaultHasher, uint64(at), uint64(tree.N), raw(consistency), old[:], top); err != nil {
			return fmt.Errorf("merkle: %s: %d to %d: %w", l.Origin, at, tree.N, err)
		}
		if proof.VerifyConsistency(rfc6962.DefaultHasher, uint64(at), uint64(tree.N), raw(consistency), leaf, top) == nil {
			return fmt.Errorf("merkle: %s: another root of size %d proves", l.Origin, at)
		}
		consistencies++
	}
	passed("golang.org/x/mod/sumdb/tlog", "%s: root of %d, %d inclusions, %d consistencies", l.Origin, tree.N, inclusions, consistencies)
	passed("transparency-dev/merkle", "%s: the same proofs, and no wrong one", l.Origin)
	return nil
}

func raw[P ~[]tlog.Hash](hashes P) [][]byte {
	all := make([][]byte, 0, len(hashes))
	for _, hash := range hashes {
		all = append(all, hash[:])
	}
	return all
}

// consistent checks what the JSON API says.
func consistent(c Consistency) error {
	from, err := tlog.ParseHash(c.FromRoot)
	if err != nil {
		return err
	}
	to, err := tlog.ParseHash(c.ToRoot)
	if err != nil {
		return err
	}
	var path tlog.TreeProof
	for _, text := range c.Path {
		hash, err := base64.StdEncoding.DecodeString(text)
		if err != nil || len(hash) != tlog.HashSize {
			return fmt.Errorf("not a hash: %q", text)
		}
		path = append(path, tlog.Hash(hash))
	}
	if err := tlog.CheckTree(path, c.To, to, c.From, from); err != nil {
		return fmt.Errorf("x/mod: API, %d to %d: %w", c.From, c.To, err)
	}
	passed("golang.org/x/mod/sumdb/tlog", "consistency from the JSON API, %d to %d", c.From, c.To)
	return nil
}
