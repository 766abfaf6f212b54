/** The tour: what dbops does on a real cluster, a class a scene. Start at {@link io.dbops.samples.tour.Tour}. */
@NullMarked
package io.dbops.samples.tour;

import org.jspecify.annotations.NullMarked;
