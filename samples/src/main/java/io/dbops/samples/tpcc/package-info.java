/** An order-entry workload after TPC-C, and what must be true of its data after everything was broken on the way. */
@NullMarked
package io.dbops.samples.tpcc;

import org.jspecify.annotations.NullMarked;
