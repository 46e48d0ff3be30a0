# Everything starts here: `make demo` and `make test` need a Debian 12 with Swift 6.3 on the path, as root or with sudo.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help deps check-swift programs build lint test proof day simulate fuzz mutants faults coverage asan tsan soak test-repeat demo bench bench-quick evaluate evaluate-quick peers install deb deb-twice lint-deb test-system clean

# One build serves tests, demo and installation: release configuration, in .build. An import of a module that Package.swift
# does not name is an error; -enable-testing lets tests see what is internal to a module; C code shall not know the folder
# that it is compiled in. The flags must be the same in every call, or SwiftPM builds again.
CHECKS := -c release -Xswiftc -enable-testing -Xcc -ffile-prefix-map=$(CURDIR)=. --explicit-target-dependency-import-check error
BIN := .build/release

# For building: a C++ compiler with its headers, linker, git for the packages, the libraries' headers, and what Swift's own
# programs load (a toolchain that was only unpacked lacks it); for tests and demo: the broker with its clients, ps, and
# fiu-utils, which makes system calls fail.
PACKAGES := binutils ca-certificates curl fiu-utils g++ git libc6-dev libcbor-dev libcurl4 libmosquitto-dev libncurses6 \
  libsimdjson-dev libsqlite3-dev libssl-dev libsystemd-dev libxml2 libzstd-dev mosquitto mosquitto-clients pkg-config \
  procps sqlite3 zlib1g-dev

PREFIX ?= /usr
DESTDIR ?=
VERSION = $(shell sed -n 's/.*static let current = "\(.*\)".*/\1/p' Sources/forewarn/Forewarn.swift)
# What `make install` copies to PREFIX/bin; the Debian package brings programs of its own.
PROGRAMS = $(BIN)/forewarnd $(BIN)/forewarn
SYSCONFDIR ?= /etc

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

deps:  ## install the Debian packages that are missing (as root or through sudo)
	@missing=(); \
	for package in $(PACKAGES); do \
	  state=$$(dpkg-query -W -f '$${db:Status-Status}' "$$package" 2>/dev/null) || state=; \
	  [ "$$state" = installed ] || missing+=("$$package"); \
	done; \
	[ $${#missing[@]} -gt 0 ] || exit 0; \
	as_root=(); \
	if [ "$$(id -u)" != 0 ]; then \
	  command -v sudo >/dev/null || { \
	    echo "missing: $${missing[*]}; as root: apt-get install --no-install-recommends $${missing[*]}" >&2; exit 1; }; \
	  as_root=(sudo); \
	fi; \
	echo "installing: $${missing[*]}"; \
	apt=(env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get -qq -o DPkg::Lock::Timeout=120); \
	"$${as_root[@]}" "$${apt[@]}" update || exit; \
	"$${as_root[@]}" "$${apt[@]}" install -y --no-install-recommends "$${missing[@]}" || exit; \
	case " $${missing[*]} " in *" mosquitto "*) \
	  if [ -d /run/systemd/system ]; then \
	    echo "the mosquitto service that came with the package is switched off again: demo and tests start their own"; \
	    "$${as_root[@]}" systemctl --quiet disable --now mosquitto.service || exit; \
	  fi;; \
	esac

check-swift:
	@command -v swift >/dev/null || { echo "no swift on the path: install Swift 6.3 (swift.org/install)" >&2; exit 1; }; \
	version=$$(swift --version 2>&1) || { echo "swift doesn't start: $$version" >&2; exit 1; }; \
	[[ $$version =~ Swift\ version\ ([0-9]+)\.([0-9]+) ]] || { echo "not understood: $$version" >&2; exit 1; }; \
	(( BASH_REMATCH[1] > 6 || BASH_REMATCH[1] == 6 && BASH_REMATCH[2] >= 3 )) || { \
	  echo "Swift 6.3 or newer is needed; this is $${BASH_REMATCH[1]}.$${BASH_REMATCH[2]} ($$(command -v swift))" >&2; exit 1; }

lint: check-swift  ## check the format of all Swift files
	swift format lint --strict -r Sources Tests Package.swift

# What is packed comes before the tests: these make the compiler build the toolchain's own modules anew, from their interfaces,
# and what it compiles with them in its cache comes out a little different.
programs: deps check-swift
	swift build $(CHECKS) --product forewarnd
	swift build $(CHECKS) --product forewarn

build: programs  ## build everything, tests included
	swift build $(CHECKS) --build-tests

test: deps lint build  ## lint, build, run all tests
	@Tests/run

proof: build  ## the long proofs: fifty kills under load, a minute of hostile devices
	FOREWARN_PROOF=1 swift test $(CHECKS) --skip-build --no-parallel --filter 'CrashProofTests|HostileDevicesTests'

day: build  ## an operator's day: a bad batch, its waves, verdicts, and what care was good for
	@Examples/operators-day.sh $(BIN)

# One minute each, unless SECONDS says otherwise; SEED=17 is that world alone, or other broken inputs.
simulate fuzz: SECONDS ?= 60

simulate: build  ## the gateway in seeded worlds for SECONDS=60: faults, crashes, power cuts, and an oracle; SEED=17 shrinks one
	@$(BIN)/simulate --seconds $(SECONDS) $(if $(SEED),--seed $(SEED) --shrink)

# With libFuzzer where the toolchain has it: a build of its own, instrumented, that knows what the program has reached. Elsewhere
# with the mutations that `make test` uses, too. TARGETS="report cbor": those.
fuzz: deps check-swift  ## broken input for every reader of foreign bytes, SECONDS=60 each
	@Tests/Fuzzing/run $(SECONDS) $(TARGETS); status=$$?; [ $$status = 3 ] || exit $$status; \
	$(MAKE) build && FOREWARN_FUZZ_SECONDS=$(SECONDS) FOREWARN_FUZZ_SEED=$(or $(SEED),1) \
	  swift test $(CHECKS) --skip-build --no-parallel --filter FuzzTargetTests

faults: PACKAGES += faketime iproute2 nftables python3-minimal util-linux

faults: build  ## every fault of the list, for real, and the table of what came of it; FAULTS="clock disk": those
	@FAULT_FLAGS='$(CHECKS)' Tests/Faults/run $(FAULTS)

# Sanitizers need builds of their own, without optimisation; what must be fast (whole fleets take half an hour there), or lays
# its own hands on memory and libraries, is left to `make test`.
PURE := Vocabulary|FirmwareProfiles|DeviceHistory|DefectModel|Triage|Pipeline|Fingerprints|FuzzTargets
CONCURRENT := GatewayTests|BrokerTests|CaseStoreTests|ControlProtocolTests|RigTests
SUITES ?= $(PURE)|$(CONCURRENT)|forewarnTests|DashboardTests
WITHOUT_FLEETS := --skip PlantedDefectTests
OWN := --explicit-target-dependency-import-check error

asan: deps check-swift  ## the tests with AddressSanitizer; SUITES="…|…": those
	swift build --scratch-path .build/asan --sanitize=address $(OWN) --build-tests
	ASAN_OPTIONS=detect_leaks=0 swift test --scratch-path .build/asan --sanitize=address $(OWN) --skip-build --no-parallel \
	  $(WITHOUT_FLEETS) --filter '$(SUITES)'

tsan: deps check-swift  ## the concurrent tests with ThreadSanitizer
	swift build --scratch-path .build/tsan --sanitize=thread $(OWN) --build-tests
	swift test --scratch-path .build/tsan --sanitize=thread $(OWN) --skip-build --no-parallel --filter '$(CONCURRENT)'

# Optimised: lines are counted all the same, and whole fleets take a minute instead of half an hour.
coverage: deps check-swift  ## which lines the tests run, programs that they start included; pure modules must reach 95 %
	swift build --scratch-path .build/coverage $(CHECKS) --enable-code-coverage --build-tests
	@Tests/Coverage/run .build/coverage

HOURS ?= 1

soak: build  ## 1 000 messages a second for HOURS=1, a fault every minute; samples and a plot in .build/soak
	@$(BIN)/soak --hours $(HOURS) --out .build/soak

TIMES ?= 20

test-repeat: build  ## all tests TIMES=20 in a row; stops at the first that fails, and names it
	@for round in $$(seq $(TIMES)); do \
	  begin=$$SECONDS; \
	  Tests/run > .build/tests.log 2>&1 || { \
	    echo "round $$round failed:"; grep -aE '✘|Fatal error' .build/tests.log | head -20; exit 1; }; \
	  echo "round $$round of $(TIMES): $$(grep -ac '^. Suite .* passed' .build/tests.log) suites, $$((SECONDS - begin)) s"; \
	done

mutants: deps check-swift  ## break the program in fifty places, and see that tests notice; long. PLACES="3 17-20": those
	@Tests/Mutation/run $(PLACES)

demo: build  ## a simulated fleet through a real broker and the real daemon, judged at the end
	@$(BIN)/demo

# Not for tests: figures depend on the machine and on what else it does. `make bench ROW=drain` measures that row alone
# (ROW="drain latency": those two), with DEVICES="10000 100000" the row fleet at those sizes.
bench bench-quick: PACKAGES += valgrind
BENCH_OPTIONS = $(foreach row,$(ROW),--row $(row)) $(foreach size,$(DEVICES),--devices $(size))

bench: build  ## measure speed and memory against what they must be, 30 min on an idle machine; ROW=… one of them
	gcc -O2 -Wall -Wextra -Werror -o $(BIN)/idle-subscriber Benchmarks/idle-subscriber.c -lmosquitto
	@$(BIN)/bench $(BENCH_OPTIONS)

bench-quick: build  ## the same with less of everything, 5 min: shows what a change did
	gcc -O2 -Wall -Wextra -Werror -o $(BIN)/idle-subscriber Benchmarks/idle-subscriber.c -lmosquitto
	@$(BIN)/bench --quick $(BENCH_OPTIONS)

# What the model is worth: fleets with planted defects, recorded failures, and what other methods make of the same rows. Hours
# on two cores; what is measured is kept in .build/evaluation, so that it goes on where it was stopped. The peers come from PyPI
# into an environment of their own.
evaluate evaluate-quick peers: PACKAGES += libgomp1 python3-venv
EVALUATE := $(BIN)/evaluate
EVALUATION := .build/evaluation
DATA ?= ../shared/data
JOBS ?= 1
NORMAL_SEEDS ?= 1-30
HARD_SEEDS ?= 101-110
NULL_SEEDS ?= 201-210
KNOWN_SEEDS ?= 1-4

evaluate: build peers  ## judge the model on simulated fleets and recorded failures, hours; goes on where it was stopped
	@$(EVALUATE) machines --data $(DATA)/azure_pdm_20x90d && $(EVALUATE) drives --data $(DATA)/backblaze_40d
	@$(EVALUATE) fleets --tier normal --seeds $(NORMAL_SEEDS) --jobs $(JOBS) --cells
	@$(EVALUATE) fleets --tier hard --seeds $(HARD_SEEDS) --jobs $(JOBS)
	@$(EVALUATE) fleets --tier null --seeds $(NULL_SEEDS) --jobs $(JOBS)
	@$(EVALUATE) fleets --tier normal --known --seeds $(KNOWN_SEEDS) --jobs $(JOBS)
	.build/peers/bin/python Benchmarks/peers.py --work $(EVALUATION) --data $(DATA)
	@$(EVALUATE) table

evaluate-quick: build peers  ## the same with a few small fleets, a quarter of an hour: shows what a change did
	@$(EVALUATE) machines --data $(DATA)/azure_pdm_20x90d && $(EVALUATE) drives --data $(DATA)/backblaze_40d
	@$(EVALUATE) fleets --tier normal --seeds 1-3 --devices 8000 --jobs $(JOBS) --cells
	@$(EVALUATE) fleets --tier null --seeds 201-202 --devices 8000 --jobs $(JOBS)
	.build/peers/bin/python Benchmarks/peers.py --work $(EVALUATION) --data $(DATA) --part backblaze --part fleets
	@$(EVALUATE) table --devices 8000 --out $(EVALUATION)/quick.md

peers: deps .build/peers/made

.build/peers/made: Benchmarks/peers-requirements.txt
	python3 -m venv .build/peers
	.build/peers/bin/pip install --quiet --disable-pip-version-check -r $<
	touch $@

install:  ## copy what `make build` made to DESTDIR (empty) and PREFIX (/usr); keeps configuration that is there
	@[ -x $(BIN)/forewarnd ] && [ -x $(BIN)/forewarn ] || { echo "run make build first" >&2; exit 1; }
	@[ -z "$(PROGRAMS)" ] || install -D -m 755 -t $(DESTDIR)$(PREFIX)/bin $(PROGRAMS)
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib/systemd/system $(DESTDIR)$(PREFIX)/lib/sysusers.d \
	  $(DESTDIR)$(PREFIX)/lib/tmpfiles.d $(DESTDIR)$(PREFIX)/share/forewarn/messages $(DESTDIR)$(SYSCONFDIR)/forewarn/firmware-profiles \
	  $(DESTDIR)$(SYSCONFDIR)/forewarn/policies $(DESTDIR)$(PREFIX)/share/forewarn/policies
	sed 's|=/usr/bin/forewarnd|=$(PREFIX)/bin/forewarnd|' Systemd/forewarnd.service \
	  > $(DESTDIR)$(PREFIX)/lib/systemd/system/forewarnd.service
	sed 's|=/usr/bin/forewarn |=$(PREFIX)/bin/forewarn |' Systemd/forewarn-backup.service \
	  > $(DESTDIR)$(PREFIX)/lib/systemd/system/forewarn-backup.service
	install -m 644 Systemd/forewarn-backup.timer Systemd/forewarnd-dashboard.socket $(DESTDIR)$(PREFIX)/lib/systemd/system/
	chmod 644 $(DESTDIR)$(PREFIX)/lib/systemd/system/forewarn*.service
	install -m 644 Systemd/forewarn.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/forewarn.conf
	install -m 644 Systemd/forewarn.tmpfiles $(DESTDIR)$(PREFIX)/lib/tmpfiles.d/forewarn.conf
	install -m 644 Systemd/mosquitto-forewarn.conf Systemd/mosquitto-forewarn.acl Systemd/forewarn.yaml \
	  Systemd/remote-broker.conf Systemd/local-broker.conf Systemd/mosquitto-hardening.conf Monitoring/forewarn.rules.yml \
	  Monitoring/forewarn.rules.test.yml Monitoring/grafana-forewarn.json $(DESTDIR)$(PREFIX)/share/forewarn/
	install -m 644 Policies/*.yaml $(DESTDIR)$(PREFIX)/share/forewarn/policies/
	install -m 644 Messages/*.yaml $(DESTDIR)$(PREFIX)/share/forewarn/messages/
	@for file in Systemd/forewarn.yaml Firmware-Profiles/*.yaml; do \
	  folder=$(DESTDIR)$(SYSCONFDIR)/forewarn; \
	  case $$file in Firmware-Profiles/*) folder=$$folder/firmware-profiles;; esac; \
	  target=$$folder/$$(basename "$$file"); \
	  if [ -e "$$target" ]; then echo "kept: $$target"; else install -m 644 "$$file" "$$target" || exit; fi; \
	done

deb lint-deb test-system: PACKAGES += debhelper dpkg-dev fakeroot lintian python3-minimal

deb: programs  ## the Debian package, in .build/deb: Swift's runtime inside, so that it needs no toolchain
	@swift build $(CHECKS) --product generate-manual  # the argument parser's; no target of ours links it
	@Packaging/make-deb

deb-twice: deps check-swift  ## the package of the last commit, made in two clean clones, and whether both are the same bytes; long
	@Packaging/deb-twice

lint-deb: deb  ## what lintian says of it
	lintian --fail-on error,warning --suppress-tags bad-distribution-in-changes-file .build/deb/*.deb

test-system: PACKAGES += mmdebstrap systemd-container

test-system: deb  ## the package in a real systemd, in a container: install, crash, reload, TLS, upgrade, purge; and the README
	@Tests/System/run $(lastword $(sort $(wildcard .build/deb/forewarn_$(VERSION)_*.deb)))

clean:  ## remove what was built
	rm -rf .build
