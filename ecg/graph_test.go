package ecg_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/sinus-ecg/sinus/"

// rooms are the top-level folders and what each may import of the others.
var rooms = map[string][]string{
	"ecg":      {"ecg"},
	"filter":   {"ecg", "filter"},
	"features": {"ecg", "features"},
	"detect":   {"ecg", "filter", "features", "detect"},
	"wfdb":     {"ecg", "wfdb"},
	"bench":    {"ecg", "filter", "features", "detect", "wfdb", "bench"},
	"examples": {"ecg", "filter", "features", "detect", "wfdb", "bench", "examples"},
}

// direct are the modules that the root module may import.
var direct = []string{"gonum.org/v1/gonum", "github.com/mjibson/go-dsp", "github.com/stretchr/testify", "github.com/mewkiz/flac"}

// TestRooms keeps the plan of the house: which folders there are, and what may
// import what. Tests may import more; they keep off bench and examples only
// where these are not their own.
func TestRooms(t *testing.T) {
	root := os.DirFS("..")
	var folders []string
	entries, err := fs.ReadDir(root, ".")
	require.NoError(t, err)
	for _, e := range entries {
		if e.IsDir() && !strings.HasPrefix(e.Name(), ".") {
			folders = append(folders, e.Name())
		}
	}
	for _, f := range folders {
		require.Contains(t, rooms, f, "a folder of the root that is none of the rooms")
	}
	std := stdlib()
	for _, room := range folders {
		err := fs.WalkDir(root, room, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || path.Ext(name) != ".go" {
				if err == nil && d.IsDir() {
					if _, err := fs.Stat(root, path.Join(name, "go.mod")); err == nil {
						return fs.SkipDir // a module of its own
					}
				}
				return err
			}
			f, err := parser.ParseFile(token.NewFileSet(), filepath.FromSlash("../"+name), nil, parser.ImportsOnly)
			if err != nil {
				return err
			}
			for _, spec := range f.Imports {
				imported, _ := strconv.Unquote(spec.Path.Value)
				switch inside, ours := strings.CutPrefix(imported, module); {
				case ours && !strings.HasSuffix(name, "_test.go"):
					to, _, _ := strings.Cut(inside, "/")
					require.Contains(t, rooms[room], to, "%s imports %s", name, imported)
				case !ours && !std(imported):
					require.True(t, slices.ContainsFunc(direct, func(m string) bool {
						return imported == m || strings.HasPrefix(imported, m+"/")
					}), "%s imports %s", name, imported)
				}
			}
			return nil
		})
		require.NoError(t, err)
	}
}

// stdlib tells the packages of the standard library: their first path element
// has no dot.
func stdlib() func(string) bool {
	return func(p string) bool {
		first, _, _ := strings.Cut(p, "/")
		return !strings.Contains(first, ".")
	}
}
