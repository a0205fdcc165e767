const { reporters, Runner } = require("mocha");

/** Mocha's short report (`npm test -- --reporter spec` names every test), closed by one plain line for CI systems. */
class DotWithTotals extends reporters.Dot {
  constructor(runner, options) {
    super(runner, options);
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      console.log(`${this.stats.passes} passed, ${this.stats.failures} failed`);
    });
  }
}

module.exports = DotWithTotals;
