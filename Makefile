# Each line calls a script that CI calls too. `make demo` and `make test` set up what is missing.

.PHONY: demo test packaging build serve oracles bench bench-quick profile lint fmt

demo: ## evaluates a web shop's flags for 10 000 users, in wasm and natively, and compares every answer
	@scripts/demo.sh

test: ## runs every test
	@scripts/test.sh

packaging: build ## runs the packed package in every runtime, bundler and browser
	@scripts/packaging.sh

build: ## builds the npm package into pkg/
	@scripts/build.sh

serve: build ## serves www-example/ and prints its address
	@node scripts/serve.mjs

oracles: build ## compares five backends' formats with evaluators in the backends' languages; ORACLE_SEED, ORACLE_CASES
	@cargo build --quiet --release --example oracle_answers
	@node --test --test-reporter=spec tests/oracles.test.mjs

bench: ## measures the package and the crate against other evaluators, and writes the README's section on speed
	@scripts/bench.sh

bench-quick: ## as bench, in a minute, and only prints
	@scripts/bench.sh --quick

profile: build ## shows where the time of loading and of evaluating goes
	@node benches/profile.mjs load all missed hit percentage

lint: ## rustfmt, clippy natively and for wasm, rustdoc, and tsc over the package's code and types
	@scripts/lint.sh

fmt: ## formats the Rust code
	@cargo fmt
