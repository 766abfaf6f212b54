package io.dbops.routing;

import io.dbops.dialect.Position;
import io.dbops.time.Clock;

/**
 * The primary's position, with the instant noted before it was asked for. A node that has reached the position has
 * every commit acknowledged before the instant.
 *
 * @param askedAt the instant, by {@link Clock#nanos}
 * @param position the position that was answered
 */
record Sample(long askedAt, Position position) {}
