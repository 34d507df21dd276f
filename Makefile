# Two commands do everything on a machine with Go 1.26 and Node 20:
#   make demo    runs the main job
#   make test    runs all tests, on the embedded database and on PostgreSQL

.PHONY: build demo test bench microbench torture check generate clean

bundle := internal/web/assets/dist/site.css

# Without a repository around it, or with one of somebody else's, the program
# carries no revision.
vcs := $(if $(shell git rev-parse HEAD 2>/dev/null),auto,false)

build: $(bundle)
	go build -trimpath -buildvcs=$(vcs) -o bin/nhipcau ./cmd/nhipcau

$(bundle): package-lock.json $(wildcard internal/web/assets/css/*.css internal/web/assets/js/*.js internal/web/assets/js/checkin/*.js internal/web/assets/js/draft/*.js internal/web/assets/checkin/* internal/web/assets/icon*) node_modules/.package-lock.json
	go run ./internal/web/assets/build

node_modules/.package-lock.json: package-lock.json
	@command -v npm >/dev/null || { echo 'npm is missing; install Node 20 or newer with npm and run again' >&2; exit 1; }
	npm ci --no-audit --no-fund
	touch $@

demo: build
	./bin/nhipcau demo

# Built first: go run would not pass on the signals that end it.
test: build
	go build -buildvcs=false -o bin/testrun ./internal/setup/testrun
	./bin/testrun

# Kills the program, fills its disk, crashes its PostgreSQL, and looks what is lost.
torture: build
	go build -buildvcs=false -o bin/torture ./internal/setup/torture
	./bin/torture $(TORTURE)

# Over HTTP, at the scale of a nation; QUICK=1 at that of a province, in minutes;
# DATABASE=postgres://… on an empty PostgreSQL database. Figures go to bench.json.
bench: build
	go build -buildvcs=false -o bin/bench ./internal/setup/bench
	./bin/bench $(if $(QUICK),-quick) $(if $(DATABASE),-database $(DATABASE)) $(BENCH)

microbench:
	go test -run '^$$' -bench . -benchtime 1s ./internal/db ./internal/backup ./internal/tally ./internal/office ./internal/app
	go test -run '^$$' -bench . -benchtime 1x ./internal/intake ./internal/org ./internal/filing ./internal/coverage

check:
	go run ./internal/setup/check

generate:
	go tool -modfile=tools.mod templ generate ./internal

# The data folder stays: it is somebody's work.
clean:
	rm -rf bin node_modules $(filter-out internal/web/assets/dist/.keep,$(wildcard internal/web/assets/dist/*))
