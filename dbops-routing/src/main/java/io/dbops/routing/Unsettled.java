package io.dbops.routing;

import io.dbops.dialect.Backend;

/**
 * A write whose outcome is open: the connection it ran on is lost, and its server process may still commit.
 *
 * @param session the session whose reads stay on the primary meanwhile
 * @param backend the process
 */
record Unsettled(SessionState session, Backend backend) {}
