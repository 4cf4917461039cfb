module github.com/seed-1c955bc8/bunch

go 1.25.0

require github.com/google/uuid v1.6.0 // indirect
