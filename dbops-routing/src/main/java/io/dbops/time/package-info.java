/** The one place that reads the machine's clocks. Not exported. */
@NullMarked
package io.dbops.time;

import org.jspecify.annotations.NullMarked;
