/**
 * What dbops knows of each database product, one class a product, speaking in values.
 *
 * <p>SQL that several features need is here and nowhere else; SQL that one feature needs is in that feature.
 */
@NullMarked
package io.dbops.dialect;

import org.jspecify.annotations.NullMarked;
