/** Programs of under 100 lines, each whole in itself, that show one use of dbops. The tests run them. */
@NullMarked
package io.dbops.samples;

import org.jspecify.annotations.NullMarked;
