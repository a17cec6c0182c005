package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
)

// checkName refuses names that the WFDB library does not write.
func checkName(option, name string) error {
	if name == "" || strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_~-") != "" {
		return wrongUse("%s %q: a name has letters, digits, _, ~ and - only", option, name)
	}
	return nil
}

// newSource is where a record that is to be written goes.
func newSource(record string) (source, error) {
	dir, base := filepath.Split(record)
	if dir == "" {
		dir = "."
	}
	if err := checkName("record", base); err != nil {
		return source{}, err
	}
	info, err := os.Stat(dir)
	if err != nil {
		return source{}, err
	}
	if !info.IsDir() {
		return source{}, wrongUse("%s is no folder", dir)
	}
	return source{os.DirFS(dir), base, filepath.Clean(dir), context.Background()}, nil
}
