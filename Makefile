# The facade. Each word is one script of scripts/, so that everything can also be run without make.
# Settings reach the server through the environment: make run PORT=9000 STREAMING_MAX_FPS=15
.PHONY: help setup build run test check bench fuzz-smoke format model-smoke clean
.DEFAULT_GOAL := help

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

setup: ## install what is missing to build (Debian packages, .venv)
	@scripts/setup build

build: setup ## the release binary at build/hazardstream
	@scripts/build release hazardstream

run: build ## build, then serve: make run PORT=9000 (http://127.0.0.1:8080)
	@exec build/hazardstream serve

test: ## set-up, build, every test; the last line is the sum
	@scripts/setup build test
	@scripts/build release
	@scripts/test

check: ## format, both sanitizers, fuzz smoke: what a merge needs beyond make test
	@scripts/setup build test check
	@scripts/check

bench: build ## OpenVINO's benchmark_app and the server, one after the other, with ratios
	@scripts/build release hazard_load
	@.venv/bin/python bench/run.py

fuzz-smoke: ## each fuzz target for FUZZ_SECONDS (20)
	@scripts/setup build check
	@scripts/fuzz-smoke

format: ## lay out every C++ file
	@scripts/setup build check
	@scripts/format

model-smoke: build ## train two tiny epochs, export, load in the server (needs torch, see training/)
	@scripts/model-smoke

clean: ## remove what was built; .venv stays
	rm -rf build
