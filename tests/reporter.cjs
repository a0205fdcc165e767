const { reporters, Runner } = require("mocha");

/** Mocha's usual report, closed by one plain line that a CI system can read. */
class SpecWithTotals extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      console.log(`${this.stats.passes} passed, ${this.stats.failures} failed`);
    });
  }
}

module.exports = SpecWithTotals;
