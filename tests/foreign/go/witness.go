package main

import (
	"encoding/base64"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// introduce tells a running litewitness of a log, in its own database: what its witnessctl does,
// which needs a module that proxies do not have.
func introduce(database, origin, key string) error {
	db, err := sqlite.OpenConn(database, sqlite.OpenReadWrite)
	if err != nil {
		return err
	}
	defer db.Close()
	var empty tlog.Hash
	if empty, err = tlog.TreeHash(0, nil); err != nil {
		return err
	}
	run := func(query string, arguments ...any) error {
		return sqlitex.Execute(db, query, &sqlitex.ExecOptions{Args: arguments})
	}
	root := base64.StdEncoding.EncodeToString(empty[:])
	if err := run("INSERT INTO log (origin, tree_size, tree_hash) VALUES (?, 0, ?)", origin, root); err != nil {
		return fmt.Errorf("litewitness: %w", err)
	}
	return run("INSERT INTO key (origin, key) VALUES (?, ?)", origin, key)
}
