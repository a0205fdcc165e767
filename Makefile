# The commands a newcomer types. Each installs what it needs first; npm and Python 3 are all that has to be there.
.PHONY: preview test check docs build bench clean

preview: node_modules/.installed
	npm run --silent preview

test: node_modules/.installed
	npm run --silent check
	npm test --silent

check: node_modules/.installed
	npm run --silent check

docs build bench: node_modules/.installed
	npm run --silent $@

clean:
	rm -rf node_modules dist

# Install scripts are not needed by anything here, and not running them is one door less for a tampered package.
node_modules/.installed: package-lock.json package.json components/package.json policy-pack/package.json offline-preview/package.json
	npm ci --ignore-scripts --no-fund --no-audit --loglevel=error
	@touch $@
