package dev.drover.engine.events;

import java.time.Instant;
import java.util.Map;

/**
 * A snapshot of one open stream.
 *
 * @param connectionId told to the client in {@code connected}
 * @param transport {@code sse}, {@code ws}, …
 * @param key whose events it gets
 * @param attributes what the route knew about the caller
 * @param cursor the position up to which the client was sent everything
 * @param lag positions of the partition between the cursor and the live end
 * @param live false while it catches up
 * @param since when it was opened
 */
public record StreamInfo(
    String connectionId,
    String transport,
    String key,
    Map<String, Object> attributes,
    String cursor,
    long lag,
    boolean live,
    Instant since) {}
