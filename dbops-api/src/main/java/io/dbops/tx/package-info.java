/** Units of work: a callback that gets a connection inside a transaction, and the doors that run it. */
@NullMarked
package io.dbops.tx;

import org.jspecify.annotations.NullMarked;
