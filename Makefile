# The commands a newcomer types. Each installs what it needs first; npm and Python 3.11 are all that has to be there.
.PHONY: preview test scan check docs build bench clean

preview: node_modules/.installed
	npm run --silent preview

test: node_modules/.installed .cache/api-models/.installed .cache/azure-ml/.installed .cache/kfp/.installed .cache/checkov/.installed
	npm run --silent check
	npm test --silent

check: node_modules/.installed
	npm run --silent check

# Checkov against what the components create, with every finding printed; `make test` runs it too.
scan: node_modules/.installed .cache/checkov/.installed
	npm run --silent scan

docs build bench: node_modules/.installed
	npm run --silent $@

clean:
	rm -rf node_modules dist .cache

# Install scripts are not needed by anything here, and not running them is one door less for a tampered package.
node_modules/.installed: package-lock.json package.json components/package.json policy-pack/package.json offline-preview/package.json
	npm ci --ignore-scripts --no-fund --no-audit --loglevel=error
	@touch $@

# Python packages that only the tests use, kept apart from the machine's own: the clouds' API models, Azure ML's own
# schemas, a scanner, and the reader of Vertex AI's pipelines.
PIP_INSTALL = PIP_ROOT_USER_ACTION=ignore python3 -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes

.cache/api-models/.installed: tests/api-models/requirements.txt
.cache/azure-ml/.installed: tests/azure-ml/requirements.txt
.cache/checkov/.installed: tests/scanners/requirements.txt
.cache/kfp/.installed: tests/kfp/requirements.txt
.cache/%/.installed:
	rm -rf $(@D)
	$(PIP_INSTALL) --target $(@D) -r $<
	@touch $@
