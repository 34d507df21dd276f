# Two commands do everything on a machine with Go 1.26 and Node 20:
#   make demo    runs the main job
#   make test    runs all tests, on the embedded database and on PostgreSQL

.PHONY: build demo test bench check generate clean

bundle := internal/web/assets/dist/site.css

build: $(bundle)
	go build -trimpath -o bin/nhipcau ./cmd/nhipcau

$(bundle): package-lock.json $(wildcard internal/web/assets/css/*.css internal/web/assets/js/*.js internal/web/assets/icon.svg) node_modules/.package-lock.json
	go run ./internal/web/assets/build

node_modules/.package-lock.json: package-lock.json
	npm ci --no-audit --no-fund
	touch $@

demo: build
	./bin/nhipcau demo

test: build
	go run ./internal/setup/testrun

bench:
	go test -run '^$$' -bench . -benchtime 1s ./internal/db ./internal/tally ./internal/app

check:
	go run ./internal/setup/check

generate:
	go tool -modfile=tools.mod templ generate ./internal

clean:
	rm -rf bin data node_modules $(filter-out internal/web/assets/dist/.keep,$(wildcard internal/web/assets/dist/*))
