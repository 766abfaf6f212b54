/** Transactions that get in each other's way: what a policy of retries makes of a deadlock storm. */
@NullMarked
package io.dbops.benchmarks.storm;

import org.jspecify.annotations.NullMarked;
