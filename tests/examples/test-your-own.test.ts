/** The example's tests are run as they stand. */
import "../../examples/test-your-own/model-store.test.ts";
