package page

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"html/template"
	"io/fs"
	"net/http"
)

//go:embed templates static
var files embed.FS

// templates has one set for each page: the layout, the parts that several pages
// share, and the page itself.
var templates = func() map[string]*template.Template {
	shared := template.Must(template.New("").Funcs(functions).ParseFS(files, "templates/layout.html", "templates/parts.html"))
	sets := map[string]*template.Template{"parts": shared}
	for _, name := range []string{"groups", "group", "tree", "failures", "member", "error"} {
		sets[name] = template.Must(template.Must(shared.Clone()).ParseFS(files, "templates/"+name+".html"))
	}
	return sets
}()

// version names the embedded files by their content, so that a browser may keep
// them until they change.
var version = func() string {
	h := sha256.New()
	names, err := fs.Glob(files, "static/*")
	if err != nil {
		panic(err)
	}
	for _, name := range names {
		data, err := files.ReadFile(name)
		if err != nil {
			panic(err)
		}
		h.Write(data)
	}
	return hex.EncodeToString(h.Sum(nil)[:6])
}()

// asset serves the style sheet, the script and the icon.
func asset(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Get("v") == version {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	http.ServeFileFS(w, r, files, "static/"+r.PathValue("file"))
}
