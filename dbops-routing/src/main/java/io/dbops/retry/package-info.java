/** Whether a unit of work runs again, when, and whether its commit happened. */
@NullMarked
package io.dbops.retry;

import org.jspecify.annotations.NullMarked;
