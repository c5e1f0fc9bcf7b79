# Tỉnh Số: a thin face of Meson and Ninja. Each target can be called on a fresh clone.
#
#   make run      installs what is missing, builds, loads the province, prints the half-year report, opens the portal
#   make load     the same without the portal
#   make test     builds with sanitizers, runs unit tests, scenarios and a short fuzzing; last line: the count
#   make lint     layers, names, clang-tidy, cppcheck, formatting, scripts, spelling; last line: the count
#   make bench    measures the release build and writes bench/RESULTS.md
#   make soak     the release build at work for SOAK_MINUTES (120): memory, descriptors and times must stay
#   make fuzz     fuzzes each target for FUZZ_SECONDS (60)
#   make setup    installs the Debian packages of scripts/packages.txt that are missing
#   make build    the release build: build/tinhso
#   make boards   boards with QR codes for the walls of all offices, in var/boards: URL=https://… names the portal
#   make clean    removes build folders; the databases in var/ stay
#
# Variables: PROVINCE (province/dak-nong), DB (var/dak-nong.db), REPORT (2022-h1), FUZZ_SECONDS (60), SOAK_MINUTES (120), URL (of make boards), TEST (only tests whose name contains it).

PROVINCE = province/dak-nong
REPORT = 2022-h1
DB = $(or $(TINHSO_DB),var/$(notdir $(PROVINCE:/=)).db)
FUZZ_SECONDS = 60
SOAK_MINUTES = 120
URL = https://dichvucong.example.vn
TEST =

.DEFAULT_GOAL := build
.PHONY: setup build load run boards test bench soak lint fuzz clean help
.NOTPARALLEL:

setup:
	@scripts/setup

build:
	@scripts/setup build
	@scripts/build release

load: build
	@build/tinhso load $(PROVINCE) --db $(DB)
	@build/tinhso report $(REPORT) --db $(DB)

# Boards of all offices, to print: make boards URL=https://dichvucong.…
boards: load
	@build/tinhso boards --all --url $(URL) --output var/boards --db $(DB)

run: load
	@exec build/tinhso serve --db $(DB)

test:
	@scripts/setup build test
	@scripts/build helpers
	@scripts/build test
	@scripts/build tsan
	@scripts/build fuzz
	@tests/run --fuzz-seconds 5 $(TEST)

bench:
	@scripts/setup build test bench
	@scripts/build bench
	@bench/run

soak:
	@scripts/setup build test bench
	@scripts/build release
	@bench/soak $(SOAK_MINUTES)

lint:
	@scripts/setup build lint
	@tools/lint

fuzz:
	@scripts/setup build test
	@scripts/build fuzz
	@tests/run --suite fuzz --fuzz-seconds $(FUZZ_SECONDS) $(TEST)

clean:
	rm -rf build build-test build-tsan build-fuzz

help:
	@sed -n 's/^#   //p' Makefile
