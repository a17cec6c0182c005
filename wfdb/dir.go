package wfdb

import (
	"fmt"
	"os"
)

// Dir is a Creator of files in a folder of the operating system, which has to
// exist. Names can't lead out of it.
type Dir string

// Create implements Creator.
func (d Dir) Create(name string) (File, error) {
	if err := validName("create", name); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(string(d))
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return root.Create(name)
}

// Replace implements Creator: it writes NAME.new and renames it.
func (d Dir) Replace(name string, content []byte) error {
	if err := validName("create", name); err != nil {
		return err
	}
	root, err := os.OpenRoot(string(d))
	if err != nil {
		return err
	}
	defer root.Close()
	temp := name + ".new"
	f, err := root.Create(temp)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = root.Rename(temp, name)
	}
	if err != nil {
		root.Remove(temp)
		return fmt.Errorf("replace %s: %w", name, err)
	}
	return nil
}
