package io.dbops.dialect;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * What a failed unit of work died of, and what to do about it.
 *
 * @param error the exception that decided it, somewhere in what was thrown; {@code null} if no
 *     {@link SQLException} in it tells why
 * @param errorClass what that one says
 * @param recovery what follows from that in the phase in which it came
 */
public record Diagnosis(@Nullable SQLException error, ErrorClass errorClass, Recovery recovery) {}
