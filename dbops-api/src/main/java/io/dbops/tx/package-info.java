/** Units of work: a callback that gets a connection inside a transaction, the doors that run it, and what may come of it. */
@NullMarked
package io.dbops.tx;

import org.jspecify.annotations.NullMarked;
