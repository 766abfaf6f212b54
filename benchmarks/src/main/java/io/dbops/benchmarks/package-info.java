/** What routing costs, measured beside the pool it runs on and beside other ways to route. */
@NullMarked
package io.dbops.benchmarks;

import org.jspecify.annotations.NullMarked;
