package main

import (
	"bytes"
	"context"
	"fmt"

	"github.com/transparency-dev/formats/log"
	fnote "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"
)

// notes opens the checkpoint with golang.org/x/mod and with transparency-dev/formats, each
// cosignature too, and sees to it that both refuse a checkpoint with one byte changed.
func notes(ctx context.Context, l Log) error {
	checkpoint, err := fetch(ctx, l, "checkpoint")
	if err != nil {
		return err
	}
	own, err := note.NewVerifier(l.Ed25519)
	if err != nil {
		return err
	}
	if _, err := note.Open(checkpoint, note.VerifierList(own)); err != nil {
		return fmt.Errorf("x/mod: %s: %w", l.Origin, err)
	}
	others, err := cosigners(l)
	if err != nil {
		return err
	}
	parsed, _, opened, err := log.ParseCheckpoint(checkpoint, l.Origin, own, others...)
	if err != nil {
		return fmt.Errorf("formats: %s: %w", l.Origin, err)
	}
	if len(opened.Sigs) != 1+len(others) || len(opened.UnverifiedSigs) != 0 {
		return fmt.Errorf("formats: %s: %d of %d signatures verified, %d unknown", l.Origin,
			len(opened.Sigs), 1+len(others), len(opened.UnverifiedSigs))
	}
	for at := range checkpoint {
		changed := bytes.Clone(checkpoint)
		changed[at] ^= 1
		if _, err := note.Open(changed, note.VerifierList(own)); err == nil && signedBy(checkpoint, at, l) {
			return fmt.Errorf("x/mod: %s: byte %d changed, and accepted", l.Origin, at)
		}
	}
	passed("golang.org/x/mod/sumdb/note", "%s: checkpoint of %d, and no changed one", l.Origin, parsed.Size)
	passed("transparency-dev/formats", "%s: checkpoint, %d cosignatures", l.Origin, len(others))
	return nil
}

// signedBy says whether a byte belongs to the text or to the Ed25519 signature by the log: note.Open
// skips lines of keys that it does not know, so changes there are none of its business.
func signedBy(checkpoint []byte, at int, l Log) bool {
	end := bytes.LastIndex(checkpoint, []byte("\n\n")) + 2
	if at < end {
		return true
	}
	line := checkpoint[end:]
	first := bytes.IndexByte(line, '\n')
	return at < end+first && bytes.HasPrefix(line, []byte("— "+l.Origin+" "))
}

func cosigners(l Log) ([]note.Verifier, error) {
	var all []note.Verifier
	add := func(verifier note.Verifier, err error) error {
		all = append(all, verifier)
		return err
	}
	if l.MLDSA != "" {
		if err := add(fnote.NewMLDSAVerifier(l.MLDSA)); err != nil {
			return nil, fmt.Errorf("formats: %s: %w", l.MLDSA, err)
		}
	}
	for _, key := range l.Witnesses {
		if verifier, err := fnote.NewMLDSAVerifier(key); err == nil {
			all = append(all, verifier)
		} else if err := add(fnote.NewVerifierForCosignatureV1(key)); err != nil {
			return nil, fmt.Errorf("formats: %s: %w", key, err)
		}
	}
	return all, nil
}
