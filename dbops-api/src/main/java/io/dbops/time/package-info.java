/** The one place that reads the machine's clocks. Exported to the features alone. */
@NullMarked
package io.dbops.time;

import org.jspecify.annotations.NullMarked;
